import { shapeText } from "../graph.ts";
import { DefectError } from "../../../common/index.ts";
import type { Dtype, Instruction, MapFunction } from "../../program/types.ts";
import { firstResult, immediate } from "../../program/codes.ts";
import { extentsOf, type Builder } from "./builder.ts";
import { broadcastShape, broadcastTo, operandOf, type Value } from "./value.ts";

/** Most operands and instructions of one Map. SPEC: spec/program.md. */
export const maxOperands = 6;
export const maxInstructions = 24;

/** An expression over the operands of a Map; a term used twice is computed once. */
export type Term =
  | { readonly operand: number }
  | { readonly bits: number }
  | { readonly fn: MapFunction; readonly args: readonly Term[] };

export function operand(index: number): Term {
  return { operand: index };
}

/** An f32 immediate, rounded to nearest. */
export function f32(value: number): Term {
  return { bits: new Uint32Array(Float32Array.of(value).buffer)[0] as number };
}

/** An i32 immediate. */
export function i32(value: number): Term {
  return { bits: value >>> 0 };
}

export function call(fn: MapFunction, ...args: Term[]): Term {
  return { fn, args };
}

/** The instructions of a term, arguments first. */
export function instructionsOf(root: Term): Instruction[] {
  const instructions: Instruction[] = [];
  const done = new Map<Term, number>();
  const visit = (term: Term): number => {
    if ("operand" in term) return term.operand;
    if ("bits" in term) return immediate;
    const known = done.get(term);
    if (known !== undefined) return known;
    const [a = 0, b = 0, c = 0] = term.args.map(visit);
    const immediates = [...new Set(term.args.flatMap((arg) => ("bits" in arg ? [arg.bits] : [])))];
    if (immediates.length > 1) throw new DefectError("map-immediates", `${term.fn} has two different immediates`);
    const result = firstResult + instructions.push({ fn: term.fn, a, b, c, imm: immediates[0] ?? 0 }) - 1;
    done.set(term, result);
    return result;
  };
  visit(root);
  if (instructions.length === 0 || instructions.length > maxInstructions)
    throw new DefectError("map-length", `a Map of ${instructions.length} instructions`);
  return instructions;
}

/** Elementwise `term` over broadcast values; one Map. */
export function map(b: Builder, dtype: Dtype, values: readonly Value[], term: Term): Value {
  const shape = values.reduce<readonly number[]>((common, value) => {
    const next = broadcastShape(common, value.shape);
    if (next === undefined)
      throw new DefectError("map-shape", `${shapeText(common)} and ${shapeText(value.shape)} do not broadcast`);
    return next;
  }, []);
  const operands = values.map((value) => operandOf(broadcastTo(value, shape)));
  return b.emit({ kind: "Map", dtype, extents: extentsOf(shape), operands, instructions: instructionsOf(term) }, shape);
}
