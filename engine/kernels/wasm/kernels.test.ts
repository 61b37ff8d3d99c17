import { createWasmExecutor } from "./index.ts";
import { kernelSuite } from "./suites/kernels.ts";

describe("WebAssembly kernels", () => kernelSuite(createWasmExecutor));
