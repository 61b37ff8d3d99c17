import { globSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "viem";
import type { Checkpoint, Claim, Deployment, Job, Opinion, Side } from "../protocol/index.ts";
import { Journal } from "./journal.ts";

/** What own executions came to, under keys of the journal. A reorganised chain may hold other claims for the same checkpoint. */

/** What stays the same for a job id unless the chain is reorganised. */
export function identityOf({ id, termsHash }: Pick<Job, "id" | "termsHash">): string {
  return `${id}/${termsHash.slice(2, 18)}`;
}

/** What a solver's training of a segment came to. */
export interface Trained extends Checkpoint {
  /** State roots on the segment's grid: the solver opens one of them. */
  readonly stateRoots: readonly Hex[];
  /** Whether a bit was flipped on the way. */
  readonly flipped?: boolean;
}

export function trainedKey(job: Pick<Job, "id" | "termsHash">, k: number): string {
  return `trained/${identityOf(job)}/${k}`;
}

/** What a verifier's execution of a claim came to. */
export interface Replay {
  readonly endRoot: Hex;
  readonly segmentRoot: Hex;
  /** State roots on the segment's grid; the last is the end root. */
  readonly stateRoots: readonly Hex[];
  /** Whether the claim is another than ours. */
  readonly differs: boolean;
  /** What the execution took. UNITS: ms */
  readonly elapsedMs: number;
}

export function replayKey(job: Pick<Job, "id" | "termsHash">, k: number, claim: Claim): string {
  return `replayed/${identityOf(job)}/${k}/${claim.startRoot}/${claim.endRoot}/${claim.segmentRoot}`;
}

/** Who is right about a claim by what a journal holds. */
export function opinionIn(journal: Journal): Opinion {
  return (claim, { checkpoint }, job) => {
    const replay = journal.kept<Replay>(replayKey(job, checkpoint, claim));
    if (replay !== undefined) return replay.differs ? "challenger" : "defender";
    const trained = journal.kept<Trained>(trainedKey(job, checkpoint));
    if (trained === undefined) return undefined;
    const own = trained.stateRoot === claim.endRoot && trained.segmentRoot === claim.segmentRoot;
    return own && trained.flipped !== true ? "defender" : "challenger";
  };
}

/** One account on one chain: neither a new development chain nor another key may find old nonces. */
export function scopeOf({ genesisHash }: Deployment, account: string): string {
  return `${genesisHash.slice(2, 14)}-${account.replace(/^0x/, "").toLowerCase()}`;
}

export function journalName(scope: string): string {
  return `journal-${scope}.sqlite`;
}

/**
 * Who is right by what daemons found that keep their data in a folder, running or not.
 * @throws OperatorError `journal-open`
 */
export function readOpinions(folder: string, deployment: Deployment): { opinion: Opinion; close: () => void } {
  const paths = globSync(journalName(scopeOf(deployment, "*")), { cwd: folder }).map((name) => join(folder, name));
  const journals = paths.map((path) => new Journal(path, { readOnly: true }));
  const opinion: Opinion = (...about) => {
    const found: (Side | undefined)[] = journals.map((journal) => opinionIn(journal)(...about));
    return found.find((side) => side !== undefined);
  };
  return { opinion, close: () => journals.forEach((journal) => journal.close()) };
}
