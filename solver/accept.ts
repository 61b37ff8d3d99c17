import { OperatorError } from "../common/index.ts";
import {
  crashPoint,
  ensureFreeStake,
  identityOf,
  obtainBundle,
  validateOnChain,
  type Session,
  type SolverConfig,
} from "../daemon/index.ts";
import { workUnitsPerStep } from "../engine/index.ts";
import { acceptJob, readTerms, type Job, type Terms } from "../protocol/index.ts";
import { refusalOf, tooSlow } from "./policy.ts";

/** Jobs that this process looked at and leaves alone. */
export type Declined = Set<string>;

/**
 * Accepts an open job if it pays, its bundle is whole and valid, and a trial step is fast enough; stakes what is missing.
 * @throws OperatorError `tokens-short`; TransientError when the bundle or the node cannot be reached now
 */
export async function tryAccept(
  session: Session,
  config: SolverConfig,
  job: Job,
  artifactUrl: string,
  declined: Declined,
): Promise<void> {
  const { chain, transactions, log } = session;
  const terms = await readTerms(chain, job.id);
  const reason = await inspect(session, config, terms);
  if (reason !== undefined) {
    declined.add(identityOf(job));
    log.info({ event: "declined", job: String(job.id), reason }, `Job ${job.id} declined: ${reason}`);
    return;
  }
  await ensureFreeStake(session, terms.stake);
  const call = acceptJob(chain.deployment, job.id, job.termsHash, artifactUrl);
  const outcome = await transactions.perform({ key: `accept/${identityOf(job)}`, call });
  if (outcome.kind === "refused" && outcome.refusal.code !== "reverted-wrong-status") throw outcome.refusal;
  if (outcome.kind !== "mined") return;
  crashPoint("accepted");
  const facts = { job: String(job.id), steps: terms.steps, interval: terms.interval, uri: artifactUrl };
  log.info({ event: "accepted", ...facts }, `Job ${job.id} accepted`);
}

/** Why to decline, undefined to accept. An OperatorError of the bundle is the submitter's: a reason, not a failure. */
async function inspect(session: Session, config: SolverConfig, terms: Terms): Promise<string | undefined> {
  const now = BigInt(Math.floor(Date.now() / 1000));
  const refusal = refusalOf(terms, config, now);
  if (refusal !== undefined) return refusal;
  try {
    const { maxDatasetBytes } = config;
    const bundle = await obtainBundle({
      store: session.store,
      terms,
      uri: terms.uri,
      maxDatasetBytes,
      signal: session.signal,
    });
    const workUnits = workUnitsPerStep(bundle.program) * BigInt(terms.steps);
    if (terms.workUnits < workUnits) return `It pays for ${terms.workUnits} of its ${workUnits} work units.`;
    await validateOnChain(session.chain, bundle);
    return tooSlow(terms, await trialStep(session, terms));
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
}

/** The second of two steps from the initial state. UNITS: ms. @throws OperatorError when the engine cannot run the program */
async function trialStep({ compute }: Session, terms: Terms): Promise<number> {
  const { programRoot, datasetRoot, initialStateRoot: startRoot, seed, order } = terms;
  const segment = { programRoot, datasetRoot, startRoot, firstStep: 0, steps: 1, grid: 1, seed, order };
  await compute.segment({ segment, keep: false });
  return (await compute.segment({ segment, keep: false })).elapsedMs;
}
