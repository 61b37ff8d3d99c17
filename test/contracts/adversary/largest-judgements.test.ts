import { expect } from "chai";
import { encodeFunctionData, type Hex } from "viem";
import { createPrng, type Prng } from "../../../common/index.ts";
import {
  commitTensor,
  wordOf,
  type MapFunction,
  type Operand,
  type Operator,
  type Program,
} from "../../../engine/index.ts";
import { arbiterAbi } from "../../../protocol/index.ts";
import { deployArbiter } from "../arbiter/arbiter.ts";
import { Court } from "../arbiter/court.ts";
import { once } from "../arbiter/harness.ts";
import type { Subject } from "../arbiter/program.ts";

const seed = 0x5eed_0109;
const context = { step: 5, seed: 1, order: "shuffled" } as const;
const arbiter = once(deployArbiter);
/** UNITS: gas. What Pinpoint adds to the arbiter's part: forwarding the evidence, conviction, slash, credits. */
const pinpointShare = 500_000n;
/** SPEC: a transaction may use 2²⁴; a judgement is to use at most six tenths of it. */
const limit = (6n * 2n ** 24n) / 10n;
/** UNITS: bytes; nodes drop larger transactions. */
const calldataLimit = 128 * 1024;
const words = 2 ** 18;

function draw(random: Prng): number {
  // Subnormals above all, and what makes their arithmetic branch: normals beside them, NaNs, infinities.
  const others = [0x00800000, 0x7f7fffff, 0x3f800001, 0x80000000];
  return random.below(16) === 0 ? random.pick(others) : (random.u32() & 0x807fffff) >>> 0;
}

function operand(index: number, extents: number, stride = 0, offset = 255): Operand {
  const space = index < 3 ? "state" : "constant";
  return { ref: { space, index: index % 3 }, offset, strides: Array.from({ length: extents }, () => stride) };
}

/** Normal words, but for the last of each block of 256 as the operands lie: what is quick for normal words is in vain. */
function vain(random: Prng, i: number): number {
  const normal = ((random.u32() & 0x80ffffff) | ((100 + random.below(55)) << 23)) >>> 0;
  return i % 256 === 254 ? (random.u32() & 0x807fffff) >>> 0 : normal;
}

/** As `vain`, with products of alternating sign that are always greater than the sum so far: every sum swaps its operands. */
function swapped(random: Prng, i: number): number {
  if (i % 256 === 254) return (random.u32() & 0x807fffff) >>> 0;
  const first = i % 256 === 255;
  const sign = i >= secondRun && i % 2 === 1 ? 0x80000000 : 0;
  return (sign | (first ? 0x3f800000 : 0x3fb504f3)) >>> 0;
}

const imm = 255;
/** Where the second operand of the Dot begins, in states of their own. */
const secondRun = 102_655;

/** 24 times a function of the last result, the first time of an operand, with six operands. */
function chain(fn: MapFunction): Operator {
  const instructions = Array.from({ length: 24 }, (_, i) => {
    const a = i % 4 === 0 ? (i / 4) % 6 : 15 + i;
    return { fn, a, b: ["div", "mul", "add"].includes(fn) ? imm : 0, c: 0, imm: 0 };
  }).map((item) => (item.b === imm ? { ...item, imm: 0x00400001 } : item));
  const operands = Array.from({ length: 6 }, (_, i) => operand(i % 3, 1, 0, 40_000 * i + 255));
  return { kind: "Map", dtype: "f32", extents: [1], operands, instructions };
}

/** 24 times a function of operands alone, so that each may have the arguments that it is dearest for. */
function each(fn: MapFunction): Operator {
  const instructions = Array.from({ length: 24 }, (_, i) => ({ fn, a: i % 6, b: 0, c: 0, imm: 0 }));
  return { ...(chain(fn) as Operator & { kind: "Map" }), instructions };
}

/** Numbers of both signs between two, for which a function takes its long way. */
const between =
  (least: number, most: number) =>
  (random: Prng): number =>
    wordOf((least + random.unit() * (most - least)) * (random.below(2) === 0 ? 1 : -1));

const guard = { offset: 3, coefficients: Array.from({ length: 8 }, () => 1), divisor: 3, bound: 9, stride: 1 };
const everySumSwaps = "Dot, K 4,096, with init, a subnormal at the end of every block, every sum swapped";
const dot: Operator = {
  kind: "Dot",
  dtype: "f32",
  extents: [1],
  operands: [operand(0, 1), operand(1, 1, 0, secondRun), operand(2, 1)],
  k: 4096,
};
const normalButLast = "Dot, K 4,096, with init, a subnormal at the end of every block";
/** exp with a subnormal result, tanh and erf by way of exp. */
const dearArguments = { exp: [-104, -88], tanh: [44, 51], erf: [1, 4] } as const;
const nameOfEach = (fn: string) => `Map, 24 × ${fn} of its dearest arguments, 6 operands`;
const fills: Readonly<Record<string, (random: Prng, i: number) => number>> = {
  [normalButLast]: vain,
  [everySumSwaps]: swapped,
  ...Object.fromEntries(Object.entries(dearArguments).map(([fn, [a, b]]) => [nameOfEach(fn), between(a, b)])),
};
const cases: Readonly<Record<string, Operator>> = {
  "Dot, K 4,096, with init": dot,
  [normalButLast]: dot,
  [everySumSwaps]: dot,
  "Scatter, P 4,096, every index a hit": {
    kind: "Scatter",
    dtype: "f32",
    extents: [1],
    operands: [operand(0, 1), operand(3, 1, 0, 0), operand(1, 1)],
    axis: 0,
    k: 4096,
  },
  "Fold dot, K 1,024": {
    kind: "Fold",
    fn: "dot",
    dtype: "f32",
    extents: [1],
    operands: [operand(0, 1), operand(1, 1), operand(2, 1)],
    k: 1024,
    l: 0,
  },
  "Fold max, K 1,024": {
    kind: "Fold",
    fn: "max",
    dtype: "f32",
    extents: [1],
    operands: [operand(0, 1)],
    k: 1024,
    l: 0,
  },
  "View, four pieces of three guards over eight axes": {
    kind: "View",
    dtype: "f32",
    extents: Array.from({ length: 8 }, () => 2),
    operands: Array.from({ length: 4 }, () => operand(0, 8, 1)),
    guards: Array.from({ length: 4 }, () => [guard, guard, { ...guard, divisor: 1, bound: 3 }]),
    fill: 0,
  },
  "Sample, shuffled": {
    kind: "Sample",
    fn: "dataset",
    dtype: "f32",
    extents: [1, 4],
    operands: [{ ref: { space: "field", index: 0 }, offset: 0, strides: [0, 0] }],
    basePosition: 3,
  },
  ...Object.fromEntries(
    (["exp", "log", "tanh", "erf", "sqrt", "div"] as const).map((fn) => [`Map, 24 × ${fn}, 6 operands`, chain(fn)]),
  ),
  ...Object.fromEntries((["exp", "tanh", "erf"] as const).map((fn) => [nameOfEach(fn), each(fn)])),
};

/** One operator over three large states, hostile words everywhere. */
function subjectOf(op: Operator, fill: (random: Prng, i: number) => number): Subject {
  const random = createPrng(seed);
  const start = [0, 1, 2].map(() => Uint32Array.from({ length: words }, (_, i) => fill(random, i)));
  const index = new Uint32Array(4096);
  const keep = (state: number): Operator => ({
    kind: "View",
    dtype: "f32",
    extents: [words],
    operands: [{ ref: { space: "state", index: state }, offset: 0, strides: [1] }],
    guards: [[]],
    fill: 0,
  });
  const program: Program = {
    states: start.map(() => ({ dtype: "f32", words })),
    fields: [{ dtype: "f32", length: 4 }],
    constants: [{ dtype: "i32", words: index.length, root: commitTensor(index, "i32").root }],
    operators: [op, keep(0), keep(1), keep(2)],
    batch: 8,
  };
  const dataset = {
    samples: 65_537,
    fields: [{ dtype: "f32", words: start[0]!, stride: 3, length: 4 }],
  } as const;
  return { program, constants: [index], dataset, start };
}

describe("attack: the largest legal judgements on hostile data", () => {
  before(() => console.log(`      seed ${seed.toString(16)}; limit ${limit} gas`));

  for (const [name, op] of Object.entries(cases)) {
    it(`${name}: fits into a transaction, and into six tenths of its gas`, async () => {
      const { client, address, judge } = await arbiter();
      const court = await Court.open(subjectOf(op, fills[name] ?? draw), context);
      const element = op.extents.reduce((product, extent) => product * extent, 1) - 1;
      const question = court.question(0, element);
      expect(await judge(question)).to.include({ verdict: "ChallengerWrong", reason: "Element" });
      const { step, claimed, evidence } = question;
      const data: Hex = encodeFunctionData({ abi: arbiterAbi, functionName: "judge", args: [step, claimed, evidence] });
      const bytes = data.length / 2 - 1;
      const gas = await client.estimateGas({ to: address, data });
      console.log(`      ${name}: ${gas} gas, ${bytes} bytes`);
      expect(gas + pinpointShare < limit, `${gas}`).to.equal(true);
      expect(bytes).to.be.below(calldataLimit);
    });
  }
});
