import type { Hex } from "viem";
import { TransientError } from "../common/index.ts";
import {
  crashPoint,
  expectMined,
  identityOf,
  sameAddress,
  spendTokens,
  type Replay,
  type Session,
} from "../daemon/index.ts";
import { openGame, readBond, reclaimGame, type Claim, type GameView, type Job } from "../protocol/index.ts";

/**
 * The end root to propose: our own, or where only the states on the way differ, our segment root, since the game wants
 * another root than the committed one and never looks at it again.
 */
export function proposalOf(claim: Claim, own: Replay): Hex {
  return own.endRoot === claim.endRoot ? own.segmentRoot : own.endRoot;
}

/** Opens a game on a checkpoint that differs, once, and takes its bond from the account. @throws OperatorError `tokens-short` */
export async function openDispute(session: Session, job: Job, k: number, claim: Claim, own: Replay): Promise<void> {
  const { chain, transactions, log, metrics } = session;
  const key = `open/${identityOf(job)}/${k}/${claim.endRoot}/${claim.segmentRoot}`;
  if (await transactions.stands(key)) return;
  const bond = await readBond(chain, job.id);
  const proposed = proposalOf(claim, own);
  const call = openGame(chain.deployment, job.id, k, claim.endRoot, proposed);
  const open = () => transactions.perform({ key, call, note: { proposed } });
  const outcome = await spendTokens(session, "pinpoint", bond, open);
  if (outcome.kind === "refused" && outcome.refusal.code === "reverted-wrong-status") return;
  expectMined(outcome, key);
  if (outcome.kind === "mined" && !outcome.made) return;
  crashPoint("disputed");
  metrics.disputes.inc();
  const facts = { job: String(job.id), checkpoint: k, claimed: claim.endRoot, proposed, bond: String(bond) };
  log.info({ event: "disputed", ...facts }, `Job ${job.id}: disputed checkpoint ${k}`);
}

/** Takes the bond of a void game back. */
export function tendVoid(session: Session, view: GameView): void {
  if (!sameAddress(view.challenger, session.address)) return;
  session.tasks.start(`reclaim/${view.id}`, async () => {
    const { chain, transactions, log } = session;
    const outcome = await transactions.perform({
      key: `reclaim/${view.id}`,
      call: reclaimGame(chain.deployment, view.id),
    });
    if (outcome.kind === "lost") throw new TransientError("reclaim-lost", "The reclaim was lost.");
    if (outcome.kind === "mined" && outcome.made)
      log.info({ event: "reclaimed", game: String(view.id) }, `Game ${view.id}: bond reclaimed`);
  });
}
