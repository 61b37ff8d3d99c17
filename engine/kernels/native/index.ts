export { buildNative } from "./build.ts";
export { createNativeExecutor } from "./executor.ts";
export { findNative } from "./find.ts";
