import type { Address } from "viem";
import {
  type Daemon,
  Endings,
  identityOf,
  isVoid,
  openSession,
  Play,
  sameAddress,
  unfinishedDemands,
  unfinishedGames,
  unfinishedJobs,
  watchRisk,
  withdrawCredits,
  type Head,
  type Replay,
  type Session,
  type VerifierConfig,
} from "../daemon/index.ts";
import {
  finishedStatuses,
  readBond,
  readClaim,
  readTerms,
  type Claim,
  type GameView,
  type Job,
} from "../protocol/index.ts";
import { openDispute, tendVoid } from "./disputes.ts";
import { tendDemand } from "./demands.ts";
import { readDrawn } from "./draws.ts";
import { enroll, secretsOf } from "./enrolment.ts";
import { refusalOf, tooSlow, type Policy } from "./policy.ts";
import { Replays } from "./replays.ts";
import { Seats } from "./seats.ts";
import { Whistleblower } from "./whistleblower.ts";

/** Blocks between two looks at the credits while no job ends. */
const blocksBetweenLooks = 64n;

export interface Verifier extends Daemon {
  readonly address: Address;
  /** Where `/metrics` and `/health` are served; undefined where they are not. */
  readonly statusUrl: string | undefined;
}

/** A solver settles his own job; a verifier does when nobody did for so many rounds, as a rule blocks. */
const settlePatience = 10;

/**
 * Starts a verifier: it replays committed checkpoints, all, the drawn or the rewarding ones, disputes the first of a job that it
 * does not reach too, plays the game to its end, attests what it is drawn for and takes its money.
 * @throws OperatorError of the configuration (deployment, chain, Redis); TransientError `rpc-unreachable`
 */
export async function startVerifier(config: VerifierConfig): Promise<Verifier> {
  const session = await openSession("verifier", config);
  try {
    const replays = await Replays.open(session, config);
    const { address, log } = session;
    log.info({ event: "started", address, engine: session.engine }, `Verifier ${address}`);
    const done = session.run(loop(session, config, replays));
    const stop = async (): Promise<void> => {
      await session.close();
      log.info({ event: "stopped" }, "Verifier stopped");
    };
    return { address, statusUrl: session.statusUrl, done, stop };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** What a verifier does about every new block: read, decide, start what is missing. */
function loop(session: Session, config: VerifierConfig, replays: Replays): (head: Head) => Promise<void> {
  const { address, tasks } = session;
  const checks = new Checks(session, config, replays);
  const secrets = secretsOf(session, config);
  const seats = new Seats(session, replays, secrets);
  const [jobs, games, demands] = [unfinishedJobs(session), unfinishedGames(session), unfinishedDemands(session)];
  const endings = new Endings(session, settlePatience);
  const play = new Play({ session, side: "challenger" });
  const risk = watchRisk(session, "challenger");
  return async (head) => {
    const [allJobs, allGames, asked] = await Promise.all([jobs.refresh(), games.refresh(), demands.refresh()]);
    risk(allGames, head);
    checks.note(allGames);
    for (const view of allGames) {
      if (isVoid(view, allJobs)) tendVoid(session, view);
      else play.tend(view, head);
    }
    for (const demand of asked) tendDemand(session, demand, allJobs, head);
    // Before any job closes: the draws go by what was enrolled before.
    if (config.enroll > 0n && !session.breaker.broken)
      tasks.start("enroll", () => enroll(session, secrets, config.enroll));
    for (const job of allJobs) {
      if (finishedStatuses.includes(job.status)) tasks.start(`close/${job.id}`, () => seats.close(job));
      if (disputable(job, head) && !sameAddress(job.solver, address)) {
        tasks.start(`check/${job.id}`, () => checks.check(job, head));
        if (job.status === "Closing") tasks.start(`seats/${job.id}`, () => seats.tend(job, head));
      }
      endings.tend(job, head);
    }
    const ended = allJobs.some(({ status }) => finishedStatuses.includes(status));
    if (ended || head.number % blocksBetweenLooks === 0n) tasks.start("withdraw", () => withdrawCredits(session));
  };
}

function disputable({ status, windowEnd }: Job, { timestamp }: Head): boolean {
  return status === "Running" || (status === "Closing" && timestamp < windowEnd);
}

/** Newest checkpoints that are checked again block by block; no reorganisation is expected to reach the others. */
const checkpointsRechecked = 8;

type ChecksConfig = Policy & Pick<VerifierConfig, "replay" | "lieRate" | "replayCost">;

/** The claims of the jobs, checked in order. */
class Checks {
  readonly #session: Session;
  readonly #config: ChecksConfig;
  readonly #replays: Replays;
  readonly #whistleblower: Whistleblower;
  /** First checkpoint of each job that still needs something. */
  readonly #next = new Map<string, number>();
  /** Whether a job is left alone. Terms never change. */
  readonly #declined = new Map<string, boolean>();

  constructor(session: Session, config: ChecksConfig, replays: Replays) {
    this.#session = session;
    this.#config = config;
    this.#replays = replays;
    this.#whistleblower = new Whistleblower(session, config);
  }

  /** Looks at who disputes what. */
  note(games: readonly GameView[]): void {
    this.#whistleblower.note(games);
  }

  /** Up to the first claim that is not replayed or that differs. */
  async check(job: Job, head: Head): Promise<void> {
    if (await this.#declines(job)) return;
    const id = identityOf(job);
    for await (const k of this.#asked(job, head)) {
      const claim = await readClaim(this.#session.chain, job.id, k);
      const replay = await this.#replays.of(job, k, claim);
      const refusal = this.#replays.refusal(job);
      if (refusal !== undefined) return void this.#decline(job, refusal);
      if (replay === undefined) return;
      if (replay.differs) return this.#dispute(job, k, claim, replay);
      if (k === (this.#next.get(id) ?? 0) && k + checkpointsRechecked < job.committed) this.#next.set(id, k + 1);
    }
  }

  /** The checkpoints to replay: all that need it, or those of our seats, and where it pays others. */
  async *#asked(job: Job, head: Head): AsyncGenerator<number> {
    if (this.#config.replay === "all") {
      for (let k = this.#next.get(identityOf(job)) ?? 0; k < job.committed; k++) yield k;
      return;
    }
    if (job.status !== "Closing") return;
    const drawn = await readDrawn(this.#session, job, head.timestamp);
    if (drawn === undefined) return;
    yield* drawn.seats;
    if (this.#config.replay === "rewarding") yield* this.#whistleblower.asked(job, drawn);
  }

  async #declines(job: Job): Promise<boolean> {
    const id = identityOf(job);
    const known = this.#declined.get(id);
    if (known !== undefined) return known;
    const { chain } = this.#session;
    const [terms, bond] = await Promise.all([readTerms(chain, job.id), readBond(chain, job.id)]);
    return this.#decline(job, refusalOf(terms, bond, this.#config));
  }

  /** Keeps whether there is a reason to leave a job alone, and says it once. */
  #decline(job: Job, reason: string | undefined): boolean {
    this.#declined.set(identityOf(job), reason !== undefined);
    if (reason === undefined) return false;
    const facts = { event: "declined", job: String(job.id), reason };
    this.#session.log.warn(facts, `Job ${job.id} is left alone: ${reason}`);
    return true;
  }

  async #dispute(job: Job, k: number, claim: Claim, replay: Replay): Promise<void> {
    if (this.#session.breaker.broken) return;
    const terms = await readTerms(this.#session.chain, job.id);
    if (this.#decline(job, tooSlow(terms, replay.elapsedMs))) return;
    await openDispute(this.#session, job, k, claim, replay);
  }
}
