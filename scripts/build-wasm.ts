import { buildKernels } from "../engine/index.ts";

/** Compiles the WebAssembly kernels unless build/kernels.wasm is up to date. */
const { built } = await buildKernels();
console.log(built ? "compiled build/kernels.wasm" : "build/kernels.wasm is up to date");
