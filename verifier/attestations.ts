import { crashPoint, ensureBondedStake, identityOf, type Session } from "../daemon/index.ts";
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

/** Stakes what a verifier needs. @throws OperatorError `tokens-short` */
export async function stake(session: Session): Promise<void> {
  await ensureBondedStake(session, await readVerifierStake(session.chain));
}

/** Whether a checkpoint needs no attestation of ours any more: it is made, or all that are paid are. */
export function attestationSettled({ journal }: Session, job: Job, k: number, claim: Claim): boolean {
  return journal.get(attestKey(job, k))?.state === "mined" || journal.kept(fullKey(job, k, claim)) !== undefined;
}

function attestKey(job: Job, k: number): string {
  return `attest/${identityOf(job)}/${k}`;
}

function fullKey({ id }: Job, k: number, { endRoot }: Claim): string {
  return `full/${id}/${k}/${endRoot}`;
}

/** Attests a checkpoint that was replayed to the same root, if another attestation is paid. */
export async function attest(session: Session, job: Job, k: number, claim: Claim): Promise<void> {
  const { chain, address, transactions, journal, log, metrics } = session;
  const [terms, made, mine] = await Promise.all([
    readTerms(chain, job.id),
    readAttestationCount(chain, job.id, k),
    readAttested(chain, job.id, k, address),
  ]);
  if (mine || made >= terms.attestors) return journal.keep(fullKey(job, k, claim), made);
  const outcome = await transactions.perform({
    key: attestKey(job, k),
    call: attestCheckpoint(chain.deployment, job.id, k, claim.endRoot),
  });
  if (outcome.kind === "refused") {
    // Somebody was faster, or the job ended meanwhile: both are no loss.
    if (["reverted-attestations-full", "reverted-wrong-status", "reverted-too-late"].includes(outcome.refusal.code))
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

/** Collects the fees of a finished job's attestations, once. */
export async function collect(session: Session, job: Job): Promise<void> {
  const { chain, address, transactions, journal, log } = session;
  if (!journal.list(`attest/${identityOf(job)}/`).some(({ state }) => state === "mined")) return;
  if (journal.kept(`collected/${job.id}`) !== undefined) return;
  for (let first = 0; first < job.checkpoints; first += collectAtOnce) {
    const count = Math.min(collectAtOnce, job.checkpoints - first);
    const call = collectFees(chain.deployment, job.id, address, first, count);
    const outcome = await transactions.perform({ key: `collect/${job.id}/${first}`, call });
    if (outcome.kind === "refused" && outcome.refusal.code !== "reverted-nothing-to-collect") throw outcome.refusal;
    if (outcome.kind === "mined" && outcome.made)
      log.info({ event: "collected", job: String(job.id), first }, `Job ${job.id}: fees collected`);
  }
  journal.keep(`collected/${job.id}`, true);
}
