import { expect } from "chai";
import { checkExecutorInput, type EngineOptions, type Executor, type ExecutorInput } from "../../../execution.ts";
import { createReferenceExecutor } from "../../reference/executor.ts";

/** How a suite makes the executors of the engine under test. */
export type Create = (input: ExecutorInput, options: EngineOptions) => Promise<Executor>;

const context = { step: 0, seed: 0, order: "sequential" } as const;

/** One step of a program with one state must give the reference's words, on each number of threads. */
export async function expectReferenceStep(
  create: Create,
  input: ExecutorInput,
  threadCounts: readonly number[],
  where: string,
): Promise<void> {
  checkExecutorInput(input);
  const reference = createReferenceExecutor(input);
  reference.step(context);
  const [expected] = reference.getState();
  for (const threads of threadCounts) {
    const executor = await create(input, { threads, leastWork: 1 });
    executor.step(context);
    const wrong = executor.getState()[0]!.findIndex((word, at) => word !== expected![at]);
    expect(wrong, `${where}, ${threads} threads`).to.equal(-1);
    await executor.close();
  }
}
