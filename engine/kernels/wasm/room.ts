import v8 from "node:v8";
import { runInNewContext } from "node:vm";

/** Memory that takes less is not worth a collection. UNITS: bytes. */
const worthwhile = 2 ** 28;

/** V8's own function. SAFETY: the flag holds for the whole process, so it is set for the length of this call only. */
function collector(): NodeJS.GCFunction {
  v8.setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc") as NodeJS.GCFunction;
  } finally {
    v8.setFlagsFromString("--no-expose-gc");
  }
}

/**
 * Collects garbage, and gives its memory back, before so much shared memory is written for the first time. V8 does not count that, and sees
 * no need: what the compiler, a file and the start state took would stay beside it.
 */
export function makeRoom(bytes: number): void {
  if (bytes >= worthwhile) collector()({ type: "major", execution: "sync", flavor: "last-resort" });
}
