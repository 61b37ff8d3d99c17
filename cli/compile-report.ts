import {
  defaultGrid,
  defaultInterval,
  explainModel,
  explainOperators,
  type Explanation,
  type ExplainedOperator,
  type NewJob,
  type SegmentShape,
} from "../submitter/index.ts";
import { table } from "./io.ts";

/** What the person says of the job that he means to submit. */
export interface Intended {
  readonly steps?: number;
  readonly interval?: number;
  readonly grid?: number;
  /** Of the schedule, where there is one. */
  readonly scheduleSteps?: number;
}

export interface CompileReport {
  /** Steps of the job that the estimates are for, and of one segment with its grid. */
  readonly steps: number;
  readonly segment: SegmentShape;
  readonly explanation: Explanation;
  readonly operators: readonly ExplainedOperator[];
}

export function reportOf(job: NewJob, { steps: given, interval, grid, scheduleSteps }: Intended): CompileReport {
  const steps = given ?? scheduleSteps ?? 1_000;
  const length = Math.min(steps, interval ?? defaultInterval(steps));
  const segment = { steps: length, grid: grid ?? defaultGrid(length) };
  return {
    steps,
    segment,
    explanation: explainModel(job.compiled, segment),
    operators: explainOperators(job.compiled),
  };
}

const units = ["bytes", "KiB", "MiB", "GiB"];

/** Bytes in the unit that leaves a number below 1,024. */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1_024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

const grouped = (value: number | bigint): string => value.toLocaleString("en-US");

/** A node, a parameter or a part of the step, as a person knows it. */
function originText({ origins, state }: ExplainedOperator): string {
  const names = origins.map(({ phase, name, opType }) => {
    const what = [opType, name].filter((part) => part !== undefined).join(" ");
    return what === "" ? phase : `${phase === "backward" ? "gradient of" : phase} ${what}`;
  });
  return `${names.join(" + ")}${state === undefined ? "" : ` → ${state}`}`;
}

function operatorLines(operators: readonly ExplainedOperator[]): string[] {
  const rows = operators.map((operator, index) => {
    const { kind, extents, work } = operator;
    return [String(index), kind, extents.join("×"), grouped(work), originText(operator)];
  });
  const head = ["", "operator", "output", "work units", "from"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  const align = (cell: string, column: number) =>
    column === 0 || column === 3 ? cell.padStart(widths[column] as number) : cell.padEnd(widths[column] as number);
  return [head, ...rows].map((row) => row.map(align).join("  ").trimEnd());
}

function costRows({ explanation, steps, segment, operators }: CompileReport): [string, string][] {
  const { work, memory, dearest, mostMoves, traceBytes } = explanation;
  const total = work.forward + work.backward + work.update;
  const { kind } = operators[dearest.operator] as ExplainedOperator;
  const gas = `${grouped(dearest.gas)} gas, ${grouped(dearest.mostGas)} on data made to be dear (estimates)`;
  return [
    ["work units", `${grouped(total)} a step, ${grouped(total * BigInt(steps))} for ${grouped(steps)} steps`],
    ["", `${grouped(work.forward)} forward, ${grouped(work.backward)} backward, ${grouped(work.update)} update`],
    ["memory", `${bytesText(memory.outputs)} of outputs (at least ${bytesText(memory.liveOutputs)}), ${bytesText(memory.states)} of states, ${bytesText(memory.constants)} of constants`], // prettier-ignore
    ["trace", `${bytesText(traceBytes)} a step, committed to in a dispute only`],
    ["a dispute", `at most ${mostMoves} moves, ${Math.ceil(mostMoves / 2)} rounds, for segments of ${grouped(segment.steps)} steps, a state every ${segment.grid}`], // prettier-ignore
    ["dearest to judge", `operator ${dearest.operator}, ${kind}: ${gas}`],
  ];
}

/** The lines that a person reads. */
export function reportLines(job: NewJob, report: CompileReport, bundle: string, explain: boolean): string[] {
  const { manifest, roots, program, bundleBytes } = job;
  const { parameters, operators } = report.explanation;
  const { dataset } = manifest;
  const trained = manifest.states.filter(({ role }) => role === "parameter").length;
  const beside = [
    ...(parameters.frozen > 0 ? [`${grouped(parameters.frozen)} frozen`] : []),
    ...(parameters.optimiser > 0 ? [`${grouped(parameters.optimiser)} of the optimiser`] : []),
  ];
  const kinds = Object.entries(operators).map(([kind, count]) => `${count} ${kind}`);
  return [
    ...(explain ? [...operatorLines(report.operators), ""] : []),
    ...table([
      ["name", manifest.name],
      ["model", [`${trained} trained tensors, ${grouped(parameters.trained)} parameters`, ...beside].join(", ")],
      ["dataset", `${dataset.samples} samples (${dataset.kind})${dataset.heldOut ? ", some held out" : ""}`],
      ["program", `${program.operators.length} operators, batch ${program.batch}: ${kinds.join(", ")}`],
      ...costRows(report),
      ["program root", roots.programRoot],
      ["dataset root", roots.datasetRoot],
      ["initial state", roots.initialStateRoot],
      ["manifest", roots.manifestHash],
      ["bundle", `${bundleBytes} bytes in ${bundle}`],
    ]),
    "",
    "Next: serve the bundle and submit the job, in one command:",
    `  pinpoint submit ${roots.manifestHash} --steps ${report.steps} --serve`,
  ];
}
