import { DefectError } from "../../../common/index.ts";
import type { OperatorKind } from "../../program/types.ts";
import { buildKernels } from "./build.ts";
import { canRevectorise, compileModule } from "./compile.ts";
import { hashKernels, type HashKind } from "./hash.ts";
import { runSelfTest, selfTestBytes, selfTestHash } from "./self-test.ts";
import { fasterTile } from "./tune.ts";

/** Runs one operator, or one group of them. All arguments are addresses in linear memory. */
export type Kernel = (record: number, operands: number, out: number, context: number) => void;

/** Kernels that are compiled to WebAssembly: that of an operator's kind, or the one of groups: `fused-record.ts`. */
type CompiledKind = OperatorKind | "Fused";

/** Those, and the ones that hash outputs: `hash.ts`. */
export type KernelKind = CompiledKind | HashKind;

export type Kernels = Readonly<Record<KernelKind, Kernel>>;

/** Rows of the Dot's widest tile. */
export type TileRows = 2 | 4;

export interface KernelModule {
  readonly module: WebAssembly.Module;
  /** Whether the engine was told to join pairs of vector operations. */
  readonly revectorised: boolean;
  readonly tileRows: TileRows;
  /** First byte past the kernels' own data. */
  readonly arenaStart: number;
  /** Working memory of one thread. */
  readonly scratchBytes: number;
}

const PAGE_BYTES = 65536;

/** Linear memory is addressed by 32 bits. UNITS: bytes. */
export const memoryLimit = 65536 * PAGE_BYTES;

interface Exports extends Readonly<Record<Lowercase<CompiledKind>, Kernel>> {
  readonly arenaStart: () => number;
  readonly scratchBytes: () => number;
  readonly setScratch: (address: number) => void;
  readonly setTileRows: (rows: TileRows) => void;
}

async function exportsOf(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Exports> {
  return (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as Exports;
}

/** Memory of zero words up to `end` and 64 bytes more, which kernels may read past a tensor. Threads share it. */
export function createMemory(end: number): WebAssembly.Memory {
  const pages = Math.ceil((end + 64) / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

function kernelsOf(exported: Exports): Readonly<Record<CompiledKind, Kernel>> {
  return {
    Sample: exported.sample,
    Schedule: exported.schedule,
    View: exported.view,
    Map: exported.map,
    Dot: exported.dot,
    Fold: exported.fold,
    Gather: exported.gather,
    Scatter: exported.scatter,
    Fused: exported.fused,
  };
}

/** The module, once it has computed known words with every tile; null if one was wrong. */
async function prove(module: WebAssembly.Module, revectorised: boolean): Promise<KernelModule | null> {
  const memory = createMemory(2 ** 21 + selfTestBytes);
  const exported = await exportsOf(module, memory);
  const [arenaStart, scratchBytes] = [exported.arenaStart(), exported.scratchBytes()];
  const start = arenaStart + scratchBytes;
  exported.setScratch(arenaStart);
  const kernels = kernelsOf(exported);
  for (const rows of [2, 4] as const) {
    exported.setTileRows(rows);
    const hash = runSelfTest((kind, ...addresses) => kernels[kind](...addresses, 0), memory, start);
    if (hash !== selfTestHash) return null;
  }
  const tileRows = fasterTile((rows) => exported.setTileRows(rows), kernels.Dot, memory, start);
  return { module, revectorised, tileRows, arenaStart, scratchBytes };
}

async function load(revectorise: boolean): Promise<KernelModule> {
  const { bytes } = await buildKernels();
  const proven = await prove(compileModule(bytes, revectorise), revectorise);
  if (proven !== null) return proven;
  if (revectorise) return loadModule(false);
  throw new DefectError("kernels-wrong", "This machine computes other words than the specification says.", {
    node: process.versions.node,
    arch: process.arch,
  });
}

const loaded = new Map<boolean, Promise<KernelModule>>();

/** Whether vector operations are joined where nothing else is asked for: PINPOINT_REVECTORISE=0 turns it off. */
function revectorisesByDefault(): boolean {
  return canRevectorise() && process.env["PINPOINT_REVECTORISE"] !== "0";
}

/**
 * The compiled kernels, once a process. If their words are not the known ones, they are compiled without the revectoriser.
 * @throws DefectError `kernels-not-built`, `kernels-wrong`
 */
export function loadModule(revectorise: boolean = revectorisesByDefault()): Promise<KernelModule> {
  const present = loaded.get(revectorise) ?? load(revectorise);
  loaded.set(revectorise, present);
  return present;
}

/** The kernels of one thread over a memory, with working memory from `scratch` on. */
export async function instantiateKernels(
  { module, tileRows }: KernelModule,
  memory: WebAssembly.Memory,
  scratch: number,
): Promise<Kernels> {
  const exported = await exportsOf(module, memory);
  exported.setScratch(scratch);
  exported.setTileRows(tileRows);
  return { ...kernelsOf(exported), ...hashKernels(memory) };
}
