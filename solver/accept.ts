import { OperatorError } from "../common/index.ts";
import {
  crashPoint,
  identityOf,
  lockStake,
  obtainBundle,
  validateOnChain,
  type Bundle,
  type Head,
  type Session,
  type SolverConfig,
} from "../daemon/index.ts";
import { workUnitsPerStep, type Program } from "../engine/index.ts";
import {
  acceptJob,
  auctionPriceOf,
  estimateProfit,
  readTerms,
  type Estimate,
  type Job,
  type Terms,
} from "../protocol/index.ts";
import { costsOf, refusalOf, tooLarge, tooLow, tooPoor, tooSlow } from "./policy.ts";

/** Jobs that this process looked at and leaves alone. */
export type Declined = Set<string>;

/**
 * Accepts an open job as soon as its rising price is enough, if its bundle is whole and valid and a trial step is fast enough; stakes
 * what is missing. One that no price of its auction makes worth the work is declined.
 * @throws OperatorError `tokens-short`; TransientError when the bundle or the node cannot be reached now
 */
export async function tryAccept(
  session: Session,
  config: SolverConfig,
  job: Job,
  artifactUrl: string,
  declined: Declined,
  head: Head,
): Promise<void> {
  const { chain, transactions, log } = session;
  const terms = await readTerms(chain, job.id);
  // Nothing is fetched or tried while the price is too low; it only rises.
  const now = { ...terms, unitPrice: auctionPriceOf(terms, job, head.timestamp) };
  const low = tooLow(now, config) ?? tooPoor(estimateProfit(now, costsOf(config)), config);
  const most = refusalOf(job, terms, config, session.address, head.timestamp);
  if (most === undefined && low !== undefined && now.unitPrice < terms.unitPrice) return;
  const { reason, estimate } = await inspect(session, config, terms, now, most);
  if (estimate === undefined) {
    declined.add(identityOf(job));
    log.info({ event: "declined", job: String(job.id), reason }, `Job ${job.id} declined: ${reason}`);
    return;
  }
  if (reason !== undefined) return;
  const worth = toldOf(estimate);
  log.info(
    { event: "accepting", job: String(job.id), ...worth },
    `Job ${job.id} is taken for a profit of ${worth.profit}: ${worth.price} less ${worth.gasCost} of gas and ${worth.computeCost} of computing`,
  );
  const call = acceptJob(chain.deployment, job.id, job.termsHash, artifactUrl);
  const accept = () => transactions.perform({ key: `accept/${identityOf(job)}`, call });
  const outcome = await lockStake(session, terms.stake, accept);
  if (outcome.kind === "refused" && outcome.refusal.code !== "reverted-wrong-status") throw outcome.refusal;
  if (outcome.kind !== "mined") return;
  crashPoint("accepted");
  const facts = { job: String(job.id), steps: terms.steps, interval: terms.interval, uri: artifactUrl, ...worth };
  log.info({ event: "accepted", ...facts }, `Job ${job.id} accepted`);
}

/** An estimate as a log says it: amounts as decimal strings. */
function toldOf({ gas: _gas, ...amounts }: Estimate) {
  const told = Object.entries(amounts).map(([name, amount]) => [name, String(amount)]);
  return Object.fromEntries(told) as Readonly<Record<keyof typeof amounts, string>>;
}

type Inspection =
  | { readonly reason: string; readonly estimate?: undefined }
  /** With a reason: not at this price, but perhaps at a later one. */
  | { readonly reason?: string; readonly estimate: Estimate };

/** Why to decline, or what the job is worth. An OperatorError of the bundle is the submitter's: a reason, not a failure. */
async function inspect(
  session: Session,
  config: SolverConfig,
  terms: Terms,
  now: Terms,
  refused: string | undefined,
): Promise<Inspection> {
  // Without the time that training takes it costs no more than with it.
  const first = refused ?? tooPoor(estimateProfit(terms, costsOf(config)), config);
  if (first !== undefined) return { reason: first };
  try {
    const bundle = await fetchBundle(session, config, terms);
    const workUnits = workUnitsPerStep(bundle.program) * BigInt(terms.steps);
    if (terms.workUnits < workUnits)
      return { reason: `It pays for ${terms.workUnits} of its ${workUnits} work units.` };
    await validateOnChain(session.chain, bundle);
    const stepMs = await trialStep(session, terms);
    const [most, estimate] = [terms, now].map((each) => estimateProfit(each, costsOf(config), stepMs * terms.steps));
    const reason = tooSlow(terms, stepMs) ?? tooPoor(most!, config);
    if (reason !== undefined) return { reason };
    const low = tooPoor(estimate!, config);
    return low === undefined ? { estimate: estimate! } : { estimate: estimate!, reason: low };
  } catch (error) {
    if (error instanceof OperatorError) return { reason: error.message };
    throw error;
  }
}

/** The bundle in the store, no part of it larger than this machine takes. @throws OperatorError `job-too-large` */
async function fetchBundle({ store, signal }: Session, config: SolverConfig, terms: Terms): Promise<Bundle> {
  const check = (program: Program, datasetBytes = 0): void => {
    const reason = tooLarge(program, config, datasetBytes);
    if (reason !== undefined) throw new OperatorError("job-too-large", reason);
  };
  const { maxDatasetBytes } = config;
  const bundle = await obtainBundle({ store, terms, uri: terms.uri, maxDatasetBytes, check, signal });
  check(bundle.program, await store.size(terms.datasetRoot));
  return bundle;
}

/** The second of two steps from the initial state. UNITS: ms. @throws OperatorError when the engine cannot run the program */
async function trialStep({ compute }: Session, terms: Terms): Promise<number> {
  const { programRoot, datasetRoot, initialStateRoot: startRoot, seed, order } = terms;
  const segment = { programRoot, datasetRoot, startRoot, firstStep: 0, steps: 1, grid: 1, seed, order };
  await compute.segment({ segment, keep: false });
  return (await compute.segment({ segment, keep: false })).elapsedMs;
}
