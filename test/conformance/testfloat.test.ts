import { implementations } from "./implementations/index.ts";
import { testFloatSuite } from "./suites.ts";

for (const implementation of implementations) testFloatSuite(implementation);
