import { implementations } from "./implementations/index.ts";
import { functionSuite } from "./suites.ts";

for (const implementation of implementations) functionSuite(implementation);
