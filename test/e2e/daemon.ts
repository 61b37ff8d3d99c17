import { parseSolverConfig, parseVerifierConfig, runUntil, type Daemon } from "../../daemon/index.ts";
import { startSolver } from "../../solver/index.ts";
import { startVerifier } from "../../verifier/index.ts";

/** A daemon in a process of its own, for tests that kill it: `daemon.ts solver|verifier <options as JSON>`. */
const [kind, json] = process.argv.slice(2);
const options = JSON.parse(json!);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
const daemon: Daemon =
  kind === "solver" ? await startSolver(parseSolverConfig(options)) : await startVerifier(parseVerifierConfig(options));
await runUntil(daemon, stop.signal);
