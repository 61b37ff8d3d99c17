import { commitTensor, decodeOperator } from "../../engine/index.ts";
import type { Dataset, MapFunction, Operand, Operator, Program } from "../../engine/index.ts";
import { mapSignatures } from "../../engine/index.ts";
import type { OperatorCase } from "./vectors.ts";

/** A program whose last operator is a vector's. */
export interface OneOperator {
  readonly program: Program;
  readonly constants: readonly Uint32Array[];
  readonly dataset: Dataset;
}

/** The same operator with operand i reading what `refOf` says of the tensor it names. */
export function withRefs(op: Operator, refs: readonly Operand["ref"][]): Operator {
  return { ...op, operands: op.operands.map((operand, i) => ({ ...operand, ref: refs[i]! })) };
}

export function wordsOfOutput(op: Operator): number {
  return op.extents.reduce((product, extent) => product * extent, 1);
}

/** The vector's operator over constants, or a field where it samples one; its output is the only state. */
export function oneOperator(vector: OperatorCase): OneOperator {
  const decoded = decodeOperator(vector.record);
  const samples = decoded.kind === "Sample" && decoded.fn === "dataset";
  const op = withRefs(
    decoded,
    vector.operands.map((index) => ({ space: samples ? "field" : "constant", index })),
  );
  const { batch, samples: count, stride } = vector.context;
  const tensors = samples ? [] : vector.tensors;
  const fields = samples ? vector.tensors.map((tensor) => ({ ...tensor, stride, length: op.extents[1]! })) : [];
  const program: Program = {
    states: [{ dtype: op.dtype, words: wordsOfOutput(op) }],
    fields: fields.map(({ dtype, length }) => ({ dtype, length })),
    constants: tensors.map(({ dtype, words }) => ({
      dtype,
      words: words.length,
      root: commitTensor(words, dtype).root,
    })),
    operators: [op],
    batch,
  };
  return { program, constants: tensors.map(({ words }) => words), dataset: { samples: count, fields } };
}

/** A Map of one instruction over columns of words. */
export function oneFunction(fn: MapFunction, columns: readonly Uint32Array[]): OneOperator {
  const { arity, takes, gives } = mapSignatures[fn];
  const words = columns[0]!.length;
  const operands = columns.map((_, index) => ({ ref: { space: "constant", index } as const, offset: 0, strides: [1] }));
  const instruction = { fn, a: 0, b: arity > 1 ? 1 : 0, c: arity > 2 ? 2 : 0, imm: 0 };
  const op: Operator = { kind: "Map", dtype: gives, extents: [words], operands, instructions: [instruction] };
  const program: Program = {
    states: [{ dtype: gives, words }],
    fields: [],
    constants: columns.map((column) => ({ dtype: takes, words, root: commitTensor(column, takes).root })),
    operators: [op],
    batch: 1,
  };
  return { program, constants: columns, dataset: { samples: 0, fields: [] } };
}
