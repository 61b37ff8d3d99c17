import type { Hex } from "viem";
import { fromHex, toHex, TransientError } from "../common/index.ts";
import { crashPoint, identityOf, trainedKey, type Head, type Session, type Trained } from "../daemon/index.ts";
import { segmentCommitment } from "../engine/index.ts";
import {
  drawnState,
  isSegmentDrawn,
  openDrawnState,
  partOf,
  readModel,
  readOpenedState,
  readSampling,
  readSeatsTaken,
  readTerms,
  readWord,
  registerModel,
  segmentOf,
  wordCall,
  type Job,
} from "../protocol/index.ts";

/**
 * Opens the drawn states of an own job where somebody holds a seat, in the part of the window for it.
 * SAFETY: whoever keeps one closed is convicted.
 */
export async function openStates(session: Session, job: Job, head: Head): Promise<void> {
  const { chain, journal, transactions, log } = session;
  const [sampling, terms] = await Promise.all([readSampling(chain, job.id), readTerms(chain, job.id)]);
  const word = await readWord(chain, sampling.drawBlock);
  if (word === undefined) {
    const call = await wordCall(chain, sampling.drawBlock, head.number);
    if (call !== undefined) await transactions.perform({ key: `word/${sampling.drawBlock}`, call });
    return;
  }
  if (partOf(Number(head.timestamp - sampling.closedAt), sampling.window) !== "Open") return;
  for (let k = 0; k < sampling.committed; k++) {
    if (!isSegmentDrawn(word, job.id, k, sampling)) continue;
    const { index, states } = drawnState(word, job.id, k, { ...segmentOf(terms, k), grid: terms.grid });
    if (index + 1 === states || (await readSeatsTaken(chain, job.id, k)) === 0n) continue;
    if ((await readOpenedState(chain, job.id, k)) !== undefined) continue;
    const trained = journal.kept<Trained>(trainedKey(job, k));
    if (trained === undefined) continue;
    const root = trained.stateRoots[index]!;
    const call = openDrawnState(chain.deployment, job.id, k, root, segmentProof(trained.stateRoots, index));
    const outcome = await transactions.perform({ key: `open-state/${identityOf(job)}/${k}`, call });
    if (outcome.kind === "refused" && outcome.refusal.code !== "reverted-nothing-to-open") throw outcome.refusal;
    if (outcome.kind === "lost") throw new TransientError("opening-lost", "The opening was lost.", { k });
    if (outcome.kind !== "mined" || !outcome.made) continue;
    crashPoint("opened");
    log.info({ event: "opened", job: String(job.id), checkpoint: k }, `Job ${job.id}: a state of segment ${k} opened`);
  }
}

/** Siblings of one of the states on a segment's grid. */
function segmentProof(stateRoots: readonly Hex[], index: number): Hex[] {
  return segmentCommitment(stateRoots.map(fromHex)).tree.proof(index).map(toHex);
}

/** Registers a settled job's last state as a model, parents first. */
export async function register({ chain, transactions, log }: Session, job: Job): Promise<void> {
  if ((await readModel(chain, job.id)) !== undefined) return;
  const { parent } = await readTerms(chain, job.id);
  if (parent !== 0n && (await readModel(chain, parent)) === undefined) return;
  const call = registerModel(chain.deployment, job.id);
  const outcome = await transactions.perform({ key: `register/${identityOf(job)}`, call });
  if (outcome.kind === "refused" && outcome.refusal.code !== "reverted-already-registered") throw outcome.refusal;
  if (outcome.kind === "mined" && outcome.made)
    log.info({ event: "registered", job: String(job.id) }, `Job ${job.id}: its last state is a model`);
}
