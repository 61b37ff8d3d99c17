import { commitTensor, createExecutor, type Dot, type Operand, type Program } from "../../engine/index.ts";
import type { Subject } from "../measure/subject.ts";
import type { EngineDotTask } from "../tasks.ts";
import { factors, productsIn, type DotShape } from "./shapes.ts";

function read(index: number, strides: readonly number[]): Operand {
  return { ref: { space: "constant", index }, offset: 0, strides };
}

/** As many equal products of two constants as a run has; the last one is the state. */
function programOf(shape: DotShape): Pick<Parameters<typeof createExecutor>[1], "program" | "constants"> {
  const { batch, m, n, k } = shape;
  const constants = factors(shape).map((values) => new Uint32Array(values.buffer));
  const dot: Dot = {
    kind: "Dot",
    dtype: "f32",
    extents: [batch, m, n],
    operands: [read(0, [m * k, k, 0]), read(1, [n * k, 0, k])],
    k,
  };
  const program: Program = {
    states: [{ dtype: "f32", words: batch * m * n }],
    fields: [],
    constants: constants.map((words) => ({ dtype: "f32", words: words.length, root: commitTensor(words, "f32").root })),
    operators: Array.from({ length: productsIn(shape) }, () => dot),
    batch: 1,
  };
  return { program, constants };
}

/** Products by an engine of ours. */
export async function engineDots({ shapes, engine, threads }: EngineDotTask): Promise<Subject> {
  const runs: Record<string, () => void> = {};
  for (const shape of shapes) {
    const executor = await createExecutor(
      engine,
      { ...programOf(shape), dataset: { samples: 1, fields: [] } },
      { threads },
    );
    runs[shape.name] = () => executor.step({ step: 0, seed: 0, order: "sequential" });
  }
  return { facts: () => ({}), runs };
}
