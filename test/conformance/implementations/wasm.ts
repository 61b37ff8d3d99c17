import { executorImplementation } from "./executor.ts";
import type { Implementation } from "./implementation.ts";

/** The WebAssembly kernels. */
export const wasm: Implementation = executorImplementation("wasm");
