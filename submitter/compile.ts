import { OperatorError } from "../common/index.ts";
import {
  compileForward,
  compileModel,
  importOnnx,
  readCsv,
  readText,
  type Adapters,
  type Clip,
  type CompiledModel,
  type CsvOptions,
  type LossName,
  type LossSettings,
  type NamedDataset,
  type NamedField,
  type Optimiser,
  type RateSchedule,
} from "../engine/index.ts";
import type { Manifest } from "../protocol/index.ts";
import { defined } from "./defined.ts";

export interface TextSource {
  readonly kind: "text";
  readonly text: string;
  /** Characters of one sample; as the model's input asks for if not given. */
  readonly context?: number;
  /** As the model's output asks for if not given. */
  readonly targets?: "each" | "last";
  /** Part of the text, at its end, that is held out; a tenth if not given. */
  readonly heldOut?: number;
}

export interface CsvSource extends CsvOptions {
  readonly kind: "csv";
  readonly text: string;
  /** Samples of the same columns that are held out. */
  readonly heldOutText?: string;
}

export interface JobSource {
  readonly name: string;
  /** The bytes of an ONNX model. */
  readonly onnx: Uint8Array;
  readonly dataset: TextSource | CsvSource;
  readonly batch: number;
  readonly optimiser: Optimiser;
  readonly schedule?: RateSchedule;
  readonly clip?: Clip;
  readonly adapters?: Adapters;
  /** Equal parts of the batch, computed one after the other. */
  readonly microBatches?: number;
  /** meanSquaredError where the dataset has targets, softmaxCrossEntropy where it has labels, if not given. */
  readonly loss?: LossName;
  readonly lossSettings?: LossSettings;
  /** Dataset field by graph input; may be left out where there is one input. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly output?: string;
  /** Names or patterns of initialisers that are kept as they are, and of those without weight decay. */
  readonly frozen?: readonly string[];
  readonly noDecay?: readonly string[];
}

export interface CompiledJob {
  readonly compiled: CompiledModel;
  readonly train: NamedDataset;
  readonly heldOut: NamedDataset | undefined;
  /** The parts of the manifest that the compilation decides. */
  readonly describe: Pick<Manifest, "training"> & {
    readonly model: Omit<Manifest["model"], "onnx">;
    readonly dataset: Manifest["dataset"];
  };
}

/** Fields by graph input: the only input reads the only kind of field there is to read. */
function inputsOf(source: JobSource, field: string): Record<string, string> {
  if (source.inputs !== undefined) return { ...source.inputs };
  const { inputs } = importOnnx(source.onnx);
  const [only] = inputs;
  if (only !== undefined && inputs.length === 1) return { [only.name]: field };
  const names = inputs.map(({ name }) => name).join(", ");
  throw new OperatorError("inputs-unmapped", `The model has the inputs ${names}: say which dataset field each reads.`);
}

/** The length of a sample that the model's input asks for. */
function contextOf(source: JobSource): number {
  const shape = importOnnx(source.onnx).inputs[0]?.shape.slice(1) ?? [];
  const known = shape.every((extent) => typeof extent === "number");
  if (known && shape.length > 0) return shape.reduce((total, extent) => total * extent, 1);
  throw new OperatorError("context-unknown", "The model's input has no fixed length: say how long a context is.");
}

function logitsShape(
  source: JobSource,
  inputs: Record<string, string>,
  fields: readonly NamedField[],
): readonly number[] {
  const { onnx, batch, output } = source;
  const forward = compileForward({ onnx, batch, fields, inputs, ...(output === undefined ? {} : { output }) });
  return forward.states.find(({ role }) => role === "logits")?.shape ?? [];
}

/** Whether the logits are one row for each position of a sample, or one for the sample. */
function targetsOf(source: JobSource, inputs: Record<string, string>, fields: readonly NamedField[]): "each" | "last" {
  return logitsShape(source, inputs, fields).length > 2 ? "each" : "last";
}

/** Refuses labels that the logits have no place for: the program would read another word for them. */
function checkClasses(source: JobSource, { inputs, train, loss, dataset }: Data): void {
  const { fields } = train;
  const classes = dataset.kind === "text" ? dataset.vocabulary.length : dataset.classes;
  if (classes === undefined || (source.loss ?? loss) !== "softmaxCrossEntropy") return;
  const width = logitsShape(source, inputs, fields).at(-1);
  if (width === undefined || classes <= width) return;
  const what = dataset.kind === "text" ? `text has ${classes} different characters` : `labels are 0 … ${classes - 1}`;
  throw new OperatorError(
    "labels-out-of-range",
    `The ${what}, but the model's output has ${width} classes: give it ${classes}, or take other data.`,
    { classes, width },
  );
}

type Data = Pick<CompiledJob, "train" | "heldOut"> & {
  readonly inputs: Record<string, string>;
  readonly label: string;
  /** What compares the logits with such labels. */
  readonly loss: LossName;
  readonly dataset: Manifest["dataset"];
};

function textData(source: JobSource, dataset: TextSource): Data {
  const inputs = inputsOf(source, "tokens");
  const context = dataset.context ?? contextOf(source);
  const tokens = [{ name: "tokens", dtype: "i32", length: context }] as const;
  const targets = dataset.targets ?? targetsOf(source, inputs, tokens);
  const { vocabulary, train, heldOut } = readText(dataset.text, { context, targets, heldOut: dataset.heldOut ?? 0.1 });
  const { fields } = train;
  const described = { kind: "text" as const, fields: copies(fields), samples: train.dataset.samples };
  const rest = { vocabulary: [...vocabulary], context, targets };
  return { inputs, label: "target", loss: "softmaxCrossEntropy", train, heldOut, dataset: { ...described, ...rest } };
}

const classified = { label: "label", loss: "softmaxCrossEntropy" } as const;
const regressed = { label: "target", loss: "meanSquaredError" } as const;

function csvData(source: JobSource, { kind, text, heldOutText, ...options }: CsvSource): Data {
  const { classes, ...train } = readCsv(text, options);
  const labels = classes === undefined ? {} : { classes };
  const heldOut = heldOutText === undefined ? undefined : readCsv(heldOutText, { ...options, ...labels });
  const dataset = { kind, fields: copies(train.fields), samples: train.dataset.samples };
  const described = { ...dataset, ...labels, divisor: options.divisor ?? 1 };
  const compared = options.targets === undefined ? classified : regressed;
  return { inputs: inputsOf(source, "features"), ...compared, train, heldOut, dataset: described };
}

function copies(fields: readonly NamedField[]): NamedField[] {
  return fields.map(({ name, dtype, length }) => ({ name, dtype, length }));
}

/**
 * Compiles a model and reads its dataset. Deterministic: the same source gives the same roots.
 * Errors: OperatorError, one sentence on what the model or the data lacks.
 */
export function compileJob(source: JobSource): CompiledJob {
  const { onnx, batch, optimiser, output, frozen = [], dataset: given } = source;
  const data = given.kind === "text" ? textData(source, given) : csvData(source, given);
  const { inputs, train, heldOut, dataset } = data;
  const loss = source.loss ?? data.loss;
  checkClasses(source, data);
  const label = loss === "graphOutput" ? undefined : data.label;
  const { schedule, clip, microBatches, lossSettings } = source;
  const adapters = source.adapters && { ...source.adapters, matrices: [...source.adapters.matrices] };
  const noDecay = source.noDecay && [...source.noDecay];
  const chosen = defined({ adapters, schedule, clip, microBatches, lossSettings, noDecay });
  const compared = defined({ label, output });
  const { fields } = train;
  const training = { batch, loss, optimiser, frozen: [...frozen], ...chosen };
  const compiled = compileModel({ onnx, fields, inputs, ...compared, ...training });
  return { compiled, train, heldOut, describe: { model: { inputs, ...compared }, training, dataset } };
}
