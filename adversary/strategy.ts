import type { Prng } from "../common/index.ts";
import type { Setting } from "./setting.ts";
import type { Cast, Stage } from "./stage.ts";

/** One way to deviate from what an honest party does. */
export interface Strategy {
  /** As the command line names it. */
  readonly name: string;
  /** What the attacker does, in one sentence. */
  readonly summary: string;
  /**
   * Why the rules leave it a gain, where it is known that they do: such a strategy is measured, and no test asks that it loses.
   */
  readonly limit?: string;
  /** Where it needs other terms than the usual ones. */
  readonly setting?: Partial<Setting>;
  /** Who plays in one run; all chance of the attacker's is drawn from `chance`. */
  cast(stage: Stage, chance: Prng): Promise<Cast>;
}
