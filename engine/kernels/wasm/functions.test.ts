import { createWasmExecutor } from "./index.ts";
import { functionSuite } from "./suites/functions.ts";

describe("WebAssembly Map functions", () => functionSuite(createWasmExecutor));
