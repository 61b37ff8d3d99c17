import type { Address } from "viem";
import type { Prng } from "../common/index.ts";
import type { Sending } from "./sending.ts";
import type { Branch, Weather } from "./weather.ts";

/** How rough it is. UNITS: seconds. */
export interface Roughness {
  /** Part of the moments at which a party that is there vanishes. */
  readonly crashes: number;
  readonly shortestCrash: number;
  readonly longestCrash: number;
  /** Part of the calls that arrive late, and by how much at most. */
  readonly late: number;
  readonly latest: number;
  /** Part of the blocks from which on the chain is taken back, one to three blocks later. */
  readonly reorganisations: number;
}

export const usualRoughness: Roughness = {
  crashes: 0.01,
  shortestCrash: 300,
  longestCrash: 3_600,
  late: 0.05,
  latest: 240,
  reorganisations: 0.03,
};

const blockSeconds = 12;
const deepest = 3;

/** What happened in a run. */
export interface Incidents {
  readonly crashes: number;
  readonly late: number;
  readonly reorganisations: number;
}

interface Held {
  readonly sending: Sending;
  readonly due: number;
}

/** Parties vanish and return, calls arrive late, blocks are taken back and come again in another order. */
export class RoughWeather implements Weather {
  readonly #chance: Prng;
  readonly #rough: Roughness;
  readonly #away = new Map<Address, number>();
  #held: readonly Held[] = [];
  /** The branch that is to be taken back, after so many more blocks; `until` is when it is too long for that. */
  #back: { readonly take: Awaited<ReturnType<Branch["fork"]>>; readonly until: number; blocks: number } | undefined;
  #reversed = false;
  readonly #incidents = { crashes: 0, late: 0, reorganisations: 0 };

  constructor(chance: Prng, rough = usualRoughness) {
    this.#chance = chance;
    this.#rough = rough;
  }

  get incidents(): Incidents {
    return this.#incidents;
  }

  awake(account: Address, now: number): boolean {
    if ((this.#away.get(account) ?? 0) > now) return false;
    if (this.#chance.unit() >= this.#rough.crashes) return true;
    const { shortestCrash, longestCrash } = this.#rough;
    this.#away.set(account, now + shortestCrash + this.#chance.below(longestCrash - shortestCrash + 1));
    this.#incidents.crashes++;
    return false;
  }

  deliver(sendings: readonly Sending[], now: number): readonly Sending[] {
    const due = this.#held.filter((held) => held.due <= now).map(({ sending }) => sending);
    this.#held = this.#held.filter((held) => held.due > now);
    // Who waits for his call to arrive does not send it again.
    const fresh = sendings.filter(
      (sending) => ![...this.#held.map((held) => held.sending), ...due].some(twin(sending)),
    );
    const prompt = fresh.filter((sending) => !this.#holds(sending, now));
    const ordered = [...due, ...prompt];
    if (this.#reversed) ordered.reverse();
    this.#reversed = false;
    return ordered;
  }

  async before(run: Branch): Promise<void> {
    const { now } = run.job;
    // Blocks that follow each other in hours are not taken back together.
    if (this.#back !== undefined && now > this.#back.until) this.#back = undefined;
    if (this.#back !== undefined || this.#chance.unit() >= this.#rough.reorganisations) return;
    const blocks = 1 + this.#chance.below(deepest);
    this.#back = { take: await run.fork(), until: now + deepest * blockSeconds, blocks };
  }

  async after(): Promise<void> {
    if (this.#back === undefined || --this.#back.blocks > 0) return;
    await this.#back.take(blockSeconds * this.#chance.below(deepest));
    this.#back = undefined;
    this.#reversed = true;
    this.#incidents.reorganisations++;
  }

  async passed(): Promise<void> {}

  wakes(): readonly number[] {
    return [...this.#away.values(), ...this.#held.map(({ due }) => due)];
  }

  #holds(sending: Sending, now: number): boolean {
    if (this.#chance.unit() >= this.#rough.late) return false;
    const blocks = 1 + this.#chance.below(this.#rough.latest / blockSeconds);
    this.#held = [...this.#held, { sending, due: now + blocks * blockSeconds }];
    this.#incidents.late++;
    return true;
  }
}

/** Whether it is the same call of the same account. */
function twin(one: Sending): (other: Sending) => boolean {
  const name = ({ from, call }: Sending): string => [from, call.functionName, ...call.args.slice(0, 3)].join();
  const wanted = name(one);
  return (other) => name(other) === wanted;
}
