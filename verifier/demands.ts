import { randomInt } from "node:crypto";
import { toHex } from "../common/index.ts";
import {
  demandKey,
  expectMined,
  identityOf,
  sameAddress,
  spendTokens,
  type Bundle,
  type Head,
  type Session,
} from "../daemon/index.ts";
import { chunkCount } from "../engine/index.ts";
import {
  demandChunk,
  forfeitDemand,
  readCheckpoint,
  readDemandPrice,
  voidDemand,
  type ChunkPlace,
  type Demand,
  type Job,
} from "../protocol/index.ts";

/** A chunk of a state of the program, each as likely. */
function anyChunk({ program }: Bundle): Pick<ChunkPlace, "tensor" | "chunk"> {
  const counts = program.states.map(({ words }) => chunkCount(words));
  let chunk = randomInt(counts.reduce((sum, count) => sum + count, 0));
  let tensor = 0;
  while (chunk >= counts[tensor]!) chunk -= counts[tensor++]!;
  return { tensor, chunk };
}

/**
 * Demands a chunk of a checkpoint whose state its solver does not serve, once: who has lost it, or is away, cannot answer.
 * @throws OperatorError `tokens-short`
 */
export async function demandState(session: Session, job: Job, k: number, bundle: Bundle): Promise<void> {
  const { chain, transactions, log } = session;
  const key = `demand/${identityOf(job)}/${k}`;
  if (await transactions.stands(key)) return;
  const [{ stateRoot }, price] = await Promise.all([readCheckpoint(chain, job.id, k), readDemandPrice(chain, job.id)]);
  const { encoded, tree } = bundle.commitment;
  const program = { header: toHex(encoded.header), recordTree: toHex(tree.root) };
  const call = demandChunk(chain.deployment, job.id, { checkpoint: k, stateRoot, ...program, ...anyChunk(bundle) });
  const outcome = await spendTokens(session, "availability", price, () => transactions.perform({ key, call }));
  expectMined(outcome, key);
  if (outcome.kind !== "mined" || !outcome.made) return;
  const facts = { job: String(job.id), checkpoint: k, price: String(price) };
  log.warn({ event: "demanded", ...facts }, `Job ${job.id}: checkpoint ${k} is not served; a chunk of it is demanded`);
}

/** Anybody may have done the same, or convicted the job otherwise: then the next block asks for the price. */
const overtaken = new Set(["reverted-demand-not-open", "reverted-wrong-status"]);

/** Ends own demands that nobody answers: convicts when the time is over, takes the price back when the job fell otherwise. */
export function tendDemand(session: Session, demand: Demand, jobs: readonly Job[], { timestamp }: Head): void {
  if (demand.status !== "Open" || !sameAddress(demand.demander, session.address)) return;
  const { deployment } = session.chain;
  // A job leaves `jobs` only some time after it is finished.
  const fell = !jobs.some(({ id, status }) => id === demand.jobId && (status === "Running" || status === "Closing"));
  if (fell) return end(session, demand, "voided", voidDemand(deployment, demand.id));
  if (timestamp > demand.answerBy) end(session, demand, "forfeited", forfeitDemand(deployment, demand.id));
}

function end(
  session: Session,
  demand: Demand,
  event: "voided" | "forfeited",
  call: ReturnType<typeof voidDemand>,
): void {
  const { tasks, transactions, log } = session;
  tasks.start(`${event}/${demand.id}`, async () => {
    const outcome = await transactions.perform({ key: `${event}/${demandKey(demand)}`, call });
    if (outcome.kind === "refused" && !overtaken.has(outcome.refusal.code)) throw outcome.refusal;
    if (outcome.kind !== "mined" || !outcome.made) return;
    const facts = { event, demand: String(demand.id), job: String(demand.jobId) };
    log.info(facts, `Job ${demand.jobId}: demand ${demand.id} ${event}`);
  });
}
