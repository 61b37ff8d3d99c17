import { encodeFunctionData } from "viem";
import { createPrng, type Prng } from "../../common/index.ts";
import { commitTensor, type Guard, type MapFunction, type Operand, type Operator } from "../../engine/index.ts";
import { arbiterAbi } from "../../protocol/index.ts";
import { deployArbiter, type Arbiter } from "../contracts/arbiter/arbiter.ts";
import { Court } from "../contracts/arbiter/court.ts";
import { at, createSubject, type Subject } from "../contracts/arbiter/program.ts";
import type { Figure } from "./figure.ts";

const seed = 20_261_123;
const context = { step: 0, seed: 1, order: "shuffled" } as const;
/** Words of each large operand: chunk trees of 12 levels. */
const operandWords = 2 ** 20;
/** Operators of a program of the greatest size. */
const mostOperators = 65_535;

/** Data of one kind, word by word. */
interface Data {
  readonly name: string;
  readonly draw: (random: Prng) => number;
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

const gaussian: Data = {
  name: "Gaussian",
  draw: (random) => bitsOf(Array.from({ length: 12 }, () => random.unit()).reduce((sum, unit) => sum + unit, -6)),
};
const subnormal: Data = { name: "subnormal", draw: (random) => (random.u32() & 0x807fffff) >>> 0 };
/** Finite words of every exponent: no two terms of a sum are of one size. */
const scattered: Data = { name: "of every size", draw: (random) => (random.u32() & 0xbfffffff) >>> 0 };

function read(index: number, offset = 0, strides: readonly number[] = [0]): Operand {
  return { ref: { space: "state", index }, offset, strides };
}

function expression(fn: MapFunction, arity: number): Operator {
  const argument = (i: number, j: number) => (i === 0 ? j % 6 : 16 + i - 1);
  const instructions = Array.from({ length: 24 }, (_, i) => ({
    fn,
    a: argument(i, 0),
    b: arity > 1 ? (i + 1) % 6 : 0,
    c: 0,
    imm: 0,
  }));
  const operands = Array.from({ length: 6 }, (_, i) => read(i % 2, 100_000 * i));
  return { kind: "Map", dtype: "f32", extents: [1], operands, instructions };
}

/** A View whose first three pieces fail only at their last guard. */
function guarded(): Operator {
  const coefficients = [1, 1, 1, 1, 1, 1, 1, 1];
  const guard = (bound: number): Guard => ({ offset: 4, coefficients, divisor: 2, bound, stride: 3 });
  const guards = [0, 1, 2, 3].map((piece) => [guard(9), guard(9), guard(piece === 3 ? 9 : 1)]);
  const strides = [1, 1, 1, 1, 1, 1, 1, 1];
  const operands = [0, 1, 2, 3].map((piece) => read(piece % 2, 1_000 * piece, strides));
  return { kind: "View", dtype: "f32", extents: [1, 1, 1, 1, 1, 1, 1, 2], operands, guards, fill: 0 };
}

const run = (index: number) => read(index, 100 + 300_000 * index);
const fold = (fn: "sum" | "max" | "dot"): Operator => {
  const operands = fn === "dot" ? [run(0), run(1), read(0)] : [run(0), read(1)];
  return { kind: "Fold", fn, dtype: "f32", extents: [1], operands, k: 1_024, l: 0 };
};

/** Each kind and variant of operator as large as it may be. */
const large: Readonly<Record<string, Operator>> = {
  "Sample, shuffled": {
    kind: "Sample",
    fn: "dataset",
    dtype: "f32",
    extents: [1, 1],
    operands: [{ ref: { space: "field", index: 0 }, offset: 0, strides: [0, 0] }],
    basePosition: 0,
  },
  "Sample, random": { kind: "Sample", fn: "random", dtype: "i32", extents: [2 ** 8], operands: [], stream: 1 },
  Schedule: {
    kind: "Schedule",
    dtype: "f32",
    extents: [16],
    operands: [{ ref: { space: "constant", index: 0 }, offset: 0, strides: [0] }],
  },
  "View, 4 pieces, 12 guards": guarded(),
  "Map, 24 mul": expression("mul", 2),
  "Map, 24 div": expression("div", 2),
  "Map, 24 sqrt": expression("sqrt", 1),
  "Map, 24 exp": expression("exp", 1),
  "Map, 24 log": expression("log", 1),
  "Map, 24 tanh": expression("tanh", 1),
  "Map, 24 erf": expression("erf", 1),
  "Dot, 4,096 terms": { kind: "Dot", dtype: "f32", extents: [1], operands: [run(0), run(1), read(0)], k: 4_096 },
  "Fold sum, 1,024 terms": fold("sum"),
  "Fold max, 1,024 terms": fold("max"),
  "Fold dot, 1,024 terms": fold("dot"),
  Gather: { kind: "Gather", dtype: "f32", extents: [1], operands: [run(0), read(2)], rows: 1_000, rowStride: 1 },
  "Scatter, 4,096 of its index": {
    kind: "Scatter",
    dtype: "f32",
    extents: [1],
    operands: [run(0), read(2, 77), read(1)],
    axis: 0,
    k: 4_096,
  },
};

const pad: Operator = {
  kind: "View",
  dtype: "f32",
  extents: [1],
  operands: [read(0)],
  guards: [[]],
  fill: 0,
};

/** All of `large` in a program of the greatest size: its proofs are as long as proofs of records and operators can be. */
function largeSubject(data: Data): Subject {
  const random = createPrng(seed);
  const period = Uint32Array.from({ length: 65_521 }, () => data.draw(random));
  const words = (shift: number) =>
    Uint32Array.from({ length: operandWords }, (_, i) => period[(i + shift) % period.length]!);
  const start = [words(0), words(7_147), new Uint32Array(operandWords)];
  const dtypes = ["f32", "f32", "i32"] as const;
  const keep = dtypes.map((dtype, index): Operator => ({
    ...pad,
    dtype,
    extents: [operandWords],
    operands: [read(index, 0, [1])],
  }));
  const culprits = Object.values(large);
  const pads = Array.from({ length: mostOperators - culprits.length - keep.length }, () => pad);
  const constant = words(1);
  return {
    program: {
      states: dtypes.map((dtype) => ({ dtype, words: operandWords })),
      fields: [{ dtype: "f32", length: 1 }],
      constants: [{ dtype: "f32", words: operandWords, root: commitTensor(constant, "f32").root }],
      operators: [...culprits, ...pads, ...keep],
      batch: 1,
    },
    constants: [constant],
    dataset: {
      samples: operandWords,
      fields: [{ dtype: "f32", words: words(2), stride: 1, length: 1 }],
    },
    start,
  };
}

/** Gas of one judgement as a transaction to the arbiter itself. */
async function judge({ client, address }: Arbiter, court: Court, operator: number, name: string): Promise<Figure> {
  const { step, claimed, evidence } = court.question(operator, 0);
  const data = encodeFunctionData({ abi: arbiterAbi, functionName: "judge", args: [step, claimed, evidence] });
  const [account] = (await client.request({ method: "eth_accounts" } as never)) as `0x${string}`[];
  const transaction = { from: account, to: address, data, gas: "0x3b9aca00" };
  const hash = await client.request({ method: "eth_sendTransaction", params: [transaction] } as never);
  const { gasUsed } = await client.getTransactionReceipt({ hash });
  return { name, gas: Number(gasUsed), bytes: data.length / 2 - 1 };
}

/** Each kind small, then each as large as it may be on ordinary and on hostile data. */
export async function measureJudgements(): Promise<Figure[]> {
  const arbiter = await deployArbiter();
  const figures: Figure[] = [];
  const small = await Court.open(createSubject(seed), context);
  for (const [name, operator] of Object.entries(at)) {
    figures.push(
      await judge(arbiter, small, operator, `small: ${small.subject.program.operators[operator]!.kind} (${name})`),
    );
  }
  for (const data of [gaussian, subnormal, scattered]) {
    const court = await Court.open(largeSubject(data), context);
    for (const [operator, name] of Object.keys(large).entries()) {
      figures.push(await judge(arbiter, court, operator, `large: ${name}, ${data.name}`));
    }
  }
  return figures;
}
