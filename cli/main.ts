#!/usr/bin/env node
import { runCli } from "./run.ts";

process.title = "pinpoint";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // A second signal does not wait for a tidy end.
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  });
}

const { stdin, stdout, stderr } = process;
// Whoever reads the output may have seen enough, as `head` has.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
}
process.exitCode = await runCli(process.argv.slice(2), { stdin, stdout, stderr, signal: stop.signal });
