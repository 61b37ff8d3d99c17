import { checkExecutorInput } from "./execution.ts";
import type { Engine, EngineOptions, Executor, ExecutorInput } from "./execution.ts";
import { createReferenceExecutor } from "./kernels/reference/executor.ts";
import { createNativeExecutor } from "./kernels/native/index.ts";
import { createWasmExecutor } from "./kernels/wasm/index.ts";

export type { State } from "./commit/state.ts";
export type * from "./execution.ts";

/**
 * Makes an executor whose state is all zero words. With more than one thread it has to be closed.
 * @throws OperatorError `invalid-program`, `constant-mismatch` or `dataset-mismatch`; `program-too-large` but for the reference;
 * `native-absent`
 */
export async function createExecutor(
  engine: Engine,
  input: ExecutorInput,
  options: EngineOptions = {},
): Promise<Executor> {
  checkExecutorInput(input);
  switch (engine) {
    case "reference":
      return createReferenceExecutor(input);
    case "wasm":
      return createWasmExecutor(input, options);
    case "native":
      return createNativeExecutor(input, options);
  }
}
