import { createExecutor, validateProgram } from "../../../engine/index.ts";
import type { Executor, StepContext } from "../../../engine/index.ts";
import { oneFunction, oneOperator, type OneOperator } from "../one-operator.ts";
import type { Implementation } from "./implementation.ts";

async function output(engine: Executor["engine"], subject: OneOperator, context: StepContext): Promise<Uint32Array> {
  validateProgram(subject.program);
  const executor = await createExecutor(engine, subject);
  executor.setState([new Uint32Array(subject.program.states[0]!.words)]);
  executor.step(context);
  return executor.getState()[0]!;
}

/** An executor that runs every vector as a program of one operator. */
export function executorImplementation(engine: Executor["engine"]): Implementation {
  return {
    name: engine,
    mapFunction: (fn, columns) => output(engine, oneFunction(fn, columns), { step: 0, seed: 0, order: "sequential" }),
    async elements(vector) {
      const words = await output(engine, oneOperator(vector), vector.context);
      return vector.elements.map(([index]) => words[index]!);
    },
  };
}
