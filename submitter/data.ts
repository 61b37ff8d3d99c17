import { OperatorError, elementsOf } from "../common/index.ts";
import {
  byteTokenizer,
  compileForward,
  dtypeOf,
  importOnnx,
  ScratchWords,
  readCsv,
  readText,
  readTokenizer,
  streamCsv,
  splitSamples,
  tensorDataset,
  type FieldSource,
  type LossName,
  type NamedDataset,
  type NamedField,
  type SourceTensor,
  type Split,
} from "../engine/index.ts";
import type { Manifest } from "../protocol/index.ts";
import { defined } from "./defined.ts";
import type { CsvSource, JobSource, TensorsSource, TextSource } from "./job-source.ts";

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
  const { onnx, output, microBatches = 1 } = source;
  const batch = source.batch / microBatches;
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
  const what = dataset.kind === "text" ? `text has ${classes} different tokens` : `labels are 0 … ${classes - 1}`;
  throw new OperatorError(
    "labels-out-of-range",
    `The ${what}, but the model's output has ${width} classes: give it ${classes}, or take other data.`,
    { classes, width },
  );
}

/** A dataset and what it says of the job. */
export interface Data {
  readonly train: NamedDataset;
  readonly heldOut: NamedDataset | undefined;
  readonly inputs: Record<string, string>;
  /** Absent where nothing is compared. */
  readonly label: string | undefined;
  /** What compares the logits with such labels. */
  readonly loss: LossName;
  readonly dataset: Manifest["dataset"];
}

function textData(source: JobSource, dataset: TextSource): Data {
  const inputs = inputsOf(source, "tokens");
  const context = dataset.context ?? contextOf(source);
  const tokens = [{ name: "tokens", dtype: "i32", length: context }] as const;
  const targets = dataset.targets ?? targetsOf(source, inputs, tokens);
  const { tokens: kind } = dataset;
  const tokenizer = kind && (kind === "bytes" ? byteTokenizer : readTokenizer(kind.tokenizerJson));
  const options = { context, targets, heldOut: dataset.heldOut ?? 0.1, ...defined({ tokenizer }) };
  const { vocabulary, train, heldOut } = readText(dataset.text, options);
  const { fields } = train;
  const described = { kind: "text" as const, fields: copies(fields), samples: train.dataset.samples };
  const tokenKind = tokenizer && { kind: kind === "bytes" ? ("bytes" as const) : ("bpe" as const) };
  const rest = { vocabulary: [...vocabulary], context, targets, ...defined({ tokenizer: tokenKind }) };
  return { inputs, label: "target", loss: "softmaxCrossEntropy", train, heldOut, dataset: { ...described, ...rest } };
}

const classified = { label: "label", loss: "softmaxCrossEntropy" } as const;
const regressed = { label: "target", loss: "meanSquaredError" } as const;

/** What is trained on and what is held out: other samples that were given, or a part of these. */
function parted(all: NamedDataset, others: NamedDataset | undefined, split: Split | undefined) {
  if (split === undefined) return { train: all, heldOut: others };
  if (others === undefined) return splitSamples(all, split);
  throw new OperatorError("split-impossible", "Hold out other samples or a part of these, not both.");
}

/** The largest label plus one, the ignored one left out. */
function classesOf(labels: Iterable<number>, { lossSettings }: JobSource): number {
  let classes = 1;
  for (const label of labels) if (label !== lossSettings?.ignoreIndex) classes = Math.max(classes, label + 1);
  return classes;
}

/** The classes of a CSV file's labels: what the reader found, unless some label counts for nothing. */
function csvClasses(source: JobSource, all: NamedDataset, found: number | undefined): { classes?: number } {
  if (found === undefined) return {};
  const label = all.dataset.fields.at(-1)?.words ?? new Uint32Array(0);
  return { classes: source.lossSettings?.ignoreIndex === undefined ? found : classesOf(elementsOf(label), source) };
}

function csvData(source: JobSource, { kind, text, heldOutText, split, ...options }: CsvSource): Data {
  const read = (from: typeof text, how: typeof options) =>
    typeof from === "string" ? readCsv(from, how) : streamCsv(from, how, () => new ScratchWords());
  const { classes, ...all } = read(text, options);
  const found = classes === undefined ? {} : { classes };
  const labels = csvClasses(source, all, classes);
  const others = heldOutText === undefined ? undefined : read(heldOutText, { ...options, ...found });
  const { train, heldOut } = parted(all, others, split);
  const dataset = { kind, fields: copies(train.fields), samples: train.dataset.samples };
  const described = { ...dataset, ...labels, divisor: options.divisor ?? 1 };
  const compared = options.targets === undefined ? classified : regressed;
  return { inputs: inputsOf(source, "features"), ...compared, train, heldOut, dataset: described };
}

function copies(fields: readonly NamedField[]): NamedField[] {
  return fields.map(({ name, dtype, length }) => ({ name, dtype, length }));
}

/** The field that outputs are compared with. */
function labelOf({ loss }: JobSource, { tensors, label }: TensorsSource): string | undefined {
  if (loss === "graphOutput") return undefined;
  const name = label ?? ["label", "target"].find((usual) => tensors.has(usual));
  if (name !== undefined && tensors.has(name)) return name;
  const names = [...tensors.keys()].join(", ");
  const message = `Say which of the fields ${names} the outputs are compared with${label === undefined ? "" : `: "${label}" is none`}.`;
  throw new OperatorError("label-unknown", message, { label, names });
}

/** The fields as the graph's inputs and the loss read them. */
function fieldSources(
  source: JobSource,
  { tensors, normalisation }: TensorsSource,
  { inputs, label, loss }: Pick<Data, "inputs" | "label" | "loss">,
): FieldSource[] {
  const graphInputs = importOnnx(source.onnx).inputs;
  return [...tensors].map(([name, tensor]): FieldSource => {
    const reader = graphInputs.find((input) => inputs[input.name] === name);
    if (reader !== undefined)
      return { name, tensor, dtype: reader.dtype, ...(name === label || !normalisation ? {} : { normalisation }) };
    const labels = name === label && loss === "softmaxCrossEntropy";
    const dtype = labels || (name !== label && dtypeOf(tensor) === "i32") ? "i32" : "f32";
    return { name, tensor, dtype };
  });
}

/** Each input reads the field of its name, or the only field there is but the label. */
function tensorInputs(
  source: JobSource,
  { tensors }: TensorsSource,
  label: string | undefined,
): Record<string, string> {
  const { inputs } = importOnnx(source.onnx);
  const named = inputs.every(({ name }) => tensors.has(name));
  if (source.inputs === undefined && named) return Object.fromEntries(inputs.map(({ name }) => [name, name]));
  return inputsOf(source, [...tensors.keys()].find((name) => name !== label) ?? "");
}

function tensorsData(source: JobSource, given: TensorsSource): Data {
  const { tensors, heldOutTensors, split, normalisation } = given;
  const label = labelOf(source, given);
  const compared = label === undefined ? undefined : tensors.get(label);
  const integers = compared !== undefined && dtypeOf(compared) === "i32";
  const loss = source.loss ?? (integers ? "softmaxCrossEntropy" : "meanSquaredError");
  const inputs = tensorInputs(source, given, label);
  const read = (some: ReadonlyMap<string, SourceTensor>) =>
    tensorDataset(fieldSources(source, { ...given, tensors: some }, { inputs, label, loss }));
  const { train, heldOut } = parted(read(tensors), heldOutTensors && read(heldOutTensors), split);
  const kept = normalisation && {
    ...normalisation,
    ...defined({ mean: normalisation.mean && [...normalisation.mean] }),
    ...defined({ deviation: normalisation.deviation && [...normalisation.deviation] }),
  };
  const dataset = { kind: "tensors" as const, fields: copies(train.fields), samples: train.dataset.samples };
  const classes =
    loss === "softmaxCrossEntropy" && compared !== undefined
      ? classesOf(elementsOf(compared.values), source)
      : undefined;
  const described = { ...dataset, ...defined({ normalisation: kept as Normalised | undefined, classes }) };
  return { inputs, label, loss, train, heldOut, dataset: described };
}

type Normalised = Extract<Manifest["dataset"], { kind: "tensors" }>["normalisation"];

/** Reads a job's dataset. Errors: OperatorError, one sentence on what the model or the data lacks. */
export function dataOf(source: JobSource): Data {
  const { dataset } = source;
  const data = { text: textData, csv: csvData, tensors: tensorsData } as const;
  const read = data[dataset.kind] as (source: JobSource, dataset: JobSource["dataset"]) => Data;
  const made = read(source, dataset);
  checkClasses(source, made);
  return made;
}
