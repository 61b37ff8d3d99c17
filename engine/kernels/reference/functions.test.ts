import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import type { MapFunction } from "../../program/types.ts";
import { mapFunctions } from "./functions.ts";
import { floatOf, wordOf } from "./words.ts";

const seed = 20260711;
const samples = 250_000;

/** f64 reference: erf by its series of positive terms, which converges fast below 6. */
function erf64(x: number): number {
  const a = Math.abs(x);
  if (!(a < 6)) return Math.sign(x) || x;
  let term = a;
  let sum = a;
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * a * a) / (2 * n + 1);
    sum += term;
  }
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * sum;
}

/** Distance of an f32 from the exact value, in units of the last place of an f32 at that value. */
function ulps(actual: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(actual, rounded) || (actual !== actual && exact !== exact)) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(actual)) {
    // The neighbour of an overflow is the greatest finite value.
    return Math.abs(Math.min(actual, 2 ** 128) - Math.min(rounded, 2 ** 128)) / 2 ** 104;
  }
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact) || 2 ** -149)));
  return Math.abs(actual - exact) / 2 ** (exponent - 23);
}

const exact: Record<string, { of: (x: number) => number; near: number; positive?: boolean }> = {
  exp: { of: Math.exp, near: 104 },
  log: { of: Math.log, near: 4, positive: true },
  tanh: { of: Math.tanh, near: 10 },
  erf: { of: erf64, near: 5 },
};

describe("Map functions", () => {
  for (const [name, { of, near, positive }] of Object.entries(exact)) {
    it(`${name} is within 3 ulp of the exact value at ${samples} points (seed ${seed})`, () => {
      const prng = createPrng(seed);
      const call = mapFunctions[name as MapFunction];
      let worst = { ulps: 0, x: 0 };
      for (let sample = 0; sample < samples; sample++) {
        // Half over all bit patterns, half where the function bends.
        const drawn = sample % 2 === 0 ? floatOf(prng.u32()) : Math.fround((prng.unit() * 2 - 1) * near);
        const x = positive === true && sample % 8 !== 0 ? Math.abs(drawn) : drawn;
        const error = ulps(call(x, 0, 0), of(x));
        if (!(error <= worst.ulps)) worst = { ulps: error, x };
      }
      expect(worst.ulps, `at ${worst.x}`).to.be.at.most(3);
      expect(worst.ulps, "a measure that measures").to.be.above(0);
    });
  }

  /** Arguments and result as words. */
  const cases: [MapFunction, number[], number][] = [
    ["id", [0x80000000], 0x80000000],
    ["neg", [0x00000000], 0x80000000],
    ["neg", [0x7fc00000], 0x7fc00000],
    ["abs", [0x80000000], 0x00000000],
    ["add", [0x3f800000, 0x33800000], 0x3f800000],
    ["add", [0x3f800001, 0x33800000], 0x3f800002],
    ["sub", [0x3f800000, 0x3f800000], 0x00000000],
    ["sub", [0x7f800000, 0x7f800000], 0x7fc00000],
    ["mul", [0x00800000, 0x3f000000], 0x00400000],
    ["mul", [0x00000001, 0x3f000000], 0x00000000],
    ["div", [0x3f800000, 0x40400000], 0x3eaaaaab],
    ["div", [0x80000000, 0x3f800000], 0x80000000],
    ["div", [0x00000000, 0x00000000], 0x7fc00000],
    ["sqrt", [0x80000000], 0x80000000],
    ["sqrt", [0x40000000], 0x3fb504f3],
    ["sqrt", [0xbf800000], 0x7fc00000],
    ["max", [0x7fc00000, 0x3f800000], 0x7fc00000],
    ["max", [0x3f800000, 0x7fc00000], 0x3f800000],
    ["max", [0x80000000, 0x00000000], 0x80000000],
    ["min", [0x00000000, 0x80000000], 0x00000000],
    ["min", [0x7fc00000, 0x3f800000], 0x7fc00000],
    ["less", [0x80000000, 0x00000000], 0x00000000],
    ["less", [0xbf800000, 0x00000000], 0x3f800000],
    ["equal", [0x80000000, 0x00000000], 0x3f800000],
    ["equal", [0x7fc00000, 0x7fc00000], 0x00000000],
    ["floor", [0xbf000000], 0xbf800000],
    ["floor", [0x80000000], 0x80000000],
    ["floor", [0xff800000], 0xff800000],
    ["rint", [0x3f000000], 0x00000000],
    ["rint", [0xbf000000], 0x80000000],
    ["rint", [0x40200000], 0x40000000],
    ["rint", [0xc0600000], 0xc0800000],
    ["rint", [0x4b000001], 0x4b000001],
    ["rint", [0x7f7fffff], 0x7f7fffff],
    ["rint", [0x7fc00000], 0x7fc00000],
    ["exp", [0xff800000], 0x00000000],
    ["exp", [0x7f800000], 0x7f800000],
    ["exp", [0x80000000], 0x3f800000],
    ["exp", [0x7fc00000], 0x7fc00000],
    ["log", [0x80000000], 0xff800000],
    ["log", [0xbf800000], 0x7fc00000],
    ["log", [0x7f800000], 0x7f800000],
    ["log", [0x3f800000], 0x00000000],
    ["tanh", [0x80000000], 0x80000000],
    ["tanh", [0xff800000], 0xbf800000],
    ["tanh", [0x7fc00000], 0x7fc00000],
    ["erf", [0x80000000], 0x80000000],
    ["erf", [0xff800000], 0xbf800000],
    ["erf", [0x7fc00000], 0x7fc00000],
    ["select", [0x80000000, 0x3f800000, 0x40000000], 0x40000000],
    ["select", [0x7fc00000, 0x3f800000, 0x40000000], 0x3f800000],
    ["iadd", [0x7fffffff, 1], 0x80000000],
    ["isub", [0, 1], 0xffffffff],
    ["imul", [0x10001, 0x10001], 0x00020001],
    ["iand", [0xf0f0f0f0, 0xff00ff00], 0xf000f000],
    ["ior", [0xf0f0f0f0, 0x0000000f], 0xf0f0f0ff],
    ["ixor", [0xffffffff, 0x0000ffff], 0xffff0000],
    ["ishl", [1, 63], 0x80000000],
    ["ishr", [0x80000000, 31], 1],
    ["ishr", [0x80000000, 32], 0x80000000],
    ["iless", [0x80000000, 0], 0x3f800000],
    ["iequal", [7, 7], 0x3f800000],
    ["itof", [0x01000001], 0x4b800000],
    ["itof", [0x80000000], 0xcf000000],
    ["ftoi", [0xbfc00000], 0xffffffff],
    ["ftoi", [0xbf000000], 0],
    ["ftoi", [0x4f000000], 0x7fffffff],
    ["ftoi", [0xff800000], 0x80000000],
    ["ftoi", [0x7fc00000], 0],
  ];
  for (const [fn, words, expected] of cases) {
    const shown = words.map((word) => word.toString(16)).join(", ");
    it(`${fn}(${shown}) = ${expected.toString(16)}`, () => {
      const integers = fn.startsWith("i") && fn !== "id";
      const [a = 0, b = 0, c = 0] = words.map((word) => (integers ? word | 0 : floatOf(word)));
      const value = mapFunctions[fn](a, b, c);
      const givesInteger = (integers && !["iless", "iequal", "itof"].includes(fn)) || fn === "ftoi";
      expect((givesInteger ? value >>> 0 : wordOf(value)).toString(16)).to.equal(expected.toString(16));
    });
  }

  it("covers every function", () => {
    const covered = new Set(cases.map(([fn]) => fn));
    expect([...covered].toSorted()).to.deep.equal(Object.keys(mapFunctions).toSorted());
  });
});
