import type { EngineOptions, Executor, ExecutorInput } from "../../execution.ts";
import { createWasmExecutor } from "../wasm/executor.ts";
import { requireNative } from "./find.ts";

/**
 * WebAssembly's executor with the processor's own kernels, over the same memory; every output is the same, bit by bit.
 * @throws OperatorError `native-absent`, and those of `createWasmExecutor`
 */
export async function createNativeExecutor(input: ExecutorInput, options: EngineOptions = {}): Promise<Executor> {
  return createWasmExecutor(input, options, await requireNative(options.instructions));
}
