import { expect } from "chai";
import { createPrng, type Prng } from "../../../common/index.ts";
import { computeElement, type Dot, type Fold, type KernelContext } from "../../../engine/index.ts";
import { deployArithmetic, once } from "./harness.ts";
import { specials } from "./operands.ts";

const seed = 0x5eed0003;
const blocksEach = 12;

const arithmetic = once(deployArithmetic);

function scaled(random: Prng, lo: number, hi: number): number {
  return ((random.u32() & 0x807fffff) | ((lo + random.below(hi - lo + 1)) << 23)) >>> 0;
}

function gaussian(random: Prng): number {
  const sum = Array.from({ length: 12 }, () => random.unit()).reduce((total, unit) => total + unit, -6);
  return new Uint32Array(Float32Array.of(sum).buffer)[0]!;
}

/** Words of one operand; the first seven stay inside the fixed-point window for products of two of them. */
const families: Readonly<Record<string, (random: Prng) => number>> = {
  gaussian,
  "with zeros of both signs": (random) => (random.below(3) === 0 ? random.pick([0, 0x80000000]) : gaussian(random)),
  "wide exponents": (random) => scaled(random, 90, 150),
  "small integers": (random) => new Uint32Array(Float32Array.of(random.below(7) - 3).buffer)[0]!,
  "ties of 13 bits": (random) => (scaled(random, 120, 134) & 0xfffff800) >>> 0,
  "edge of the window below": (random) => scaled(random, 64, 66),
  "edge of the window above": (random) => scaled(random, 158, 159),
  "products near underflow": (random) => scaled(random, 55, 66),
  "products near the top": (random) => scaled(random, 157, 163),
  subnormals: (random) => (random.u32() & 0x807fffff) >>> 0,
  "now and then a subnormal": (random) => (random.below(200) === 0 ? 3 : gaussian(random)),
  overflowing: (random) => scaled(random, 180, 254),
  "specials among numbers": (random) => (random.below(100) === 0 ? random.pick(specials) : gaussian(random)),
  "random bits": (random) => random.u32(),
};
const withinWindow = 7;

const context: KernelContext = {
  step: 0,
  seed: 0,
  order: "sequential",
  batch: 1,
  samples: 0,
  sourceWords: 0,
  sourceStride: 0,
};
const operand = { ref: { space: "constant", index: 0 }, offset: 0, strides: [0] } as const;

/** The reference's value of a Dot or Fold over one run. */
function reference(op: Dot | Fold, a: Uint32Array, b: Uint32Array): number {
  return computeElement(op, 0, (which) => (which === 0 ? a : b), context);
}

function dotOf(k: number): Dot {
  return { kind: "Dot", dtype: "f32", extents: [1], operands: [operand, operand], k };
}

function foldOf(fn: Fold["fn"], k: number): Fold {
  const operands = fn === "dot" ? [operand, operand] : [operand];
  return { kind: "Fold", fn, dtype: "f32", extents: [1], operands, k, l: 0 };
}

/** Runs of `count` words one after another. */
function runsOf(words: Uint32Array, count: number): Uint32Array[] {
  return Array.from({ length: words.length / count }, (_, run) => words.subarray(run * count, (run + 1) * count));
}

describe("the block sum of a Dot", () => {
  const random = createPrng(seed);
  let terms = 0;
  before(() => console.log(`      seed ${seed.toString(16)}`));
  after(() => console.log(`      ${terms} terms: window, plain operations and reference agree`));

  for (const [index, [name, draw]] of Object.entries(families).entries()) {
    it(name, async () => {
      let answers = 0;
      for (const count of [256, 1 + random.below(255), 8 * (1 + random.below(31))]) {
        const [a, b] = [0, 1].map(() => Uint32Array.from({ length: count * blocksEach }, () => draw(random)));
        const blocks = await (await arithmetic()).dotBlocks(count, a!, b!);
        const expected = runsOf(a!, count).map((run, i) => reference(dotOf(count), run, runsOf(b!, count)[i]!));
        expect(Array.from(blocks.plain)).to.deep.equal(expected);
        expect(Array.from(blocks.sums)).to.deep.equal(expected);
        answers += blocks.answers;
        terms += a!.length;
      }
      if (index < withinWindow) expect(answers).to.equal(3 * blocksEach);
      if (name === "subnormals") expect(answers).to.equal(0);
    });
  }

  it("one run of every length to 40, with other words behind it", async () => {
    const [a, b] = [0, 1].map(() => Uint32Array.from({ length: 41 * 40 }, () => gaussian(random)));
    for (let count = 1; count <= 40; count++) {
      const [x, y] = [a!.subarray(0, count * 3), b!.subarray(0, count * 3)];
      const { sums, answers } = await (await arithmetic()).dotBlocks(count, x, y);
      expect(Array.from(sums)).to.deep.equal(
        runsOf(x, count).map((run, i) => reference(dotOf(count), run, runsOf(y, count)[i]!)),
      );
      expect(answers).to.equal(3);
    }
  });
});

describe("Fold", () => {
  const random = createPrng(seed + 1);
  before(() => console.log(`      seed ${(seed + 1).toString(16)}`));

  for (const [code, fn] of (["sum", "max", "dot"] as const).entries()) {
    it(fn, async () => {
      for (const draw of Object.values(families)) {
        for (const count of [1, 15, 16, 17, 1 + random.below(80)]) {
          const [a, b] = [0, 1].map(() => Uint32Array.from({ length: count * 3 }, () => draw(random)));
          const values = await (await arithmetic()).folds(code + 1, count, a!, b!);
          const expected = runsOf(a!, count).map((run, i) => reference(foldOf(fn, count), run, runsOf(b!, count)[i]!));
          expect(Array.from(values)).to.deep.equal(expected);
        }
      }
    });
  }
});
