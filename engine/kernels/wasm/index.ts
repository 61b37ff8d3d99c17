export { buildKernels } from "./build.ts";
export { createWasmExecutor } from "./executor.ts";
