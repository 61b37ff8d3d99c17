import { OperatorError } from "../common/index.ts";

/**
 * The moments at which a daemon can be made to kill itself, for tests that crash it: `PINPOINT_CRASH_AT=<point>:<n>` is read
 * here and nowhere else. A point counts on the thread it is passed on.
 *
 * - `journalled`, `sent`, `mined`: a transaction is in the journal and not sent; sent and not seen mined; seen mined, which
 *   the journal does not say yet.
 * - `step`: the middle of a segment. `drafted`, `stored`: a state is on disk without its name; with it, known to nobody yet.
 * - `trained`, `replayed`: a segment's roots are known, and the journal does not have them yet.
 * - `accepted`, `committed`, `sealed`, `attested`, `revealed`, `opened`, `disputed`, `moved`: done on the chain, and not gone on from.
 * - `move-chosen`: a move is chosen and not journalled.
 */
export const crashPoints = [
  "journalled",
  "sent",
  "mined",
  "step",
  "drafted",
  "stored",
  "trained",
  "replayed",
  "accepted",
  "committed",
  "sealed",
  "answered",
  "attested",
  "revealed",
  "opened",
  "disputed",
  "move-chosen",
  "moved",
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** @throws OperatorError `bad-crash-point` */
export function parseCrashAt(text: string): { readonly point: CrashPoint; readonly passage: number } {
  const [name, count = "1", ...rest] = text.split(":");
  const point = crashPoints.find((known) => known === name);
  if (point !== undefined && /^[1-9]\d{0,8}$/.test(count) && rest.length === 0)
    return { point, passage: Number(count) };
  const message = `PINPOINT_CRASH_AT is "${text}": give <point>:<n>, a point of ${crashPoints.join(", ")}.`;
  throw new OperatorError("bad-crash-point", message, { text });
}

const asked = process.env.PINPOINT_CRASH_AT;
const crashAt = asked === undefined ? undefined : parseCrashAt(asked);
let passages = 0;

/** Does nothing unless the environment asks for a crash here: then the process kills itself at the n-th passage. */
export function crashPoint(point: CrashPoint): void {
  if (crashAt?.point !== point || ++passages !== crashAt.passage) return;
  process.kill(process.pid, "SIGKILL");
  // The signal takes a moment; nothing may happen in it.
  for (;;);
}
