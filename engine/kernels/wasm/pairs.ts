import type { MapFunction } from "../../program/types.ts";

/** Two functions in one stage: (a ∘ b) • c; with "from", c − (a ∘ b). Their order is their code's: `fused-record.ts`. */
export const pairs = [
  "add mul",
  "sub mul",
  "mul add",
  "mul sub",
  "mul sub from",
  "mul mul",
  "mul div",
  "div add",
  "div mul",
  "div sub from",
] as const;

export type Pair = (typeof pairs)[number];

export function isPair(fn: string): fn is Pair {
  return (pairs as readonly string[]).includes(fn);
}

const commutative: readonly MapFunction[] = ["add", "mul"];

/** The pair of a function and one that takes its result, on the left or on the right; undefined if there is none. */
export function pairOf(first: string, second: string, isLeft: boolean): Pair | undefined {
  const plain = isLeft || commutative.includes(second as MapFunction);
  const name = plain ? `${first} ${second}` : `${first} ${second} from`;
  return pairs.find((pair) => pair === name);
}
