import { adagrad, type Adagrad } from "./adagrad.ts";
import { adam, type Adam } from "./adam.ts";
import { adamw, type AdamW } from "./adamw.ts";
import { lion, type Lion } from "./lion.ts";
import { rmsprop, type RmsProp } from "./rmsprop.ts";
import { sgd, type Sgd } from "./sgd.ts";
import type { Update, Updated } from "./update.ts";

interface OptimiserByName {
  readonly sgd: Sgd;
  readonly adam: Adam;
  readonly adamw: AdamW;
  readonly rmsprop: RmsProp;
  readonly adagrad: Adagrad;
  readonly lion: Lion;
}

export type OptimiserName = keyof OptimiserByName;
export type Optimiser = OptimiserByName[OptimiserName];

type Rules = { readonly [Name in OptimiserName]: (settings: OptimiserByName[Name], update: Update) => Updated };

const optimisers: Rules = { sgd, adam, adamw, rmsprop, adagrad, lion };

export const optimiserNames = Object.keys(optimisers) as readonly OptimiserName[];

/** Decay of a parameter that no pattern takes it from. */
export function weightDecayOf(optimiser: Optimiser): number {
  return optimiser.weightDecay ?? (optimiser.kind === "adamw" ? 0.01 : 0);
}

/** One parameter after the step. */
export function applyOptimiser(optimiser: Optimiser, update: Update): Updated {
  return (optimisers[optimiser.kind] as (settings: Optimiser, update: Update) => Updated)(optimiser, update);
}
