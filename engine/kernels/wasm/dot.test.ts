import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import { outputWords } from "../../program/cost.ts";
import type { Dot } from "../../program/types.ts";
import { runDot } from "../reference/dot.ts";
import { createWasmExecutor } from "./index.ts";
import { borderWords } from "./nasty-words.ts";
import { programOfCases } from "./random-operators.ts";
import type { OperatorCase } from "./random-operators.ts";
import { ways } from "./ways.ts";

/** Tiles of the Dot at their edges: every height and width that a tile, a panel or a strip can be left with. */

const SEED = 20_261_127;
const widths = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 25, 31, 32, 33, 255, 256, 257, 273];
const heights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17];
const runs = [1, 2, 3, 16, 17, 255, 256, 257, 513];

/** How the last operand of a chain lies: as the output does, the same for every row or column, or transposed. */
const initStrides = {
  none: undefined,
  dense: (_rows: number, columns: number) => [columns, 1],
  row: () => [0, 1],
  column: () => [1, 0],
  transposed: (rows: number) => [1, rows],
};
type Init = keyof typeof initStrides;

const random = createPrng(SEED);

/** What the words of a tensor are like; each case takes the kinds in turn. */
const contents = [
  () => random.unit() * 2 - 1,
  () => (random.unit() - 0.5) * 1e-19,
  () => (random.unit() - 0.5) * 1e-38,
  () => -0,
] as const;

function tensor(kind: number, length: number) {
  const floats = Float32Array.from({ length }, contents[kind % contents.length]!);
  const words = new Uint32Array(floats.buffer);
  // A NaN or an infinity here and there: most sums of the tile stay numbers.
  if (kind >= contents.length) words[random.below(length)] = random.pick(borderWords.f32);
  return { dtype: "f32" as const, words };
}

function product(rows: number, columns: number, k: number, init: Init, kind: number): OperatorCase {
  const strides = [[k, 0], [0, k], initStrides[init]?.(rows, columns)].filter((list) => list !== undefined);
  const lengths = [rows * k, columns * k, rows * columns];
  const operands = strides.map((list, index) => {
    return { ref: { space: "constant", index }, offset: 0, strides: list } as const;
  });
  const tensors = operands.map((_, index) => tensor(kind, lengths[index]!));
  return { operator: { kind: "Dot", dtype: "f32", extents: [rows, columns], operands, k }, tensors, fieldStride: 0 };
}

function referenceWords({ operator, tensors }: OperatorCase): Uint32Array {
  const out = new Uint32Array(outputWords(operator));
  const sources = tensors.map(({ words }) => words);
  runDot(operator as Dot, sources, out);
  return out;
}

describe("WebAssembly Dot", function () {
  this.timeout(120_000);

  for (const init of Object.keys(initStrides) as Init[]) {
    it(`gives the reference's words at every edge of a tile, init ${init}`, async () => {
      const cases = heights.flatMap((rows, r) =>
        widths.map((columns, c) => product(rows, columns, runs[(r + c) % runs.length]!, init, r * 7 + c)),
      );
      const expected = cases.map(referenceWords);
      const input = programOfCases(cases);
      for (const kernels of ways) {
        const executor = await createWasmExecutor(input, { kernels });
        executor.step(
          { step: 0, seed: 0, order: "sequential" },
          {
            onOutput: (index, words) => {
              const wanted = expected[index];
              if (wanted === undefined) return;
              const wrong = words.findIndex((word, at) => word !== wanted[at]);
              const { extents, k } = cases[index]!.operator as Dot;
              expect(wrong, `${extents.join(" × ")}, k ${k}, ${JSON.stringify(kernels)}, seed ${SEED}`).to.equal(-1);
            },
          },
        );
      }
    });
  }

  it("meets numbers, subnormals, zeros and NaNs", () => {
    const kinds = Array.from({ length: 40 }, (_, kind) => kind);
    const words = kinds.flatMap((kind) => [...referenceWords(product(9, 33, 64, "none", kind))]);
    const exponent = (word: number) => (word >>> 23) & 255;
    expect(words).to.include.members([0, 0x7fc00000]);
    expect(words.some((word) => exponent(word) > 0 && exponent(word) < 255)).to.equal(true);
    expect(words.some((word) => exponent(word) === 0 && (word & 0x7fffff) !== 0)).to.equal(true);
  });
});
