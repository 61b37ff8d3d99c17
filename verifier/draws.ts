import type { Session } from "../daemon/index.ts";
import {
  drawnState,
  isSeatDrawn,
  isSegmentDrawn,
  partOf,
  readSampling,
  readVerifier,
  readWeights,
  readWord,
  segmentOf,
  type Job,
  type Part,
  type Sampling,
  type Terms,
} from "../protocol/index.ts";
import type { Hex } from "viem";

/** What a closing job's word draws, as one verifier sees it. */
export interface Drawn {
  readonly word: Hex;
  readonly sampling: Sampling;
  readonly part: Part;
  /** The segments that are drawn. */
  readonly segments: readonly number[];
  /** Those of them on which the account has a seat. */
  readonly seats: readonly number[];
  /** What others had in the draws. UNITS: the token's smallest. */
  readonly otherWeight: bigint;
}

/** What the word of a closing job draws; undefined while nobody knows the word. */
export async function readDrawn({ chain, address }: Session, job: Job, now: bigint): Promise<Drawn | undefined> {
  const sampling = await readSampling(chain, job.id);
  const word = await readWord(chain, sampling.drawBlock);
  if (word === undefined) return undefined;
  const [{ weight, total }, { secretsAt }] = await Promise.all([
    readWeights(chain, address, sampling.snapshotAt - 1n),
    readVerifier(chain, address),
  ]);
  const all = Array.from({ length: sampling.committed }, (_, k) => k);
  const segments = all.filter((k) => isSegmentDrawn(word, job.id, k, sampling));
  const may = secretsAt > 0n && secretsAt < sampling.snapshotAt;
  const stakes = { weight, total, attestors: sampling.attestors };
  const seats = segments.filter((k) => may && isSeatDrawn(word, job.id, k, address, stakes));
  const part = partOf(Number(now - sampling.closedAt), sampling.window);
  return { word, sampling, part, segments, seats, otherWeight: total - weight };
}

/** Place of the drawn state of segment k among those on its grid, and how many there are. */
export function placeOf({ word }: Drawn, job: Job, terms: Terms, k: number): { index: number; states: number } {
  return drawnState(word, job.id, k, { steps: segmentOf(terms, k).steps, grid: terms.grid });
}
