import { setTimeout } from "node:timers/promises";
import { OperatorError } from "../common/index.ts";
import { finishedStatuses, readJob, type Chain, type Job } from "../protocol/index.ts";

export interface WatchOptions {
  /** UNITS: ms between looks; 1,000 if not given. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/** The job now and after every change, until it is finished or the signal is aborted. Errors: OperatorError `no-job`. */
export async function* watchJob(chain: Chain, jobId: bigint, options: WatchOptions = {}): AsyncGenerator<Job, void> {
  const { pollMs = 1_000, signal } = options;
  let seen = "";
  while (signal?.aborted !== true) {
    const job = await readJob(chain, jobId);
    if (job.status === "None") throw new OperatorError("no-job", `There is no job ${jobId}.`, { jobId });
    const look = JSON.stringify(job, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    if (look !== seen) yield job;
    if (finishedStatuses.includes(job.status)) return;
    seen = look;
    await setTimeout(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}
