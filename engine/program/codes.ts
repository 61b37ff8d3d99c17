import type { Dtype, Fold, MapFunction, OperatorKind, SampleDataset, SampleRandom, Space } from "./types.ts";

/** Numbers that stand for names in records. SPEC: spec/program.md, Codes; spec/numerics.md, Map functions. */

export const dtypeCodes: Readonly<Record<Dtype, number>> = { f32: 1, i32: 2 };

export const kindCodes: Readonly<Record<OperatorKind, number>> = {
  Sample: 1,
  Schedule: 2,
  View: 3,
  Map: 4,
  Dot: 5,
  Fold: 6,
  Gather: 7,
  Scatter: 8,
};

/** Kinds of declaration records. */
export const declarationCodes: Readonly<Record<"state" | "field" | "constant", number>> = {
  state: 16,
  field: 17,
  constant: 18,
};

export const spaceCodes: Readonly<Record<Space, number>> = { state: 1, field: 2, constant: 3, operator: 4 };

export const sampleCodes: Readonly<Record<(SampleDataset | SampleRandom)["fn"], number>> = { dataset: 0, random: 1 };

export const foldCodes: Readonly<Record<Fold["fn"], number>> = { sum: 1, max: 2, dot: 3 };

/** What an instruction's function takes and gives. */
export interface MapSignature {
  readonly code: number;
  /** Arguments used: a, then b, then c. */
  readonly arity: 1 | 2 | 3;
  /** dtype of every argument. */
  readonly takes: Dtype;
  readonly gives: Dtype;
  /** Work units of one evaluation. */
  readonly work: number;
}

function signature(code: number, arity: 1 | 2 | 3, takes: Dtype, gives: Dtype, work = 1): MapSignature {
  return { code, arity, takes, gives, work };
}

export const mapSignatures: Readonly<Record<MapFunction, MapSignature>> = {
  id: signature(1, 1, "f32", "f32"),
  neg: signature(2, 1, "f32", "f32"),
  abs: signature(3, 1, "f32", "f32"),
  add: signature(4, 2, "f32", "f32"),
  sub: signature(5, 2, "f32", "f32"),
  mul: signature(6, 2, "f32", "f32"),
  div: signature(7, 2, "f32", "f32", 4),
  sqrt: signature(8, 1, "f32", "f32", 4),
  max: signature(9, 2, "f32", "f32"),
  min: signature(10, 2, "f32", "f32"),
  less: signature(11, 2, "f32", "f32"),
  equal: signature(12, 2, "f32", "f32"),
  floor: signature(13, 1, "f32", "f32"),
  rint: signature(14, 1, "f32", "f32"),
  exp: signature(15, 1, "f32", "f32", 16),
  log: signature(16, 1, "f32", "f32", 16),
  tanh: signature(17, 1, "f32", "f32", 16),
  erf: signature(18, 1, "f32", "f32", 16),
  select: signature(19, 3, "f32", "f32"),
  iadd: signature(20, 2, "i32", "i32"),
  isub: signature(21, 2, "i32", "i32"),
  imul: signature(22, 2, "i32", "i32"),
  iand: signature(23, 2, "i32", "i32"),
  ior: signature(24, 2, "i32", "i32"),
  ixor: signature(25, 2, "i32", "i32"),
  ishl: signature(26, 2, "i32", "i32"),
  ishr: signature(27, 2, "i32", "i32"),
  iless: signature(28, 2, "i32", "f32"),
  iequal: signature(29, 2, "i32", "f32"),
  itof: signature(30, 1, "i32", "f32"),
  ftoi: signature(31, 1, "f32", "i32"),
};

/** The name that a table gives a code, or undefined. */
export function nameOf<Name extends string>(codes: Readonly<Record<Name, number>>, code: number): Name | undefined {
  return (Object.keys(codes) as Name[]).find((name) => codes[name] === code);
}

const mapNames = new Map(
  (Object.keys(mapSignatures) as MapFunction[]).map((name) => [mapSignatures[name].code, name] as const),
);

/** Name of a Map function's code, or undefined. */
export function mapFunctionOf(code: number): MapFunction | undefined {
  return mapNames.get(code);
}

/** Arguments of an instruction: operand indices from 0, results from `firstResult`, the immediate. */
export const firstResult = 16;
export const immediate = 255;
