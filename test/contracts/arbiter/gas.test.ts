import { expect } from "chai";
import { encodeFunctionData, type Hex } from "viem";
import { createPrng, type Prng } from "../../../common/index.ts";
import type { Operator, Program } from "../../../engine/index.ts";
import { arbiterAbi } from "../../../protocol/index.ts";
import { deployArbiter } from "./arbiter.ts";
import { Court } from "./court.ts";
import { once } from "./harness.ts";
import type { Subject } from "./program.ts";

const seed = 0x5eed0008;
const context = { step: 0, seed: 1, order: "sequential" } as const;
/** Words of each operand: chunk trees of 12 levels. */
const operandWords = 2 ** 20;
/** UNITS: gas of a judgement sent as a transaction. */
const gaussianLimit = 1_200_000n;

const arbiter = once(deployArbiter);

function gaussian(random: Prng): number {
  const sum = Array.from({ length: 12 }, () => random.unit()).reduce((total, unit) => total + unit, -6);
  return new Uint32Array(Float32Array.of(sum).buffer)[0]!;
}

function subnormal(random: Prng): number {
  return (random.u32() & 0x807fffff) >>> 0;
}

const pad: Operator = {
  kind: "View",
  dtype: "f32",
  extents: [1],
  operands: [{ ref: { space: "state", index: 0 }, offset: 0, strides: [0] }],
  guards: [[]],
  fill: 0,
};

/** An operator over two large state tensors, in a program of a thousand operators: proofs as long as a real program's. */
function subjectOf(op: Operator, draw: (random: Prng) => number): Subject {
  const random = createPrng(seed);
  const period = Uint32Array.from({ length: 65_521 }, () => draw(random));
  const [a, b] = [0, 7].map((shift) =>
    Uint32Array.from({ length: operandWords }, (_, i) => period[(i + shift * 1021) % period.length]!),
  ) as [Uint32Array, Uint32Array];
  const keep = (index: number): Operator => ({
    ...pad,
    extents: [operandWords],
    operands: [{ ref: { space: "state", index }, offset: 0, strides: [1] }],
  });
  const program: Program = {
    states: [0, 1].map(() => ({ dtype: "f32", words: operandWords })),
    fields: [],
    constants: [],
    operators: [op, ...Array.from({ length: 1000 }, () => pad), keep(0), keep(1)],
    batch: 1,
  };
  return { program, constants: [], dataset: { samples: 0, fields: [] }, start: [a, b] };
}

const runs = [0, 1].map((index) => ({
  ref: { space: "state", index } as const,
  offset: 100 + 300_000 * index,
  strides: [0],
}));

function dotOf(k: number): Operator {
  return { kind: "Dot", dtype: "f32", extents: [1], operands: runs, k };
}

function foldOf(k: number): Operator {
  return { kind: "Fold", fn: "dot", dtype: "f32", extents: [1], operands: runs, k, l: 0 };
}

describe("gas of a judgement, sent as a transaction", () => {
  /** Estimated gas and bytes of calldata. */
  async function cost(op: Operator, draw: (random: Prng) => number): Promise<{ gas: bigint; bytes: number }> {
    const { client, address, judge } = await arbiter();
    const court = await Court.open(subjectOf(op, draw), context);
    const question = court.question(0, 0);
    const { verdict } = await judge(question);
    expect(verdict).to.equal("ChallengerWrong");
    const { step, claimed, evidence } = question;
    const data: Hex = encodeFunctionData({ abi: arbiterAbi, functionName: "judge", args: [step, claimed, evidence] });
    return { gas: await client.estimateGas({ to: address, data }), bytes: data.length / 2 - 1 };
  }

  const cases = [
    { name: "Dot of 1,024 terms, Gaussian", op: dotOf(1024), draw: gaussian, limit: gaussianLimit },
    { name: "Dot of 1,024 terms, all subnormal", op: dotOf(1024), draw: subnormal, limit: 2_000_000n },
    { name: "Dot of 4,096 terms, Gaussian", op: dotOf(4096), draw: gaussian, limit: 3_000_000n },
    { name: "Dot of 4,096 terms, all subnormal", op: dotOf(4096), draw: subnormal, limit: 8_000_000n },
    { name: "Fold dot of 512 terms, Gaussian", op: foldOf(512), draw: gaussian, limit: 1_000_000n },
    { name: "Fold dot of 1,024 terms, all subnormal", op: foldOf(1024), draw: subnormal, limit: 3_000_000n },
  ];
  for (const { name, op, draw, limit } of cases) {
    it(name, async () => {
      const { gas, bytes } = await cost(op, draw);
      console.log(`      ${name}: ${gas} gas, ${bytes} bytes of calldata`);
      expect(gas < limit, `${gas}`).to.equal(true);
    });
  }
});
