import type { Address } from "viem";
import { settleJob, submitJob, type Terms } from "../../protocol/index.ts";
import type { Look, Party } from "../party.ts";
import type { Sending } from "../sending.ts";

/** After the window's end, when the solver has not settled. UNITS: seconds. */
const patience = 600;

/** Submits a job, and sees to it that it ends. */
export class Submitter implements Party {
  readonly account: Address;
  readonly jobId: bigint;
  readonly executed = 0;
  readonly #terms: Terms;

  constructor(account: Address, jobId: bigint, terms: Terms) {
    this.account = account;
    this.jobId = jobId;
    this.#terms = terms;
  }

  async act({ chain, job }: Look): Promise<readonly Sending[]> {
    if (job.status === "None" && this.ready(job)) {
      return [{ from: this.account, call: submitJob(chain.deployment, this.#terms) }];
    }
    const over = job.status === "Closing" && job.now >= job.windowEnd + patience && job.games.length === 0;
    return over ? [{ from: this.account, call: settleJob(chain.deployment, this.jobId) }] : [];
  }

  /** Whether it is time to submit. */
  protected ready(_job: Look["job"]): boolean {
    return true;
  }

  wakes({ job }: Look): readonly number[] {
    return job.status === "Closing" ? [job.windowEnd + patience] : [];
  }
}
