import type { Prng } from "../../../common/index.ts";
import type { CrashPoint } from "../../../daemon/index.ts";

/** When to kill a daemon: at a crash point, or so long after its start. */
export type Moment = { readonly at: CrashPoint; readonly passage: number } | { readonly afterMs: number };

export function nameOf(moment: Moment): string {
  return "at" in moment ? `${moment.at}:${moment.passage}` : `after ${moment.afterMs} ms`;
}

/** UNITS: ms; the latest timed kill. */
const latestMs = 3_000;

/** Passages that one life makes for sure, where they are not two: it may see one job, and dispute that once. */
const passagesOf: Partial<Record<CrashPoint, number>> = { step: 12, disputed: 1 };

/** Every point so often as `counts` says, and `timed` kills at any time, in an order by chance. */
export function drawMoments(prng: Prng, counts: Partial<Record<CrashPoint, number>>, timed: number): Moment[] {
  const points = Object.entries(counts) as [CrashPoint, number][];
  const moments: Moment[] = points.flatMap(([at, count]) =>
    Array.from({ length: count }, () => ({ at, passage: 1 + prng.below(passagesOf[at] ?? 2) })),
  );
  for (let i = 0; i < timed; i++) moments.push({ afterMs: 100 + prng.below(latestMs) });
  for (let i = moments.length - 1; i > 0; i--) {
    const j = prng.below(i + 1);
    [moments[i], moments[j]] = [moments[j]!, moments[i]!];
  }
  return moments;
}
