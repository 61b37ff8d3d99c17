import v8 from "node:v8";
import { concatBytes } from "../../../common/index.ts";
import { customSection } from "./build.ts";

/** Node with the first V8 whose revectoriser is worth its risk. */
const FIRST_NODE = 24;

/**
 * Whether this engine can join pairs of 128-bit vector operations to 256-bit ones. That changes no rounding: lanes stay
 * lanes. Elsewhere it has no such flag, or the flag does nothing.
 */
export function canRevectorise(): boolean {
  return process.arch === "x64" && Number.parseInt(process.versions.node) >= FIRST_NODE;
}

function setFlags(flags: readonly string[]): void {
  for (const flag of flags) v8.setFlagsFromString(flag);
}

/**
 * Compiles all functions at once with the optimising compiler. The code is final then: what a self-test has run, and what
 * was timed, is what every later call and every thread runs.
 * SAFETY: flags hold for the whole process, so they are set for the length of this call only, which is synchronous. Another
 * thread that compiles at the same moment may get them too: its self-test decides about what it got.
 */
export function compileModule(bytes: Uint8Array, revectorise: boolean): WebAssembly.Module {
  // V8 keeps one compiled module for equal bytes, whatever the flags were.
  const marked = concatBytes(bytes, customSection("pinpoint.revectorised", Uint8Array.of(Number(revectorise))));
  const revectoriser = revectorise ? ["experimental-wasm-revectorize"] : [];
  setFlags(["--no-liftoff", "--no-wasm-lazy-compilation", ...revectoriser.map((flag) => `--${flag}`)]);
  try {
    return new WebAssembly.Module(marked as BufferSource);
  } finally {
    setFlags(["--liftoff", "--wasm-lazy-compilation", ...revectoriser.map((flag) => `--no-${flag}`)]);
  }
}
