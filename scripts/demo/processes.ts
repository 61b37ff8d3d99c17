import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { OperatorError } from "../../common/index.ts";

/** A line of a daemon's log that says what happened. */
export interface LogEvent {
  readonly event: string;
  readonly [fact: string]: unknown;
}

/** A `pinpoint` command running as a process of its own, with its own folder and key. */
export interface Daemon {
  readonly name: string;
  readonly pid: number;
  /** The first log line with this event; rejects if the process ends before. */
  first(event: string): Promise<LogEvent>;
  stop(): Promise<void>;
}

export interface DaemonOptions {
  readonly name: string;
  /** Subcommand and arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where its log goes: `<folder>/<name>.log`. */
  readonly folder: string;
  readonly onEvent?: (event: LogEvent) => void;
}

const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");
const running = new Set<ChildProcess>();

// The daemons must not outlive the demonstration, however it ends.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export function startDaemon({ name, args, env, folder, onEvent }: DaemonOptions): Daemon {
  mkdirSync(folder, { recursive: true });
  const log = createWriteStream(join(folder, `${name}.log`));
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const events: LogEvent[] = [];
  const waiting = new Map<string, (event: LogEvent) => void>();
  let last = "";
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      log.write(`${line}\n`);
      last = line;
      const event = parse(line);
      if (event === undefined) return;
      events.push(event);
      waiting.get(event.event)?.(event);
      onEvent?.(event);
    });
  }
  const ended = new Promise<never>((_, reject) => {
    child.once("close", (status, signal) => {
      running.delete(child);
      const facts = { name, status, signal, last };
      reject(new OperatorError("daemon-ended", `The ${name} ended (${signal ?? status}): ${last}`, facts));
    });
  });
  ended.catch(() => undefined);
  const first = (event: string): Promise<LogEvent> => {
    const seen = events.find((each) => each.event === event);
    if (seen !== undefined) return Promise.resolve(seen);
    return Promise.race([new Promise<LogEvent>((resolve) => waiting.set(event, resolve)), ended]);
  };
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended.catch(() => undefined);
  };
  return { name, pid: child.pid ?? 0, first, stop };
}

function parse(line: string): LogEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const event = JSON.parse(line) as Partial<LogEvent>;
    return typeof event.event === "string" ? (event as LogEvent) : undefined;
  } catch {
    return undefined;
  }
}
