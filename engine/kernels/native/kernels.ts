import { createRequire } from "node:module";
import type { Kernel, KernelKind, Kernels } from "../wasm/loader.ts";

/** Sets of vector instructions that kernels are compiled for. */
export type InstructionSet = "avx512" | "avx2" | "neon";

/** Which addon's kernels to run, as a thread is told. */
export interface NativeChoice {
  /** Path of the addon. */
  readonly addon: string;
  readonly instructions: InstructionSet;
}

/** What the addon exports (cpp/addon.cpp). */
export interface Addon {
  /** Those that this processor has, best first. */
  readonly sets: readonly InstructionSet[];
  readonly kernels: readonly KernelKind[];
  /** Working memory that a kernel may use. */
  readonly scratchBytes: number;
  /** All but the first three are addresses in the memory. */
  readonly run: (
    set: number,
    kernel: number,
    memory: Uint8Array,
    record: number,
    operands: number,
    out: number,
    scratch: number,
  ) => void;
}

/** Loads an addon, once a thread. It throws what Node throws if the file is none. */
export function loadAddon(file: string): Addon {
  return createRequire(import.meta.url)(file) as Addon;
}

/** The kernels of one thread: native ones where there are any, else WebAssembly's, over one memory. */
export function nativeKernels(
  { addon, instructions }: NativeChoice,
  memory: WebAssembly.Memory,
  scratch: number,
  others: Kernels,
): Kernels {
  const { run, sets, kernels } = loadAddon(addon);
  const set = sets.indexOf(instructions);
  const bytes = new Uint8Array(memory.buffer);
  const own = kernels.map((kind, index): [KernelKind, Kernel] => [
    kind,
    (record, operands, out) => run(set, index, bytes, record, operands, out, scratch),
  ]);
  return { ...others, ...Object.fromEntries(own) };
}
