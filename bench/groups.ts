import { dotContenders, engineContenders, stepContenders } from "./contenders.ts";
import { dotShapes, flopsOf, productsIn, type DotShape } from "./dot/shapes.ts";
import { OURS } from "./measure/contender.ts";
import { measure, type Measured, type Plan } from "./measure/rounds.ts";
import { rowBeside, rowOf, type Result, type Row } from "./results.ts";
import { CHECKPOINT, REPLAY, type TrainingName } from "./step/trainings.ts";

export type Pace = Pick<Plan, "without" | "rounds" | "leastMs" | "progress">;

/** Rows that are measured alike, and written to one file. */
export interface Group {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly string[];
  /** Those of them that a smoke run measures. */
  readonly quick: readonly string[];
  readonly measure: (rows: readonly string[], pace: Pace) => Promise<Row[]>;
}

/** Relative: other orders of summation, and nothing else. */
const LOSS_TOLERANCE = 1e-3;

function problem({ facts, contender }: Measured, first: Measured["facts"]): string | undefined {
  const [losses, expected] = [facts.losses, first.losses] as [number[], number[]];
  const isNear = losses.every((loss, i) => Math.abs(loss - expected[i]!) <= LOSS_TOLERANCE * expected[i]!);
  if (!isNear) return `refused: its losses are ${losses.join(", ")}, not ${expected.join(", ")}`;
  return contender.library === OURS && facts.root !== first.root ? "refused: its state has another root" : undefined;
}

/** Refuses what does not train as our first engine does. */
function checked(measured: readonly Measured[]): Measured[] {
  const [{ facts: first, absent }] = measured as [Measured];
  return measured.map((each) => {
    if (each.absent !== undefined) return each;
    const reason = absent === undefined ? problem(each, first) : "refused: there is nothing to compare it with";
    return reason === undefined ? each : { ...each, absent: reason };
  });
}

/** One training after the other: their processes hold much memory. */
async function eachTraining(
  group: string,
  names: readonly string[],
  { progress, ...pace }: Pace,
  measureOne: (training: TrainingName, pace: Pace) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of names) {
    const told = (message: string) => progress(`${group}/${name}: ${message}`);
    rows.push(...(await measureOne(name as TrainingName, { ...pace, progress: told })));
  }
  return rows;
}

async function measureStep(training: TrainingName, pace: Pace): Promise<Row[]> {
  const measured = await measure({ ...pace, contenders: stepContenders(training), runs: ["step"] });
  return [rowOf(`step/${training}`, "step", pace.rounds, checked(measured))];
}

const besideStep = ["step by kind", "root of the state", "traced step", CHECKPOINT, REPLAY];

async function measureEngines(training: TrainingName, pace: Pace): Promise<Row[]> {
  const contenders = engineContenders(training);
  const measured = checked(await measure({ ...pace, contenders, runs: ["step", ...besideStep] }));
  const name = (run: string) => `engine/${training}: ${run}`;
  const beside = besideStep.map((run) => rowBeside(name(run), run, "step", pace.rounds, measured));
  return [rowOf(name("step"), "step", pace.rounds, measured), ...beside];
}

/** Adds what the time of the products is worth. UNITS: GFLOPS. */
function withSpeed(shape: DotShape, row: Row): Row {
  const results = row.results.map((result): Result => {
    if (result.wallMs === undefined) return result;
    const gflops = (flopsOf(shape) * productsIn(shape)) / result.wallMs.median / 1e6;
    return { ...result, facts: { gflops: Number(gflops.toPrecision(4)) } };
  });
  return { ...row, results };
}

async function measureDots(names: readonly string[], pace: Pace): Promise<Row[]> {
  const shapes = dotShapes.filter(({ name }) => names.includes(name));
  const progress = (message: string) => pace.progress(`dot: ${message}`);
  const measured = await measure({
    ...pace,
    progress,
    contenders: dotContenders(shapes),
    runs: shapes.map(({ name }) => name),
  });
  return shapes.map((shape) => withSpeed(shape, rowOf(`dot/${shape.name}`, shape.name, pace.rounds, measured)));
}

export const groups: readonly Group[] = [
  {
    name: "dot",
    title: "Products of matrices, m × n × k",
    rows: dotShapes.map(({ name }) => name),
    quick: ["64x64x64", "512x512x512", "96x128x128x64"],
    measure: measureDots,
  },
  {
    name: "step",
    title: "Training steps",
    rows: ["gpt-tiny", "convnet", "gpt-0.1M", "gpt-1M", "gpt-10M"] satisfies TrainingName[],
    quick: ["gpt-tiny", "convnet"] satisfies TrainingName[],
    measure: (names, pace) => eachTraining("step", names, pace, measureStep),
  },
  {
    name: "engine",
    title: "What a step is made of, and what is done beside it",
    rows: ["gpt-tiny", "convnet", "gpt-0.1M", "gpt-1M", "gpt-10M"] satisfies TrainingName[],
    quick: ["gpt-tiny"] satisfies TrainingName[],
    measure: (names, pace) => eachTraining("engine", names, pace, measureEngines),
  },
];
