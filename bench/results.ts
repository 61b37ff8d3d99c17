import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import type { Machine } from "./measure/machine.ts";
import { OURS } from "./measure/contender.ts";
import type { Measured } from "./measure/rounds.ts";
import { spreadOf, type Spread } from "./measure/statistics.ts";
import type { Sample } from "./measure/subject.ts";

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
  /** Processes that wanted a core in the last minute: far above our threads, other work slowed all contenders. */
  readonly load: number;
  readonly results: readonly Result[];
  readonly ratios: readonly Ratio[];
}

/** Where both were measured. */
function samplesOf({ absent, samples }: Measured, run: string): readonly Sample[] {
  return absent === undefined ? (samples.get(run) ?? []) : [];
}

function ratio(of: string, ours: readonly Sample[], over: string, theirs: readonly Sample[]): Ratio[] {
  if (ours.length === 0 || theirs.length === 0) return [];
  const by = (key: keyof Sample) => spreadOf(ours.map((sample, round) => theirs[round]![key] / sample[key]));
  return [{ of, over, wall: by("wallMs"), cpu: by("cpuMs") }];
}

/** Of each library the form that is fastest with so many threads. */
function rivals(measured: readonly Measured[], run: string, threads: number): Measured[] {
  const time = (each: Measured) => spreadOf(samplesOf(each, run).map(({ wallMs }) => wallMs)).median;
  const able = measured.filter(({ contender }) => contender.library !== OURS && contender.threads === threads);
  const present = able.filter((each) => samplesOf(each, run).length > 0).toSorted((a, b) => time(a) - time(b));
  const libraries = new Set(present.map(({ contender }) => contender.library));
  return [...libraries].map((library) => present.find(({ contender }) => contender.library === library)!);
}

/** One run of all contenders: their times, and ours over every library's with as many threads. */
export function rowOf(name: string, run: string, rounds: number, measured: readonly Measured[]): Row {
  const results = measured.map((each): Result => {
    const { contender, absent, facts } = each;
    const head = { contender: contender.name, threads: contender.threads };
    if (absent !== undefined) return { ...head, absent };
    const samples = samplesOf(each, run);
    const spread = (key: keyof Sample) => spreadOf(samples.map((sample) => sample[key]));
    return { ...head, wallMs: spread("wallMs"), cpuMs: spread("cpuMs"), facts };
  });
  const ratios = measured
    .filter(({ contender }) => contender.library === OURS)
    .flatMap((ours) =>
      rivals(measured, run, ours.contender.threads).flatMap((theirs) =>
        ratio(ours.contender.name, samplesOf(ours, run), theirs.contender.name, samplesOf(theirs, run)),
      ),
    );
  return { name, rounds, load: loadavg()[0]!, results, ratios };
}

/** One run of all contenders, and how many times as fast another run of each is. Facts stay with that one. */
export function rowBeside(
  name: string,
  run: string,
  other: string,
  rounds: number,
  measured: readonly Measured[],
): Row {
  const row = rowOf(name, run, rounds, measured);
  const ratios = measured.flatMap((each) =>
    ratio(`${each.contender.name}: ${other}`, samplesOf(each, other), run, samplesOf(each, run)),
  );
  return { ...row, results: row.results.map(({ facts: _, ...result }) => result), ratios };
}

interface File {
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

const folder = join(import.meta.dirname, "results");

/** ROUNDS: what is not whole has six significant digits. */
function short(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

/** Rows take the place of those of the same names, where these are from the same machine. */
export function writeRows(group: string, machine: Machine, rows: readonly Row[]): void {
  const path = join(folder, `${group}.json`);
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as File) : undefined;
  const isSame = JSON.stringify(before?.machine) === JSON.stringify(machine);
  const names = new Set(rows.map(({ name }) => name));
  const kept = isSame ? before!.rows.filter(({ name }) => !names.has(name)) : [];
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify({ machine, rows: [...kept, ...rows] }, short, 2)}\n`);
}
