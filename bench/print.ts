import type { Spread } from "./measure/statistics.ts";
import type { Ratio, Result, Row } from "./results.ts";

const spread = ({ median, lower, upper }: Spread) => `${median} (${lower} to ${upper})`;
const mebibytes = (bytes: unknown) => `${Math.round(Number(bytes) / 2 ** 20)} MiB`;
const milliseconds = (ms: unknown) => `${Number(Number(ms).toPrecision(3))} ms`;

/** What of the facts a reader wants beside the times. */
function factsLine({ facts = {} }: Result): string {
  const { library, gflops, compileMs, firstStepMs, bareBytes, peakBytes, tracedPeakBytes, leastBytes } = facts;
  return [
    typeof library === "string" ? library : "",
    gflops === undefined ? "" : `${Number(gflops)} GFLOPS`,
    compileMs === undefined ? "" : `compiled in ${milliseconds(compileMs)}`,
    firstStepMs === undefined ? "" : `first step after ${milliseconds(firstStepMs)}`,
    peakBytes === undefined ? "" : `peak ${mebibytes(peakBytes)}`,
    tracedPeakBytes === undefined ? "" : `${mebibytes(tracedPeakBytes)} with a traced step`,
    leastBytes === undefined ? "" : `of at least ${mebibytes(bareBytes)} + ${mebibytes(leastBytes)}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function resultLine(result: Result): string {
  const name = result.contender.padEnd(38);
  if (result.absent !== undefined) return `  ${name} absent: ${result.absent}`;
  return `  ${name} ${spread(result.wallMs!).padEnd(30)} ${String(result.cpuMs!.median).padEnd(8)} ${factsLine(result)}`.trimEnd();
}

function ratioLine({ of, over, wall, cpu }: Ratio): string {
  return `  ${of} is ${spread(wall)} times as fast as ${over}; by processor time ${cpu.median}`;
}

/** Shares of the kinds of operators, largest first. */
function kindLines({ contender, facts }: Result): string[] {
  const kinds = Object.entries((facts?.kinds ?? {}) as Record<string, number>);
  const total = kinds.reduce((sum, [, ms]) => sum + ms, 0);
  const shares = kinds
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, ms]) => `${kind} ${((100 * ms) / total).toFixed(1)} %`);
  return shares.length === 0 ? [] : [`  ${contender}: ${shares.join(", ")}`];
}

/** A row for people. UNITS: ms by the clock (median, quarters), then ms of the processor. */
export function rowLines(row: Row): string[] {
  const kinds = row.results.flatMap(kindLines);
  const head = `${row.name} (${row.rounds} rounds, load ${row.load.toFixed(1)})`;
  return ["", head, ...row.results.map(resultLine), ...kinds, ...row.ratios.map(ratioLine)];
}
