import { adamStep, type Adam } from "./adam.ts";
import { decayedParameter } from "./decay.ts";
import type { Update, Updated } from "./update.ts";

export interface AdamW extends Omit<Adam, "kind"> {
  readonly kind: "adamw";
  /** Decoupled: the parameter is multiplied by 1 − rate·weightDecay first; 0.01 if left out. */
  readonly weightDecay?: number;
}

/** SPEC: torch.optim.AdamW. */
export function adamw(settings: AdamW, update: Update): Updated {
  return adamStep(settings, update, update.gradient, decayedParameter(update));
}
