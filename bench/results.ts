import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./measure/machine.ts";
import type { Measured } from "./measure/rounds.ts";
import { spreadOf, type Spread } from "./measure/statistics.ts";

/** What was measured of one contender, or why nothing was. */
export interface Result {
  readonly contender: string;
  readonly threads: number;
  readonly absent?: string;
  /** UNITS: ms. */
  readonly wallMs?: Spread;
  readonly cpuMs?: Spread;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** How many times as fast the one is as the other, over rounds: by the clock, and by the time of the processor. */
export interface Ratio {
  readonly of: string;
  readonly over: string;
  readonly wall: Spread;
  readonly cpu: Spread;
}

export interface Row {
  readonly name: string;
  readonly rounds: number;
  readonly results: readonly Result[];
  readonly ratios: readonly Ratio[];
}

function ratio(ours: Measured, theirs: Measured, run: string): Ratio | undefined {
  const [a, b] = [ours, theirs].map(({ samples, absent }) => (absent === undefined ? samples.get(run) : undefined));
  if (a === undefined || b === undefined) return undefined;
  const over = (key: "wallMs" | "cpuMs") => spreadOf(a.map((sample, round) => b[round]![key] / sample[key]));
  return { of: ours.contender.name, over: theirs.contender.name, wall: over("wallMs"), cpu: over("cpuMs") };
}

/** One run of all contenders: their times, and ours over every other's of as many threads. */
export function rowOf(name: string, run: string, rounds: number, measured: readonly Measured[]): Row {
  const results = measured.map(({ contender, absent, facts, samples }): Result => {
    const each = samples.get(run) ?? [];
    const head = { contender: contender.name, threads: contender.threads };
    if (absent !== undefined) return { ...head, absent };
    const [wallMs, cpuMs] = [each.map((sample) => sample.wallMs), each.map((sample) => sample.cpuMs)].map(spreadOf);
    return { ...head, wallMs: wallMs!, cpuMs: cpuMs!, facts };
  });
  const pairs = measured
    .filter(({ contender }) => contender.ours)
    .flatMap((ours) => measured.map((theirs) => [ours, theirs] as const))
    .filter(([{ contender: a }, { contender: b }]) => !b.ours && a.threads === b.threads);
  const ratios = pairs.flatMap(([ours, theirs]) => ratio(ours, theirs, run) ?? []);
  return { name, rounds, results, ratios };
}

interface File {
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

const folder = join(import.meta.dirname, "results");

/** Rows take the place of those of the same names, where these are from the same machine. */
export function writeRows(group: string, machine: Machine, rows: readonly Row[]): void {
  const path = join(folder, `${group}.json`);
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as File) : undefined;
  const isSame = JSON.stringify(before?.machine) === JSON.stringify(machine);
  const names = new Set(rows.map(({ name }) => name));
  const kept = isSame ? before!.rows.filter(({ name }) => !names.has(name)) : [];
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify({ machine, rows: [...kept, ...rows] }, null, 2)}\n`);
}
