import { checkExecutorInput } from "./execution.ts";
import type { Engine, EngineOptions, Executor, ExecutorInput } from "./execution.ts";
import { createReferenceExecutor } from "./kernels/reference/executor.ts";
import { createWasmExecutor } from "./kernels/wasm/index.ts";

export type { State } from "./commit/state.ts";
export type * from "./execution.ts";

/**
 * Makes an executor whose state is all zero words. With more than one thread it has to be closed.
 * @throws OperatorError `invalid-program`, `constant-mismatch` or `dataset-mismatch`; `program-too-large` for WebAssembly
 */
export async function createExecutor(
  engine: Engine,
  input: ExecutorInput,
  options: EngineOptions = {},
): Promise<Executor> {
  checkExecutorInput(input);
  return engine === "reference" ? createReferenceExecutor(input) : createWasmExecutor(input, options);
}
