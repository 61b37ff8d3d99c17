import type { Prng } from "../common/index.ts";
import type { Role } from "./arena.ts";
import type { Plan, Play } from "./play.ts";

/** One way to cheat, described as what differs from honesty. */
export interface Strategy {
  /** As it is typed. */
  readonly name: string;
  readonly summary: string;
  /** Whose gains and losses are the attacker's; the honest course is the same roles without a plan. */
  readonly coalition: readonly Role[];
  /** The plan of one run. */
  plan(prng: Prng): Plan;
  /** What happens instead of one job from submission to settlement. */
  run?(play: Play, again: (plan: Plan, solver?: Role) => Play): Promise<void>;
}

/** The attacker's verifiers and his main account. */
export const coalitionOf = (...roles: Role[]): readonly Role[] => [...roles, "attacker", "accomplice1", "accomplice2"];
