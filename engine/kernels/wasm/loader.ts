import { buildKernels } from "./build.ts";
import type { OperatorKind } from "../../program/types.ts";

/** Runs one operator. All arguments are addresses in linear memory. */
export type Kernel = (record: number, operands: number, out: number, context: number) => void;

export interface Kernels {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Readonly<Record<OperatorKind, Kernel>>;
  /** First byte past the kernels' own memory. */
  readonly arenaStart: number;
}

const PAGE_BYTES = 65536;

/** Linear memory is addressed by 32 bits. UNITS: bytes. */
export const memoryLimit = 65536 * PAGE_BYTES;

/** More than the kernels' static data and scratch. */
const INITIAL_PAGES = 32;

let module: Promise<WebAssembly.Module> | undefined;

/** Kernels over a memory of their own, which is zero from `arenaStart` on. */
export async function loadKernels(): Promise<Kernels> {
  module ??= buildKernels().then((kernels) => kernels.module);
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
  const instance = await WebAssembly.instantiate(await module, { env: { memory } });
  const exported = instance.exports as unknown as Record<string, Kernel> & { arenaStart: () => number };
  const kernels = {
    Sample: exported.sample!,
    Schedule: exported.schedule!,
    View: exported.view!,
    Map: exported.map!,
    Dot: exported.dot!,
    Fold: exported.fold!,
    Gather: exported.gather!,
    Scatter: exported.scatter!,
  };
  return { memory, kernels, arenaStart: exported.arenaStart() };
}

/** Grows a memory to hold `end` bytes and 64 more, which kernels may read past a tensor. */
export function growTo(memory: WebAssembly.Memory, end: number): void {
  const missing = Math.ceil((end + 64) / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES;
  if (missing > 0) memory.grow(missing);
}
