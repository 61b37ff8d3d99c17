import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import {
  canonicalWord,
  floatOf,
  mapFunctions,
  mapSignatures,
  wordOf,
  type MapFunction,
} from "../../../engine/index.ts";
import { deployArithmetic, le, once } from "./harness.ts";
import { argumentsWithin, nastyPairs } from "./operands.ts";

const seed = 0x5eed0001;
/** More of everything where set: minutes instead of seconds. */
const everything = process.env.PINPOINT_ALL_VECTORS !== undefined;
const pairsEach = everything ? 4_000 : 500;
const pointsEach = everything ? 20_000 : 2_000;

const arithmetic = once(deployArithmetic);

/** The reference's word of a function for argument words. */
function referenceWord(fn: MapFunction, words: readonly number[]): number {
  const { takes, gives } = mapSignatures[fn];
  const [a = 0, b = 0, c = 0] = words.map((word) => (takes === "f32" ? floatOf(word) : word | 0));
  const value = mapFunctions[fn](a, b, c);
  return gives === "f32" ? wordOf(value) : value >>> 0;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}

/** Fails with the first difference, NaNs of every payload being equal in f32 results. */
function expectSame(
  columns: readonly Uint32Array[],
  actual: Uint32Array,
  expected: (words: number[]) => number,
  float = true,
) {
  let differences = 0;
  let first = "";
  for (let i = 0; i < actual.length; i++) {
    const words = columns.map((column) => column[i]!);
    const want = expected(words);
    const have = float ? canonicalWord(actual[i]!) : actual[i]!;
    if (have === want) continue;
    if (differences++ === 0) first = `${words.map(hex).join(" ")}: ${hex(have)}, not ${hex(want)}`;
  }
  expect(differences, first).to.equal(0);
}

describe("Float32 against the engine's reference", function () {
  const { a, b } = nastyPairs(createPrng(seed), pairsEach);
  before(() => console.log(`      seed ${seed.toString(16)}, ${a.length} pairs`));

  const binary: MapFunction[] = ["add", "sub", "mul", "div", "max", "min", "less", "equal"];
  for (const fn of binary) {
    it(fn, async () => {
      const values = await (await arithmetic()).map(mapSignatures[fn].code, [a, b]);
      expectSame([a, b], values, (words) => referenceWord(fn, words));
    });
  }

  it("le", async () => {
    const values = await (await arithmetic()).map(le, [a, b]);
    expectSame([a, b], values, ([x, y]) => (floatOf(x!) <= floatOf(y!) ? 0x3f800000 : 0));
  });

  for (const fn of ["sqrt", "floor", "rint", "itof", "ftoi"] as const) {
    it(fn, async () => {
      const values = await (await arithmetic()).map(mapSignatures[fn].code, [a]);
      expectSame([a], values, (words) => referenceWord(fn, words), mapSignatures[fn].gives === "f32");
    });
  }
});

/** Half the width of the range in which a function does something. */
const ranges: Partial<Record<MapFunction, number>> = { exp: 110, log: 1e6, tanh: 12, erf: 5, floor: 40, rint: 40 };

describe("Map functions against the engine's reference", () => {
  const random = createPrng(seed + 1);
  before(() => console.log(`      seed ${(seed + 1).toString(16)}, ${pointsEach} points each`));

  for (const fn of Object.keys(mapSignatures) as MapFunction[]) {
    const { code, arity, gives } = mapSignatures[fn];
    const columns = Array.from({ length: arity }, () => argumentsWithin(random, ranges[fn] ?? 1e4, pointsEach));
    it(fn, async () => {
      const values = await (await arithmetic()).map(code, columns);
      expectSame(columns, values, (words) => referenceWord(fn, words), gives === "f32");
    });
  }
});
