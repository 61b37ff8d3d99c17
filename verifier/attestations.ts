import { crashPoint, ensureBondedStake, identityOf, type Head, type Session } from "../daemon/index.ts";
import {
  attestCheckpoint,
  collectFees,
  readAttestationCount,
  readAttested,
  readTerms,
  readVerifierStake,
  type Claim,
  type Job,
} from "../protocol/index.ts";

/** Checkpoints that one call collects for. */
const collectAtOnce = 256;

/** Blocks for which a collection may be undone. */
const blocksLookedAgain = 32n;

/** Stakes what a verifier needs. @throws OperatorError `tokens-short` */
export async function stake(session: Session): Promise<void> {
  await ensureBondedStake(session, await readVerifierStake(session.chain));
}

/** Whether a checkpoint needs no attestation of ours as the chain is now: it is made, or all that are paid are. */
export async function attestationSettled({ chain, address }: Session, job: Job, k: number): Promise<boolean> {
  const [terms, made, mine] = await Promise.all([
    readTerms(chain, job.id),
    readAttestationCount(chain, job.id, k),
    readAttested(chain, job.id, k, address),
  ]);
  return mine || made >= terms.attestors;
}

/** Attests a checkpoint that was replayed to the same root. */
export async function attest(session: Session, job: Job, k: number, claim: Claim): Promise<void> {
  const { chain, transactions, log, metrics } = session;
  const outcome = await transactions.perform({
    key: `attest/${identityOf(job)}/${k}`,
    call: attestCheckpoint(chain.deployment, job.id, k, claim.endRoot),
  });
  if (outcome.kind === "refused") {
    // Somebody was faster, or the job ended meanwhile: both are no loss.
    if (
      [
        "reverted-attestations-full",
        "reverted-already-attested",
        "reverted-wrong-status",
        "reverted-too-late",
      ].includes(outcome.refusal.code)
    )
      return;
    throw outcome.refusal;
  }
  if (outcome.kind !== "mined" || !outcome.made) return;
  crashPoint("attested");
  metrics.attestations.inc();
  log.info(
    { event: "attested", job: String(job.id), checkpoint: k, root: claim.endRoot },
    `Job ${job.id}: checkpoint ${k} attested`,
  );
}

/** Collects the fees of a finished job's attestations; looks again while a reorganisation may undo it. */
export async function collect(session: Session, job: Job, head: Head): Promise<void> {
  const { chain, address, transactions, journal, log } = session;
  if (!journal.list(`attest/${identityOf(job)}/`).some(({ state }) => state === "mined")) return;
  const key = `collected/${identityOf(job)}`;
  const at = journal.kept<number>(key);
  if (at !== undefined && head.number > BigInt(at) + blocksLookedAgain) return;
  for (let first = 0; first < job.checkpoints; first += collectAtOnce) {
    const count = Math.min(collectAtOnce, job.checkpoints - first);
    const call = collectFees(chain.deployment, job.id, address, first, count);
    const outcome = await transactions.perform({ key: `collect/${identityOf(job)}/${first}`, call });
    if (outcome.kind === "refused" && outcome.refusal.code !== "reverted-nothing-to-collect") throw outcome.refusal;
    if (outcome.kind === "mined" && outcome.made)
      log.info({ event: "collected", job: String(job.id), first }, `Job ${job.id}: fees collected`);
  }
  if (at === undefined) journal.keep(key, Number(head.number));
}
