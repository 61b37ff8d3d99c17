import type { Hex } from "viem";
import { DefectError } from "../common/index.ts";
import {
  crashPoint,
  eachSecond,
  identityOf,
  obtainBundle,
  obtainState,
  replayKey,
  type Bundle,
  type Replay,
  type Segment,
  type Session,
  type TaskQueue,
  type VerifierConfig,
} from "../daemon/index.ts";
import { workUnitsPerStep } from "../engine/index.ts";
import { readClaim, readJob, readTerms, type Claim, type Job } from "../protocol/index.ts";
import { tooLong, type Policy } from "./policy.ts";

/** A checkpoint to replay, as it was committed. */
interface ReplayTask {
  readonly jobId: string;
  readonly k: number;
}

/** `workers`: segments at the same time. */
type ReplayConfig = Policy & Pick<VerifierConfig, "workers" | "maxDatasetBytes" | "faults">;

/**
 * Whether a claim differs from our execution. A segment of one state on the grid has no root of its own in a game, so
 * whatever is committed there says nothing.
 */
export function differs(claim: Claim, own: Pick<Replay, "endRoot" | "segmentRoot">): boolean {
  const states = Math.ceil(claim.steps / claim.grid);
  return claim.endRoot !== own.endRoot || (states > 1 && claim.segmentRoot !== own.segmentRoot);
}

/** Replays committed checkpoints and remembers what came of it. */
export class Replays {
  readonly #session: Session;
  readonly #config: ReplayConfig;
  /** Executions begun. */
  #executions = 0;
  readonly #queue: TaskQueue<ReplayTask>;
  /** Bundles that this process checked, by the terms that name them. */
  readonly #bundles = new Map<Hex, Promise<Bundle>>();
  /** Segments whose start state nobody served when it was asked for last, and what is known of their jobs. */
  readonly #unserved = new Map<string, Bundle>();
  /** Why jobs are not replayed, by their terms. */
  readonly #refusals = new Map<Hex, string>();

  private constructor(session: Session, config: ReplayConfig, queue: TaskQueue<ReplayTask>) {
    this.#session = session;
    this.#config = config;
    this.#queue = queue;
  }

  static async open(session: Session, config: ReplayConfig): Promise<Replays> {
    const ready = Promise.withResolvers<Replays>();
    const run = async ({ jobId, k }: ReplayTask): Promise<void> => (await ready.promise).#replay(BigInt(jobId), k);
    const queue = await session.queue<ReplayTask>({ name: "replay", concurrency: config.workers, run });
    const replays = new Replays(session, config, queue);
    ready.resolve(replays);
    return replays;
  }

  /** Why a job is not replayed, as its program showed; undefined while it is. */
  refusal({ termsHash }: Job): string | undefined {
    return this.#refusals.get(termsHash);
  }

  /** The job's bundle where the start of segment k was asked for in vain; undefined where it was not. */
  unserved(job: Job, k: number): Bundle | undefined {
    return this.#unserved.get(`${identityOf(job)}/${k}`);
  }

  /** What came of a checkpoint's replay; puts it into the queue where nothing did yet. */
  async of(job: Job, k: number, claim: Claim): Promise<Replay | undefined> {
    const replay = this.#session.journal.kept<Replay>(replayKey(job, k, claim));
    if (replay === undefined) await this.#queue.add(`replay-${job.id}-${k}`, { jobId: String(job.id), k });
    return replay;
  }

  async #replay(jobId: bigint, k: number): Promise<void> {
    const { chain, journal, log, metrics } = this.#session;
    const job = await readJob(chain, jobId);
    // A reorganised chain may have taken the commitment back.
    if (job.committed <= k || (job.status !== "Running" && job.status !== "Closing")) return;
    const claim = await readClaim(chain, jobId, k);
    if (journal.kept(replayKey(job, k, claim)) !== undefined) return;
    if (!(await this.#obtain(job, k, claim))) return;
    const own = await this.#execute(job, k, claim, false);
    const differing = differs(claim, own);
    if (differing) await this.#confirm(job, k, claim, own);
    crashPoint("replayed");
    journal.keep(replayKey(job, k, claim), { ...own, differs: differing } satisfies Replay);
    metrics.segmentsReplayed.inc({ outcome: differing ? "differs" : "agrees" });
    const facts = { job: String(jobId), checkpoint: k, ...own, claimed: claim.endRoot, differs: differing };
    log.info({ event: "replayed", ...facts }, `Job ${jobId}: checkpoint ${k} ${differing ? "differs" : "replayed"}`);
  }

  /**
   * Bundle from the submitter, start state from our own replay of the segment before or else from the solver.
   * @returns whether the segment is one to replay
   */
  async #obtain(job: Job, k: number, { startRoot }: Claim): Promise<boolean> {
    const { chain, store, signal } = this.#session;
    const { maxDatasetBytes } = this.#config;
    let bundle = this.#bundles.get(job.termsHash);
    if (bundle === undefined) {
      const terms = await readTerms(chain, job.id);
      // The solver serves the bundle too: a submitter who goes away takes no evidence with him.
      const from = (uri: string) => obtainBundle({ store, terms, uri, maxDatasetBytes, signal });
      bundle = from(terms.uri).catch(() => from(job.uri));
      this.#bundles.set(job.termsHash, bundle);
      bundle.catch(() => this.#bundles.delete(job.termsHash));
      const refusal = tooLong(terms, workUnitsPerStep((await bundle).program), this.#config);
      if (refusal !== undefined) this.#refusals.set(job.termsHash, refusal);
    }
    const known = await bundle;
    if (this.refusal(job) !== undefined) return false;
    const segment = `${identityOf(job)}/${k}`;
    await obtainState({ store, program: known.program, root: startRoot, uri: job.uri, signal }).catch(
      (error: unknown) => {
        this.#unserved.set(segment, known);
        throw error;
      },
    );
    this.#unserved.delete(segment);
    return true;
  }

  async #execute(job: Job, k: number, claim: Claim, fresh: boolean): Promise<Omit<Replay, "differs">> {
    const { compute, log } = this.#session;
    const facts = { job: String(job.id), checkpoint: k };
    const progress = eachSecond((done, steps) =>
      log.info(
        { event: "progress", ...facts, done, steps },
        `Job ${job.id}: replaying checkpoint ${k}, step ${done} of ${steps}`,
      ),
    );
    const segment = segmentOf(claim);
    const number = ++this.#executions;
    const fault = this.#config.faults.find(({ execution }) => execution === number);
    const flip = fault && { ...fault, step: segment.firstStep };
    return compute.segment({ segment, keep: true, fresh, flip }, progress);
  }

  /** Nobody is accused on one execution: a second one, on a fresh executor, must agree with the first. */
  async #confirm(job: Job, k: number, claim: Claim, first: Omit<Replay, "differs">): Promise<void> {
    const { log } = this.#session;
    log.warn(
      { event: "mismatch", job: String(job.id), checkpoint: k },
      `Job ${job.id}: checkpoint ${k} differs; replaying it again`,
    );
    const second = await this.#execute(job, k, claim, true);
    if (second.endRoot === first.endRoot && second.segmentRoot === first.segmentRoot) return;
    throw new DefectError(
      "executions-disagree",
      "Two executions of one segment differ: this machine cannot be trusted.",
      { first, second },
    );
  }
}

function segmentOf({ endRoot: _end, segmentRoot: _segment, ...segment }: Claim): Segment {
  return segment;
}
