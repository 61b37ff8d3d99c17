import { pino, type Logger, type LoggerOptions } from "pino";
import pretty from "pino-pretty";

export type { Logger } from "pino";

export const logLevels = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof logLevels)[number];

/** What an error is, for a log line: code and facts of our families, the message of any other. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, facts } = error as { code?: unknown; facts?: unknown };
  const cause = error.cause instanceof Error ? { cause: error.cause.message.split("\n")[0] } : {};
  return { family: error.name, code, message: error.message, facts, ...cause, stack: error.stack };
}

const options: LoggerOptions = {
  base: null,
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: (label) => ({ level: label }) },
  serializers: { error: describeError },
};

/**
 * A daemon's log on standard error: one JSON object a line, or coloured text where a person watches.
 * Lines that tell the life of a job carry a stable `event` (accepted, committed, attested, disputed, moved, settled, …).
 */
export function createLog(name: string, level: LogLevel = "info"): Logger {
  const stream = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, singleLine: true, ignore: "daemon", messageFormat: `${name}: {msg}` })
    : pino.destination({ dest: 2, sync: true });
  return pino({ ...options, level }, stream).child({ daemon: name });
}

/** UNITS: ms between two log lines about progress. */
const progressMs = 1_000;

/** A progress callback that passes on one call a second, none before the first second. */
export function eachSecond(tell: (done: number, steps: number) => void): (done: number, steps: number) => void {
  let told: number | undefined;
  return (done, steps) => {
    const now = performance.now();
    told ??= now;
    if (now - told < progressMs) return;
    told = now;
    tell(done, steps);
  };
}
