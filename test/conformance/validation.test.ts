import { reference } from "./implementations/reference.ts";
import { validationSuite } from "./suites.ts";

// One validation serves both executors.
validationSuite(reference);
