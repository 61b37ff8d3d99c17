import type { Operator } from "../../program/types.ts";

/** The part of a step that an operator belongs to. */
export type Phase = "data" | "forward" | "loss" | "backward" | "update";

/** Where an operator comes from. */
export interface Origin {
  readonly phase: Phase;
  /** The ONNX node that it computes or whose gradient it computes, or the parameter that it updates. */
  readonly name?: string;
  /** The node's type. */
  readonly opType?: string;
}

/**
 * Origins ride on operators under a symbol, so that passes, which make operators out of others by spreading them, keep them, and nothing
 * that compares or encodes operators sees them.
 */
const key = Symbol("origins");

type Marked = Operator & { readonly [key]?: readonly Origin[] };

/** Of an operator that passes made out of several, all of theirs, the last one first. */
export function originsOf(operator: Operator): readonly Origin[] {
  return (operator as Marked)[key] ?? [];
}

export function withOrigins<T extends Operator>(operator: T, origins: readonly Origin[]): T {
  const distinct = origins.filter(
    (each, i) => origins.findIndex((other) => other.phase === each.phase && other.name === each.name) === i,
  );
  return { ...operator, [key]: distinct };
}

/** The operator as the program holds it. */
export function withoutOrigins(operator: Operator): Operator {
  const bare: Operator = { ...operator };
  delete (bare as { [key]?: unknown })[key];
  return bare;
}
