import { commitTensor, createExecutor, type Dot, type Operand, type Program } from "../../engine/index.ts";
import type { Subject } from "../measure/subject.ts";
import type { EngineDotTask } from "../tasks.ts";
import { factors, productsIn, type DotShape } from "./shapes.ts";

/** Longest sum of one operator: longer ones are chained, as the compiler chains them. */
const CUT = 1_024;

/** One product of the two constants, whose first operator has the index `first`. */
function dots({ batch, m, n, k }: DotShape, first: number): Dot[] {
  const constant = (index: number, offset: number, strides: readonly number[]): Operand => {
    return { ref: { space: "constant", index }, offset, strides };
  };
  return Array.from({ length: Math.ceil(k / CUT) }, (_, piece): Dot => {
    const start = piece * CUT;
    const factors = [constant(0, start, [m * k, k, 0]), constant(1, start, [n * k, 0, k])];
    const before: Operand = { ref: { space: "operator", index: first + piece - 1 }, offset: 0, strides: [m * n, n, 1] };
    const operands = piece === 0 ? factors : [...factors, before];
    return { kind: "Dot", dtype: "f32", extents: [batch, m, n], operands, k: Math.min(CUT, k - start) };
  });
}

/** As many equal products of two constants as a run has; the last one is the state. */
function programOf(shape: DotShape): Pick<Parameters<typeof createExecutor>[1], "program" | "constants"> {
  const constants = factors(shape).map((values) => new Uint32Array(values.buffer));
  const { length } = dots(shape, 0);
  const program: Program = {
    states: [{ dtype: "f32", words: shape.batch * shape.m * shape.n }],
    fields: [],
    constants: constants.map((words) => ({ dtype: "f32", words: words.length, root: commitTensor(words, "f32").root })),
    operators: Array.from({ length: productsIn(shape) }, (_, product) => dots(shape, product * length)).flat(),
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
