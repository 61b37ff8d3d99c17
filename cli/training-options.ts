import { InvalidArgumentError, Option, type Command } from "commander";
import {
  lossNames,
  optimiserNames,
  scheduleNames,
  type Adapters,
  type Clip,
  type LossName,
  type LossSettings,
  type Optimiser,
  type OptimiserName,
  type RateSchedule,
} from "../engine/index.ts";
import { defined, type JobFile } from "../submitter/index.ts";
import { append, decimal, integer, positive } from "./options.ts";

/** Options of `pinpoint compile` on what is minimised and how. Numbers that are left out are the optimiser's own. */
export interface TrainingOptions {
  readonly batch: number;
  readonly microBatches?: number;
  readonly optimiser: OptimiserName;
  readonly learningRate: number;
  readonly momentum?: number;
  readonly nesterov?: true;
  readonly weightDecay?: number;
  readonly betas?: [number, number];
  readonly epsilon?: number;
  readonly alpha?: number;
  readonly initialAccumulator?: number;
  readonly withoutDecay: string[];
  readonly freeze: string[];
  readonly adapter: string[];
  readonly adapterRank: number;
  readonly adapterAlpha: number;
  readonly adapterSeed: number;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly schedule?: RateSchedule["kind"];
  readonly scheduleSteps?: number;
  readonly warmup?: number;
  readonly every?: number;
  readonly factor?: number;
  readonly endRate?: number;
  readonly power?: number;
  readonly rise?: number;
  readonly startDivisor?: number;
  readonly endDivisor?: number;
  readonly loss?: LossName;
  readonly ignoreIndex?: number;
  readonly labelSmoothing?: number;
  readonly delta?: number;
}

type Setting = keyof TrainingOptions;

/** What each optimiser, schedule and loss takes beside what all take. */
const optimiserSettings: Readonly<Record<OptimiserName, readonly Setting[]>> = {
  sgd: ["momentum", "nesterov"],
  adam: ["betas", "epsilon"],
  adamw: ["betas", "epsilon"],
  rmsprop: ["alpha", "epsilon", "momentum"],
  adagrad: ["epsilon", "initialAccumulator"],
  lion: ["betas"],
};
const scheduleSettings: Readonly<Record<RateSchedule["kind"], readonly Setting[]>> = {
  constant: ["warmup"],
  step: ["warmup", "every", "factor"],
  cosine: ["warmup", "endRate"],
  polynomial: ["warmup", "endRate", "power"],
  oneCycle: ["rise", "startDivisor", "endDivisor"],
};
const lossSettings: Readonly<Record<LossName, readonly Setting[]>> = {
  softmaxCrossEntropy: ["ignoreIndex", "labelSmoothing"],
  binaryCrossEntropy: [],
  meanSquaredError: [],
  meanAbsoluteError: [],
  huber: ["delta"],
  graphOutput: [],
};

function flagOf(setting: Setting): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The settings that were given, none of which may belong to another choice than the one that was made. */
function chosen(
  options: TrainingOptions,
  table: Readonly<Record<string, readonly Setting[]>>,
  choice: string | undefined,
  what: string,
): Partial<TrainingOptions> {
  const allowed = choice === undefined ? [] : (table[choice] ?? []);
  const given = [...new Set(Object.values(table).flat())].filter((setting) => options[setting] !== undefined);
  const foreign = given.find((setting) => !allowed.includes(setting));
  if (foreign !== undefined) {
    const takers = Object.keys(table).filter((name) => table[name]?.includes(foreign));
    throw new InvalidArgumentError(
      `${flagOf(foreign)} is for ${what} ${takers.join(", ")}, not ${choice ?? "for none"}.`,
    );
  }
  return Object.fromEntries(given.map((setting) => [setting, options[setting]]));
}

function optimiserOf(options: TrainingOptions): Optimiser {
  const { optimiser: kind, learningRate, weightDecay } = options;
  const settings = chosen(options, optimiserSettings, kind, "--optimiser");
  return { kind, learningRate, ...defined({ weightDecay }), ...settings } as Optimiser;
}

function scheduleOf(options: TrainingOptions): RateSchedule | undefined {
  const { schedule: kind, scheduleSteps: steps } = options;
  const { endRate, ...settings } = chosen(options, scheduleSettings, kind, "--schedule");
  if ((kind === undefined) !== (steps === undefined))
    throw new InvalidArgumentError("A schedule needs both --schedule and --schedule-steps.");
  if (kind === "step" && (settings.every === undefined || settings.factor === undefined))
    throw new InvalidArgumentError("--schedule step needs --every and --factor.");
  return kind === undefined ? undefined : ({ kind, steps, ...settings, ...defined({ end: endRate }) } as RateSchedule);
}

function adaptersOf(options: TrainingOptions): Adapters | undefined {
  const { adapter: matrices, adapterRank: rank, adapterAlpha: alpha, adapterSeed: seed } = options;
  return matrices.length === 0 ? undefined : { rank, alpha, matrices, seed };
}

function clipOf({ clipNorm, clipValue }: TrainingOptions): Clip | undefined {
  if (clipNorm !== undefined && clipValue !== undefined)
    throw new InvalidArgumentError("Clip by --clip-norm or by --clip-value, not both.");
  if (clipNorm !== undefined) return { by: "norm", limit: clipNorm };
  return clipValue === undefined ? undefined : { by: "value", limit: clipValue };
}

/** How a job trains, as a job file names it. `usualLoss` is what the data ask for where no loss is named. */
export function trainingOf(options: TrainingOptions, usualLoss: LossName): JobFile["training"] {
  const { batch, microBatches, loss, freeze: frozen, withoutDecay: noDecay } = options;
  const settings = chosen(options, lossSettings, loss ?? usualLoss, "--loss") as LossSettings;
  return {
    batch,
    optimiser: optimiserOf(options),
    ...(frozen.length === 0 ? {} : { frozen }),
    ...(noDecay.length === 0 ? {} : { noDecay }),
    ...(Object.keys(settings).length === 0 ? {} : { lossSettings: settings }),
    ...(defined({
      schedule: scheduleOf(options),
      clip: clipOf(options),
      adapters: adaptersOf(options),
      microBatches,
      loss,
    }) as object),
  } as JobFile["training"];
}

function pair(text: string): [number, number] {
  const [first, second, ...rest] = text.split(",");
  if (first && second && rest.length === 0) return [decimal(first), decimal(second)];
  throw new InvalidArgumentError("Give two numbers, as 0.9,0.999.");
}

function whole(text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value === (value | 0)) return value;
  throw new InvalidArgumentError("Give a 32-bit integer.");
}

function notNegative(text: string): number {
  return decimal(text) === 0 ? 0 : positive(text);
}

const steps = integer(1, 2 ** 24);

function withOptimiser(command: Command): Command {
  return command
    .addOption(new Option("--optimiser <name>", "how parameters are updated").choices(optimiserNames).default("sgd"))
    .option("--learning-rate <rate>", "the highest one, where a schedule changes it", positive, 0.1)
    .option("--momentum <part>", "sgd, rmsprop", notNegative)
    .option("--nesterov", "sgd: Nesterov's momentum")
    .option("--weight-decay <part>", "decoupled for adamw and lion, added to the gradient for the others", notNegative)
    .option("--betas <first,second>", "adam, adamw (0.9,0.999 if left out), lion (0.9,0.99)", pair)
    .option("--epsilon <number>", "adam, adamw, rmsprop (1e-8 if left out), adagrad (1e-10)", notNegative)
    .option("--alpha <part>", "rmsprop: decay of the squares' average (0.99 if left out)", notNegative)
    .option("--initial-accumulator <number>", "adagrad: what the sums of squares start at", notNegative)
    .option(
      "--without-decay <tensor>",
      "no weight decay for an initialiser, by name or pattern such as '*.bias' (repeat)",
      append,
      [],
    ) // prettier-ignore
    .option("--freeze <tensor>", "keep an initialiser as it is, by name or pattern (repeat)", append, [])
    .option(
      "--adapter <matrix>",
      "train a low-rank adapter of a matrix, by name or pattern, and nothing else (repeat)",
      append,
      [],
    )
    .option("--adapter-rank <number>", "extent of the adapters' thin side", integer(1, 65_536), 8)
    .option("--adapter-alpha <number>", "adapters count alpha/rank times", positive, 16)
    .option("--adapter-seed <number>", "of the adapters' start values", integer(0, 2 ** 32 - 1), 0)
    .option("--clip-norm <length>", "clip the gradients together to a length", positive)
    .option("--clip-value <number>", "clip every component of the gradients", positive);
}

function withSchedule(command: Command): Command {
  return command
    .addOption(
      new Option("--schedule <kind>", "how the learning rate goes; constant if left out").choices(scheduleNames),
    )
    .option(
      "--schedule-steps <number>",
      "steps that the schedule covers: those of the job, after which the rate is 0",
      steps,
    )
    .option("--warmup <steps>", "steps in which the rate rises first (not oneCycle)", integer(0, 2 ** 24))
    .option("--every <steps>", "step: steps from one change to the next", steps)
    .option("--factor <part>", "step: what the rate is multiplied by", positive)
    .option("--end-rate <rate>", "cosine, polynomial: the rate at the end (0 if left out)", notNegative)
    .option("--power <exponent>", "polynomial (1, a straight line, if left out)", positive)
    .option("--rise <part>", "oneCycle: part of the steps in which the rate rises (0.3 if left out)", positive)
    .option("--start-divisor <number>", "oneCycle: highest rate over the first (25 if left out)", positive)
    .option("--end-divisor <number>", "oneCycle: first rate over the last (10,000 if left out)", positive);
}

function withLoss(command: Command): Command {
  const loss =
    "what is minimised; meanSquaredError with --target, else softmaxCrossEntropy; graphOutput: --output is the loss";
  return command
    .addOption(new Option("--loss <name>", loss).choices(lossNames))
    .option("--ignore-index <label>", "softmaxCrossEntropy: positions with this label count for nothing", whole)
    .option("--label-smoothing <part>", "softmaxCrossEntropy: part of each target spread over all classes", notNegative)
    .option("--delta <number>", "huber: error at which the square becomes a line (1 if left out)", positive);
}

/** Adds the options of `TrainingOptions`. */
export function withTraining(command: Command): Command {
  const batched = command
    .option("--batch <samples>", "samples of one step", integer(1, 2 ** 20), 32)
    .option(
      "--micro-batches <number>",
      "equal parts of the batch, one after the other, for less memory",
      integer(1, 2 ** 20),
    );
  return withLoss(withSchedule(withOptimiser(batched)));
}
