import { implementations } from "./implementations/index.ts";
import { operatorSuite } from "./suites.ts";

for (const implementation of implementations) operatorSuite(implementation);
