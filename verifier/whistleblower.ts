import { zeroHash, type Address } from "viem";
import { identityOf, sameAddress, type Session, type VerifierConfig } from "../daemon/index.ts";
import {
  readAttestations,
  readSeatsTaken,
  readTerms,
  segmentOf,
  type GameView,
  type Job,
  type Terms,
} from "../protocol/index.ts";
import type { Drawn } from "./draws.ts";

/** What the reward of replaying a segment depends on. */
export interface Prospect {
  /** Chance that the segment is false, before anybody looked. 0 … 1 */
  readonly lieRate: number;
  /** Chance that no seat finds it, if it is false. 0 … 1 */
  readonly unfound: number;
  /** Others without a seat who are expected to find it as well; ≥ 0, a fraction too. */
  readonly rivals: number;
  /** UNITS: the token's smallest. */
  readonly bounty: bigint;
}

/** Binary digits of a chance that reach an amount. */
const chanceBits = 52n;

/**
 * What replaying a segment is worth before it is done: lieRate · unfound · bounty / (1 + rivals), rounded down. Of those who
 * dispute a false segment one convicts, and each is as likely; where a seat finds it, the bounty is the seats'. The bond comes
 * back and gas is repaid to a winner, so neither counts. UNITS: the token's smallest. Pure. SPEC: docs/operating.md, Whistleblowers.
 */
export function expectedReward({ lieRate, unfound, rivals, bounty }: Prospect): bigint {
  const chance = (lieRate * unfound) / (1 + rivals);
  return (bounty * BigInt(Math.floor(chance * 2 ** Number(chanceBits)))) >> chanceBits;
}

/** Share of seats that replay what they attest: the one that stakes are computed with (docs/contracts/deterrence.md). */
const honestShare = 0.5;

/** What is known of the seats on a segment. */
export interface Watch {
  readonly drawn: boolean;
  /** Seats taken, or while they are still taken those to be expected. */
  readonly seats: number;
  /** Whether somebody attested that the segment fails: he has to dispute it, and the bounty is his. */
  readonly failed: boolean;
}

/** Chance that no seat finds a false segment. 0 … 1. Pure. */
export function chanceUnfound({ drawn, seats, failed }: Watch): number {
  if (!drawn) return 1;
  return failed ? 0 : (1 - honestShare) ** seats;
}

type Opened = Pick<GameView, "jobId" | "checkpoint" | "challenger">;

/**
 * How many others disputed a checkpoint that anybody disputed, on average, 0 where nobody did; at least those who disputed
 * this job already, since they are ahead. Pure.
 */
export function rivalsOf(games: readonly Opened[], own: Address, jobId: bigint): number {
  const here = games.filter((game) => game.jobId === jobId && !sameAddress(game.challenger, own));
  return Math.max(meanRivals(games, own), new Set(here.map(({ challenger }) => challenger)).size);
}

function meanRivals(games: readonly Opened[], own: Address): number {
  const others = new Map<string, Set<Address>>();
  for (const { jobId, checkpoint, challenger } of games) {
    const key = `${jobId}/${checkpoint}`;
    const set = others.get(key) ?? new Set();
    others.set(key, sameAddress(challenger, own) ? set : set.add(challenger));
  }
  const counts = [...others.values()].map(({ size }) => size);
  return counts.length === 0 ? 0 : counts.reduce((sum, count) => sum + count, 0) / counts.length;
}

/** A segment with what its replay promises and costs. UNITS: the token's smallest. */
export interface Candidate extends Prospect {
  readonly k: number;
  readonly reward: bigint;
  readonly cost: bigint;
}

/** What replaying segment k costs. ASSUMES: steps cost the same, and the terms declare their work units as they are. Pure. */
export function replayCostOf(
  terms: Pick<Terms, "firstStep" | "steps" | "interval" | "workUnits">,
  k: number,
  perUnit: bigint,
) {
  return (terms.workUnits * perUnit * BigInt(segmentOf(terms, k).steps)) / BigInt(terms.steps);
}

/** Those that promise the most first; of equal ones the earlier. Pure. */
export function ranked(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => (a.reward === b.reward ? a.k - b.k : a.reward < b.reward ? 1 : -1));
}

/** Latest games from which rivals are counted. */
const gamesRemembered = 64;

/** How far a job is looked through. */
interface Progress {
  readonly agreed: Set<number>;
  /** Its replay is begun: what it costs is spent. */
  begun: number | undefined;
  /** Undefined before the first decision. */
  joined: boolean | undefined;
}

/** Which segments of closing jobs promise more than their replay costs, as the chain shows it block by block. */
export class Whistleblower {
  readonly #session: Session;
  readonly #config: Pick<VerifierConfig, "lieRate" | "replayCost">;
  readonly #progress = new Map<string, Progress>();
  readonly #games = new Map<bigint, Opened>();

  constructor(session: Session, config: Pick<VerifierConfig, "lieRate" | "replayCost">) {
    this.#session = session;
    this.#config = config;
  }

  /** Remembers who disputes what; the latest games only. */
  note(games: readonly (Opened & Pick<GameView, "id">)[]): void {
    for (const game of games) this.#games.set(game.id, game);
    const ids = [...this.#games.keys()].toSorted((a, b) => (a < b ? 1 : -1));
    for (const id of ids.slice(gamesRemembered)) this.#games.delete(id);
  }

  /**
   * The segments to replay, one after the other, while the best promises more than it costs; own seats are no matter of choice
   * and not among them. Whoever takes the next one says that the replay of the one before agreed.
   */
  async *asked(job: Job, drawn: Drawn): AsyncGenerator<number> {
    const progress = this.#progressOf(job);
    const candidates = ranked(await this.#candidates(job, drawn, progress));
    const worth = candidates.filter(({ reward, cost }) => reward > cost);
    this.#tell(job, progress, worth[0] ?? candidates[0]);
    const { begun } = progress;
    const rest = worth.map(({ k }) => k).filter((k) => k !== begun);
    for (const k of begun === undefined ? rest : [begun, ...rest]) {
      progress.begun = k;
      yield k;
      progress.agreed.add(k);
      progress.begun = undefined;
    }
  }

  #progressOf(job: Job): Progress {
    const id = identityOf(job);
    const progress = this.#progress.get(id) ?? { agreed: new Set(), begun: undefined, joined: undefined };
    this.#progress.set(id, progress);
    return progress;
  }

  async #candidates(job: Job, drawn: Drawn, { agreed }: Progress): Promise<Candidate[]> {
    const { chain, address } = this.#session;
    const { lieRate, replayCost } = this.#config;
    const terms = await readTerms(chain, job.id);
    const watches = await this.#watches(job, drawn);
    const rivals = rivalsOf([...this.#games.values()], address, job.id);
    const all = Array.from({ length: job.committed }, (_, k) => k);
    return all
      .filter((k) => !agreed.has(k) && !drawn.seats.includes(k))
      .map((k) => {
        const watch = watches.get(k) ?? { drawn: false, seats: 0, failed: false };
        const prospect = { lieRate, unfound: chanceUnfound(watch), rivals, bounty: terms.bounty };
        const cost = replayCostOf(terms, k, replayCost ?? job.unitPrice);
        return { k, ...prospect, reward: expectedReward(prospect), cost };
      });
  }

  /** The seats on each drawn segment. */
  async #watches(job: Job, { segments, sampling, part, otherWeight }: Drawn): Promise<Map<number, Watch>> {
    const { chain } = this.#session;
    const expected = part === "Seal" && otherWeight > 0n ? sampling.attestors : 0;
    const attested = part === "Seal" ? [] : await readAttestations(chain, job);
    const watches = segments.map(async (k): Promise<[number, Watch]> => {
      const seats = Math.max(expected, Number(await readSeatsTaken(chain, job.id, k)));
      return [k, { drawn: true, seats, failed: attested.some((one) => one.k === k && one.root === zeroHash) }];
    });
    return new Map(await Promise.all(watches));
  }

  /** Says once that a job is joined or left, with the figures of its best segment. */
  #tell(job: Job, progress: Progress, best: Candidate | undefined): void {
    if (best === undefined || progress.joined === best.reward > best.cost) return;
    progress.joined = best.reward > best.cost;
    const { k, reward, cost, bounty, ...chances } = best;
    const figures = { checkpoint: k, reward: String(reward), cost: String(cost), bounty: String(bounty), ...chances };
    const facts = { job: String(job.id), ...figures };
    const words = `a replay of checkpoint ${k} promises ${reward} and costs ${cost}`;
    const { log } = this.#session;
    if (progress.joined) log.info({ event: "joined", ...facts }, `Job ${job.id}: joined, ${words}`);
    else log.info({ event: "left", ...facts }, `Job ${job.id}: left, ${words}`);
  }
}
