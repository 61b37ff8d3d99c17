import { createPrng } from "../../../common/index.ts";
import type { Subject } from "../../../dispute/index.ts";
import { gridSteps } from "../../../engine/index.ts";
import { defaultGrid } from "../../../submitter/index.ts";

/** A segment, and the step of it in which somebody lies. */
export interface Plan {
  readonly claim: Subject["claim"];
  /** Steps before the one in which the lies are. */
  readonly disputed: number;
}

/**
 * The first segment of a job, with the grid that the default terms have. The step is drawn from the last whole cell: everything before
 * it is executed once for both sides, and what an operator or a step costs to point at does not depend on its place.
 */
export function planSegment(steps: number, seed: number): Plan {
  const grid = defaultGrid(steps);
  const claim = { firstStep: 0, steps, grid, seed: 1, order: "shuffled" } as const;
  const cell = Math.floor(steps / grid) - 1;
  return { claim, disputed: cell * grid + createPrng(seed).below(grid) };
}

/** Numbers of steps after which a game about the plan's step asks for the state's root, in order; 0 is one of them. */
export function committedSteps({ claim: { steps, grid }, disputed }: Plan): number[] {
  const cell = Math.floor(disputed / grid) * grid;
  const within = Array.from({ length: Math.min(grid, steps - cell) + 1 }, (_, i) => cell + i);
  return [...new Set([0, ...gridSteps(steps, grid), ...within])].toSorted((a, b) => a - b);
}
