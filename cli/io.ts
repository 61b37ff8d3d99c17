import type { Readable, Writable } from "node:stream";
import { SingleBar } from "cli-progress";

/** What a command speaks to. Results go to stdout, everything for the eye (progress, errors) to stderr. */
export interface Io {
  /** What a person types; absent where nobody does. */
  readonly stdin?: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Aborted when the user asks to end. */
  readonly signal: AbortSignal;
}

/** JSON with bigints as decimal strings, indented. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? String(member) : member), 2);
}

/** One result: as JSON, or as the lines that `lines` makes of it. */
export function print<T>(io: Io, json: boolean | undefined, value: T, lines: (value: T) => readonly string[]): void {
  io.stdout.write(`${json === true ? toJson(value) : lines(value).join("\n")}\n`);
}

/** Name and value per line, the values in one column. */
export function table(rows: readonly (readonly [string, unknown])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${String(value)}`);
}

export interface Progress {
  update(done: number): void;
  stop(): void;
}

/** A bar on stderr when it is a terminal, else nothing. */
export function progress(io: Io, label: string, total: number, unit: string): Progress {
  if (io.stderr.isTTY !== true) return { update: () => undefined, stop: () => undefined };
  const format = `${label} {bar} {value}/{total} ${unit} {eta_formatted}`;
  const bar = new SingleBar({
    format,
    stream: io.stderr as NodeJS.WriteStream,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}

/** Resolves when the user asks to end. */
export function untilStopped(io: Io): Promise<void> {
  return new Promise((resolve) => {
    if (io.signal.aborted) return resolve();
    io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
