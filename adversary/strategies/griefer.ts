import type { Prng } from "../../common/index.ts";
import type { Aim } from "../../dispute/index.ts";
import type { Call } from "../../protocol/index.ts";
import { Outsider } from "../attackers/outsider.ts";
import { Claims } from "../course.ts";
import type { Hand } from "../honest/challenger.ts";
import type { Look } from "../party.ts";
import type { GameState } from "../record.ts";
import { cut, segments } from "../setting.ts";
import type { Strategy } from "../strategy.ts";

const operators = 18;

/** Disputes honest claims, and points anywhere. */
export class Griefer extends Outsider {
  protected readonly claims: Claims;
  readonly #aims: readonly Aim[];
  readonly #chosen: ReadonlySet<number>;

  /** @param count of games */
  constructor(account: Outsider["account"], jobId: bigint, claims: Claims, chance: Prng, count: number) {
    super(account, jobId);
    this.claims = claims;
    this.#aims = Array.from({ length: segments }, (_, k) => ({
      step: k * cut.interval + chance.below(cut.interval),
      operator: chance.below(operators),
      element: 0,
    }));
    const chosen = new Set<number>();
    while (chosen.size < count) chosen.add(chance.below(segments));
    this.#chosen = chosen;
  }

  protected override *calls(look: Look): Iterable<Call> {
    if (!this.opens(look)) return;
    for (const k of this.#chosen) {
      if (!this.games.opened(look, k)) yield this.games.open(look, k, this.claims.executions[k]!);
    }
  }

  /** Whether it is time to open his games. */
  protected opens({ job }: Look): boolean {
    return job.status === "Closing" && job.now < job.windowEnd;
  }

  protected override hand(_look: Look, { k }: GameState): Hand | undefined {
    return { own: this.claims.executions[k]!, aim: this.#aims[k]! };
  }
}

/** Every lost game costs a bond, out of which the defender is repaid. */
export const griefer: Strategy = {
  name: "griefer",
  summary: "Two outsiders open four games each on honest claims, and lose them all.",
  async cast(stage, chance) {
    const claims = Claims.honest(stage.course);
    const more = stage.outsiders.map((account) => new Griefer(account, stage.jobId, claims, chance, 4));
    return { parties: stage.cast(await stage.terms(), { more }), coalition: stage.outsiders };
  },
};
