import type { OperatorKind } from "../../program/types.ts";
import { buildKernels } from "./build.ts";

/** Runs one operator. All arguments are addresses in linear memory. */
export type Kernel = (record: number, operands: number, out: number, context: number) => void;

export type Kernels = Readonly<Record<OperatorKind, Kernel>>;

export interface KernelModule {
  readonly module: WebAssembly.Module;
  /** First byte past the kernels' own data. */
  readonly arenaStart: number;
  /** Working memory of one thread. */
  readonly scratchBytes: number;
}

const PAGE_BYTES = 65536;

/** Linear memory is addressed by 32 bits. UNITS: bytes. */
export const memoryLimit = 65536 * PAGE_BYTES;

interface Exports extends Readonly<Record<Lowercase<OperatorKind>, Kernel>> {
  readonly arenaStart: () => number;
  readonly scratchBytes: () => number;
  readonly setScratch: (address: number) => void;
}

async function exportsOf(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Exports> {
  return (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as Exports;
}

/** Memory of zero words up to `end` and 64 bytes more, which kernels may read past a tensor. Threads share it. */
export function createMemory(end: number): WebAssembly.Memory {
  const pages = Math.ceil((end + 64) / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

async function load(): Promise<KernelModule> {
  const { module } = await buildKernels();
  const { arenaStart, scratchBytes } = await exportsOf(module, createMemory(PAGE_BYTES));
  return { module, arenaStart: arenaStart(), scratchBytes: scratchBytes() };
}

let loaded: Promise<KernelModule> | undefined;

/** The compiled kernels, once a process. */
export function loadModule(): Promise<KernelModule> {
  return (loaded ??= load());
}

/** The kernels of one thread over a memory, with working memory from `scratch` on. */
export async function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scratch: number,
): Promise<Kernels> {
  const exported = await exportsOf(module, memory);
  exported.setScratch(scratch);
  return {
    Sample: exported.sample,
    Schedule: exported.schedule,
    View: exported.view,
    Map: exported.map,
    Dot: exported.dot,
    Fold: exported.fold,
    Gather: exported.gather,
    Scatter: exported.scatter,
  };
}
