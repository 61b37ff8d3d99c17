import { checkExecutorInput } from "./execution.ts";
import type { Engine, Executor, ExecutorInput } from "./execution.ts";
import { createReferenceExecutor } from "./kernels/reference/executor.ts";
import { createWasmExecutor } from "./kernels/wasm/index.ts";

export type { State } from "./commit/state.ts";
export type * from "./execution.ts";

/**
 * Makes an executor whose state is all zero words.
 * @throws OperatorError `invalid-program`, `constant-mismatch` or `dataset-mismatch`; `program-too-large` for WebAssembly
 */
export async function createExecutor(engine: Engine, input: ExecutorInput): Promise<Executor> {
  checkExecutorInput(input);
  return engine === "reference" ? createReferenceExecutor(input) : createWasmExecutor(input);
}
