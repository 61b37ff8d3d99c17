import type { StepContext } from "./program/types.ts";
import { threefry2x32 } from "./threefry.ts";

/** Which sample stands at which position of which step. SPEC: spec/numerics.md, Order. */

const rounds = 48;
const pivotCounter = 0xffffffff;

/** Where the swap-or-not shuffle of `epoch` puts `rank` among `samples` samples. All are integers; epoch is taken modulo 2³². */
export function permute(rank: number, samples: number, seed: number, epoch: number): number {
  const bits = new Uint32Array(2);
  let x = rank;
  for (let round = 0; round < rounds; round++) {
    const pivot = threefry2x32(seed, epoch, round, pivotCounter, bits)[0]! % samples;
    const partner = (pivot + samples - x) % samples;
    const swap = threefry2x32(seed, epoch, round, Math.max(x, partner), bits)[0]! & 1;
    if (swap === 1) x = partner;
  }
  return x;
}

/** Index of the sample at a position (0 … batch−1) of a step, among samples ≥ 1. */
export function sampleAt(context: StepContext, batch: number, position: number, samples: number): number {
  // UNITS: positions over the whole job, below 2³² · 2²⁰, so that a double holds them exactly.
  const p = context.step * batch + position;
  const rank = p % samples;
  if (context.order === "sequential") return rank;
  return permute(rank, samples, context.seed, Math.floor(p / samples) % 2 ** 32);
}
