import type { Address } from "viem";
import {
  type Daemon,
  Endings,
  identityOf,
  isVoid,
  openSession,
  Play,
  sameAddress,
  unfinishedGames,
  unfinishedJobs,
  watchRisk,
  withdrawCredits,
  type Head,
  type Session,
  type VerifierConfig,
} from "../daemon/index.ts";
import { finishedStatuses, readClaim, type Claim, type Job } from "../protocol/index.ts";
import { attest, attestationSettled, collect, stake } from "./attestations.ts";
import { openDispute, tendVoid } from "./disputes.ts";
import { Replays } from "./replays.ts";

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
 * Starts a verifier: it replays committed checkpoints, attests those it reaches too, disputes the first of a job that it does
 * not, plays the game to its end and takes its money.
 * @throws OperatorError of the configuration (deployment, chain, Redis); TransientError `rpc-unreachable`
 */
export async function startVerifier(config: VerifierConfig): Promise<Verifier> {
  const session = await openSession("verifier", config);
  try {
    const replays = await Replays.open(session, config);
    const { address, log } = session;
    log.info({ event: "started", address, engine: config.engine }, `Verifier ${address}`);
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
  const checks = new Checks(session, config.attest, replays);
  const [jobs, games] = [unfinishedJobs(session), unfinishedGames(session)];
  const endings = new Endings(session, settlePatience);
  const play = new Play({ session, side: "challenger" });
  const risk = watchRisk(session, "challenger");
  return async (head) => {
    const [allJobs, allGames] = await Promise.all([jobs.refresh(), games.refresh()]);
    risk(allGames, head);
    for (const view of allGames) {
      if (isVoid(view, allJobs)) tendVoid(session, view);
      else play.tend(view, head);
    }
    for (const job of allJobs) {
      if (finishedStatuses.includes(job.status)) tasks.start(`collect/${job.id}`, () => collect(session, job, head));
      if (disputable(job, head) && !sameAddress(job.solver, address)) {
        // While the solver trains: the stake must be there before the first attestation.
        if (config.attest) tasks.start("stake", () => stake(session));
        tasks.start(`check/${job.id}`, () => checks.check(job));
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

/** The claims of the jobs, checked in order. */
class Checks {
  readonly #session: Session;
  readonly #attesting: boolean;
  readonly #replays: Replays;
  /** First checkpoint of each job that still needs something. */
  readonly #next = new Map<string, number>();

  constructor(session: Session, attesting: boolean, replays: Replays) {
    this.#session = session;
    this.#attesting = attesting;
    this.#replays = replays;
  }

  /** Up to the first claim that is not replayed or that differs. */
  async check(job: Job): Promise<void> {
    const id = identityOf(job);
    for (let k = this.#next.get(id) ?? 0; k < job.committed; k++) {
      const claim = await readClaim(this.#session.chain, job.id, k);
      const replay = await this.#replays.of(job, k, claim);
      if (replay === undefined) return;
      if (replay.differs) {
        if (this.#session.breaker.broken) return;
        return openDispute(this.#session, job, k, claim, replay);
      }
      const settled = !this.#attesting || (await attestationSettled(this.#session, job, k));
      if (!settled) this.#attest(job, k, claim);
      else if (k === (this.#next.get(id) ?? 0) && k + checkpointsRechecked < job.committed) this.#next.set(id, k + 1);
    }
  }

  /** On its own: an attestation that fails must not keep a later checkpoint from being checked. */
  #attest(job: Job, k: number, claim: Claim): void {
    this.#session.tasks.start(`attest/${job.id}/${k}`, () => attest(this.#session, job, k, claim));
  }
}
