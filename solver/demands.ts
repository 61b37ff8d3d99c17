import { toHex, TransientError } from "../common/index.ts";
import { crashPoint, demandKey, trainedKey, type Session, type Trained } from "../daemon/index.ts";
import { decodeProgram, decodeState, openChunk, stateCommitment } from "../engine/index.ts";
import { answerDemand, readClaim, type Claim, type Demand, type Job } from "../protocol/index.ts";

/**
 * Answers a demand for a chunk of an own checkpoint.
 * SAFETY: whoever leaves one unanswered is convicted.
 */
export async function answer(session: Session, job: Job, demand: Demand): Promise<void> {
  const { chain, store, transactions, log } = session;
  const claim = await readClaim(chain, job.id, demand.checkpoint);
  const program = decodeProgram((await store.get(claim.programRoot))!);
  const state = stateCommitment(decodeState(await ownState(session, job, demand.checkpoint, claim), program), program);
  const { words, dtype, chunkTree, tensorProof, chunk, chunkProof } = openChunk(state, demand.tensor, demand.chunk);
  const call = answerDemand(chain.deployment, demand.id, {
    words,
    dtype,
    chunkTree: toHex(chunkTree),
    tensorProof: tensorProof.map(toHex),
    chunk: toHex(chunk),
    chunkProof: chunkProof.map(toHex),
  });
  const outcome = await transactions.perform({ key: `answer/${demandKey(demand)}`, call });
  // Anybody who keeps the state may have answered.
  if (outcome.kind === "refused" && outcome.refusal.code !== "reverted-demand-not-open") throw outcome.refusal;
  if (outcome.kind === "lost") throw new TransientError("answer-lost", "The answer was lost.", { demand: demand.id });
  if (outcome.kind !== "mined" || !outcome.made) return;
  crashPoint("answered");
  const facts = { demand: String(demand.id), job: String(job.id), checkpoint: demand.checkpoint };
  log.info({ event: "answered", ...facts }, `Job ${job.id}: demand ${demand.id} is answered`);
}

/** The state of an own checkpoint; trained once more where the store has it no longer. */
async function ownState({ store, journal, compute }: Session, job: Job, k: number, claim: Claim): Promise<Uint8Array> {
  const root = journal.kept<Trained>(trainedKey(job, k))?.stateRoot ?? claim.endRoot;
  const kept = await store.get(root);
  if (kept !== undefined) return kept;
  const { endRoot, segmentRoot: _segment, ...segment } = claim;
  await compute.segment({ segment, keep: true });
  return (await store.get(endRoot))!;
}
