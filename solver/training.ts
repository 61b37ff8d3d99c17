import { DefectError, TransientError, type OperatorError } from "../common/index.ts";
import {
  crashPoint,
  divergenceAt,
  eachSecond,
  identityOf,
  sameAddress,
  type DivergeAt,
  type Session,
  type TaskQueue,
  trainedKey,
  type Trained,
} from "../daemon/index.ts";
import type { Divergence } from "../dispute/index.ts";
import {
  checkpointsOf,
  commitCheckpoint,
  readJob,
  readTerms,
  segmentOf,
  type Job,
  type Terms,
} from "../protocol/index.ts";

/** A segment to train. */
interface TrainTask {
  readonly jobId: string;
  readonly k: number;
}

/** Trains the accepted jobs segment by segment and commits what was trained. */
export class Training {
  readonly #session: Session;
  readonly #diverge: DivergeAt | undefined;
  readonly #queue: TaskQueue<TrainTask>;
  /** First checkpoint of each job that is not known to be trained. */
  readonly #untrained = new Map<string, number>();

  private constructor(session: Session, diverge: DivergeAt | undefined, queue: TaskQueue<TrainTask>) {
    this.#session = session;
    this.#diverge = diverge;
    this.#queue = queue;
  }

  /** @param workers segments at the same time */
  static async open(session: Session, workers: number, diverge: DivergeAt | undefined): Promise<Training> {
    const ready = Promise.withResolvers<Training>();
    const run = async ({ jobId, k }: TrainTask): Promise<void> => (await ready.promise).#train(BigInt(jobId), k);
    const queue = await session.queue<TrainTask>({ name: "train", concurrency: workers, run });
    const training = new Training(session, diverge, queue);
    ready.resolve(training);
    return training;
  }

  /** Brings a running job on: the next segment into the queue, what was trained onto the chain. */
  async tend(job: Job): Promise<void> {
    this.#session.tasks.start(`commit/${job.id}`, () => this.#commit(job));
    const next = this.#firstUntrained(job);
    if (next < job.checkpoints) await this.#enqueue(job.id, next);
  }

  /** The flip of a dishonest solver in a job, in steps of the job. */
  async divergence(jobId: bigint): Promise<Divergence | undefined> {
    if (this.#diverge === undefined) return undefined;
    return divergenceAt(this.#diverge, await readTerms(this.#session.chain, jobId));
  }

  #firstUntrained(job: Job): number {
    const identity = identityOf(job);
    let k = this.#untrained.get(identity) ?? 0;
    while (k < job.checkpoints && this.#trained(job, k) !== undefined) k++;
    this.#untrained.set(identity, k);
    return k;
  }

  #trained(job: Job, k: number): Trained | undefined {
    return this.#session.journal.kept<Trained>(trainedKey(job, k));
  }

  #enqueue(jobId: bigint, k: number): Promise<void> {
    return this.#queue.add(`train-${jobId}-${k}`, { jobId: jobId.toString(), k });
  }

  async #train(jobId: bigint, k: number): Promise<void> {
    const { chain, address, compute, journal, log, metrics, tasks } = this.#session;
    const [job, terms] = await Promise.all([readJob(chain, jobId), readTerms(chain, jobId)]);
    if (job.status !== "Running" || !sameAddress(job.solver, address)) return;
    // Nobody pays for what can no longer be committed.
    if (Date.now() / 1000 > Number(job.deadline)) return;
    if (this.#trained(job, k) === undefined) {
      const segment = this.#segment(job, terms, k);
      const facts = { job: String(jobId), checkpoint: k, checkpoints: checkpointsOf(terms) };
      const progress = eachSecond((done, steps) =>
        log.info(
          { event: "progress", ...facts, done, steps },
          `Job ${jobId}: checkpoint ${k}, step ${done} of ${steps}`,
        ),
      );
      const flip = await this.divergence(jobId);
      const done = await compute.segment({ segment, keep: true, flip }, progress);
      const { endRoot, segmentRoot, stateRoots, elapsedMs } = done;
      const { firstStep, steps } = segment;
      const flipped = flip !== undefined && flip.step >= firstStep && flip.step < firstStep + steps;
      const trained = { stateRoot: endRoot, segmentRoot, stateRoots, ...(flipped && { flipped }) };
      crashPoint("trained");
      journal.keep(trainedKey(job, k), trained satisfies Trained);
      metrics.stepsTrained.inc(steps);
      metrics.segmentsTrained.inc();
      const seconds = Math.round(elapsedMs) / 1000;
      log.info(
        { event: "trained", ...facts, stateRoot: endRoot, seconds },
        `Job ${jobId}: checkpoint ${k} trained in ${seconds} s`,
      );
    }
    if (k + 1 < job.checkpoints) await this.#enqueue(jobId, k + 1);
    tasks.start(`commit/${jobId}`, () => this.#commit(job));
  }

  #segment(job: Job, terms: Terms, k: number) {
    const { programRoot, datasetRoot, grid, seed, order } = terms;
    const startRoot = k === 0 ? terms.initialStateRoot : this.#trained(job, k - 1)?.stateRoot;
    if (startRoot === undefined) {
      throw new DefectError("no-start-state", "A segment was queued before the one that it starts from.", {
        job: job.id,
        k,
      });
    }
    return { programRoot, datasetRoot, startRoot, ...segmentOf(terms, k), grid, seed, order };
  }

  /** Commits every trained checkpoint that the chain lacks, in order. */
  async #commit(job: Job): Promise<void> {
    const { chain, transactions, log, metrics } = this.#session;
    for (let k = job.committed; k < job.checkpoints; k++) {
      const trained = this.#trained(job, k);
      if (trained === undefined) return;
      const call = commitCheckpoint(chain.deployment, job.id, job.termsHash, k, trained.stateRoot, trained.segmentRoot);
      // SAFETY: after a reorganisation the number may be another job's, and what was signed for this one a lie about that.
      const key = `commit/${identityOf(job)}/${k}`;
      const { stateRoot, segmentRoot } = trained;
      const outcome = await transactions.perform({ key, call, note: { stateRoot, segmentRoot } });
      const facts = { job: String(job.id), checkpoint: k, stateRoot: trained.stateRoot };
      if (outcome.kind === "mined") {
        if (!outcome.made) continue;
        crashPoint("committed");
        metrics.commits.inc();
        log.info({ event: "committed", ...facts }, `Job ${job.id}: checkpoint ${k} committed`);
      } else if (outcome.kind === "refused") {
        const now = await readJob(chain, job.id);
        if (this.#isOver(now, k, outcome.refusal)) return;
        if (now.committed > k) continue;
        // What was there a moment ago is not, or not yet, in what this node answers: the next block is looked at anew.
        if (outcome.refusal.code === "reverted-wrong-checkpoint")
          throw new TransientError("commit-early", outcome.refusal.message, facts, { cause: outcome.refusal });
        throw outcome.refusal;
      } else throw new TransientError("commit-lost", `The commitment was ${outcome.kind}.`, facts);
    }
  }

  /** Whether nothing more can be committed to a job that refused checkpoint k; says so. */
  #isOver({ id, status, ended }: Job, k: number, refusal: OperatorError): boolean {
    if (status === "Running" && !(ended && refusal.code === "reverted-too-late")) return false;
    this.#session.log.warn(
      { event: "not-committed", job: String(id), checkpoint: k, reason: refusal.message },
      `Job ${id}: ${refusal.message}`,
    );
    return true;
  }
}
