import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toEventSelector, toFunctionSelector, type Abi } from "viem";
import { measureGas } from "../gas/measure.ts";

/** Contracts that are deployed. */
const contracts = [
  "Staking",
  "PrevrandaoBeacon",
  "CommitRevealBeacon",
  "JobMarket",
  "Pinpoint",
  "Arbiter",
  "Verification",
  "Availability",
  "ModelRegistry",
] as const;
const root = join(import.meta.dirname, "..", "..");

interface Artifact {
  readonly abi: Abi;
  readonly inputSourceName: string;
  readonly buildInfoId: string;
}

interface Slot {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}

interface Layout {
  readonly storage: readonly Slot[];
  readonly types: Readonly<Record<string, { readonly label: string; readonly members?: readonly Slot[] }>> | null;
}

function readJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(root, ...path), "utf8")) as T;
}

function artifactOf(contract: string): Artifact {
  const [path] = globSync(`artifacts/contracts/**/${contract}.sol/${contract}.json`, { cwd: root });
  return readJson<Artifact>(path!);
}

function layoutOf(contract: string): Layout {
  const { buildInfoId, inputSourceName } = artifactOf(contract);
  interface Output {
    output: { contracts: Record<string, Record<string, { storageLayout: Layout }>> };
  }
  const { output } = readJson<Output>("artifacts", "build-info", `${buildInfoId}.output.json`);
  return output.contracts[inputSourceName]![contract]!.storageLayout;
}

/** Where every variable of a contract, and every member of the structs it stores, is kept. */
function storageOf(contract: string): Record<string, readonly string[]> {
  const { storage, types } = layoutOf(contract);
  const line = ({ label, slot, offset, type }: Slot): string =>
    `${slot}+${offset} ${types?.[type]?.label ?? type} ${label}`;
  const structs = Object.values(types ?? {}).filter(({ members }) => members !== undefined);
  return Object.fromEntries([
    [contract, storage.map(line)],
    ...structs.map(({ label, members }) => [label, members!.map(line)] as const),
  ]);
}

/** Selectors of a contract's functions and errors, topics of its events, by signature. */
function selectorsOf(contract: string): Record<string, string> {
  const { abi } = artifactOf(contract);
  const described = abi.flatMap((item): [string, string][] => {
    if (item.type !== "function" && item.type !== "error" && item.type !== "event") return [];
    const inputs = item.inputs.map(canonicalType).join(",");
    const signature = `${item.name}(${inputs})`;
    const selector = item.type === "event" ? toEventSelector(signature) : toFunctionSelector(signature);
    return [[`${item.type} ${signature}`, selector]];
  });
  return Object.fromEntries(described.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface Parameter {
  readonly type: string;
  readonly components?: readonly Parameter[];
}

function canonicalType({ type, components }: Parameter): string {
  return components === undefined ? type : type.replace("tuple", `(${components.map(canonicalType).join(",")})`);
}

function ofAll<T>(describe: (contract: string) => T): Record<string, T> {
  return Object.fromEntries(contracts.map((contract) => [contract, describe(contract)]));
}

/** What must not drift unseen, by the name of the file that holds it. */
export const snapshots = {
  gas: measureGas,
  storage: () => ofAll(storageOf),
  selectors: () => ofAll(selectorsOf),
} as const;

export type SnapshotName = keyof typeof snapshots;

export function snapshotPath(name: SnapshotName): string {
  return join(import.meta.dirname, `${name}.json`);
}

/** A snapshot as it was committed. */
export function committed<N extends SnapshotName>(name: N): Awaited<ReturnType<(typeof snapshots)[N]>> {
  return JSON.parse(readFileSync(snapshotPath(name), "utf8")) as never;
}
