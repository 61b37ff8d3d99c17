import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import type { ExecutorInput } from "../../execution.ts";
import type { Operand, Program } from "../../program/types.ts";
import { createWasmExecutor } from "../wasm/index.ts";
import { nastyWords } from "../wasm/nasty-words.ts";
import { describeSets } from "./describe-sets.ts";
import { createNativeExecutor } from "./index.ts";

const SEED = 77;

interface Shape {
  readonly extents: readonly number[];
  /** Strides of the operands: a, b, and the output's start where there is one. */
  readonly strides: readonly (readonly number[])[];
  readonly k: number;
}

/** A matrix product of runs of `k` words. */
function matrix(rows: number, columns: number, k: number): Shape {
  return {
    extents: [rows, columns],
    strides: [
      [k, 0],
      [0, k],
    ],
    k,
  };
}

/** More columns than a panel group, more rows than a tile, more words than a block, and all remainders of each. */
// prettier-ignore
const shapes: readonly Shape[] = [
  matrix(64, 64, 64),
  matrix(50, 530, 300),
  matrix(1, 700, 513),
  matrix(5, 513, 256),
  matrix(700, 1, 513),
  matrix(700, 3, 27),
  matrix(333, 9, 100),
  ...Array.from({ length: 17 }, (_, i) => matrix(13 + i, 513 + 2 * i, 30 + i)),
  // Batched, with an accumulated start; the third puts the moving operand first.
  { extents: [6, 40, 50], strides: [[40 * 64, 64, 0], [50 * 64, 0, 64], [2000, 50, 1]], k: 64 },
  { extents: [6, 40, 50], strides: [[64, 6 * 64, 0], [64, 0, 6 * 64], [0, 0, 1]], k: 64 },
  { extents: [6, 40, 50], strides: [[50 * 64, 0, 64], [40 * 64, 64, 0], [0, 1, 40]], k: 64 },
  // Runs that overlap, as in a convolution over one axis.
  { extents: [30, 400], strides: [[9, 0], [0, 1]], k: 9 },
  // Pairs of runs.
  { extents: [1000], strides: [[300], [300]], k: 300 },
  { extents: [7, 1001], strides: [[0, 5], [5005, 5], [1001, 1]], k: 5 },
];

function inputOf({ extents, strides, k }: Shape): ExecutorInput {
  const random = createPrng(SEED);
  const constants = strides.map((own, place) => {
    const reach = own.reduce((sum, stride, axis) => sum + stride * (extents[axis]! - 1), 0);
    return nastyWords(random, "f32", reach + (place < 2 ? k : 1));
  });
  const operands = strides.map((own, index): Operand => ({
    ref: { space: "constant", index },
    offset: 0,
    strides: own,
  }));
  const words = extents.reduce((product, extent) => product * extent, 1);
  const program: Program = {
    states: [{ dtype: "f32", words }],
    fields: [],
    constants: constants.map(({ length }) => ({ dtype: "f32", words: length, root: new Uint8Array(32) })),
    operators: [{ kind: "Dot", dtype: "f32", extents, operands, k }],
    batch: 1,
  };
  return { program, constants, dataset: { samples: 0, fields: [] } };
}

describeSets("native Dot", (instructions) => {
  it(`gives WebAssembly's words for ${shapes.length} shapes`, async () => {
    for (const shape of shapes) {
      const input = inputOf(shape);
      const [expected, actual] = await Promise.all([
        createWasmExecutor(input),
        createNativeExecutor(input, { instructions }),
      ]);
      for (const executor of [expected!, actual!]) executor.step({ step: 0, seed: 0, order: "sequential" });
      const [right] = expected!.getState();
      const wrong = actual!.getState()[0]!.findIndex((word, index) => word !== right![index]);
      expect(wrong, JSON.stringify(shape)).to.equal(-1);
    }
  });
});
