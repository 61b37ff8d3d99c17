import type { Words } from "../../../common/index.ts";
import type { DatasetField } from "../../dataset.ts";
import type { Dtype } from "../../program/types.ts";
import { product } from "../graph.ts";
import type { NamedDataset } from "./csv.ts";
import { dtypeOf, refuseData, type SourceTensor, type Values } from "./source-tensor.ts";

/** What is done to every f32 word: (x / divisor − mean) / deviation. ROUNDS: x to f32, then each operation to f32. */
export interface Normalisation {
  /** 1 if left out. */
  readonly divisor?: number;
  /** One number for all, or one for each entry of a sample's first axis (the channels of images); 0 if left out. */
  readonly mean?: readonly number[];
  /** As mean; 1 if left out. */
  readonly deviation?: readonly number[];
}

export interface FieldSource {
  readonly name: string;
  readonly tensor: SourceTensor;
  /** What the program reads: integers become floats where it wants these, but not the other way round. */
  readonly dtype: Dtype;
  /** Of f32 fields only. */
  readonly normalisation?: Normalisation;
}

const f = Math.fround;

/** Turns some values of the tensor into words; the first of them is number `first` of the tensor. */
type Converter = (values: Values, first: number) => Uint32Array;

function normaliser({ name, tensor, normalisation = {} }: FieldSource): Converter {
  const { divisor = 1, mean = [0], deviation = [1] } = normalisation;
  const { shape } = tensor;
  const length = product(shape.slice(1));
  const channels = shape[1] ?? 1;
  const per = (numbers: readonly number[], what: string) => {
    if (numbers.length !== 1 && numbers.length !== channels)
      refuseData(
        name,
        `${numbers.length} numbers of ${what} do not fit samples of shape [${shape.slice(1).join(", ")}]`,
      );
    return (i: number) =>
      f(numbers[numbers.length === 1 ? 0 : Math.floor((i % length) / (length / channels))] as number);
  };
  const [means, deviations] = [per(mean, "mean"), per(deviation, "deviation")];
  if ([divisor, ...deviation].some((number) => !(Math.abs(f(number)) > 0)))
    refuseData(name, "values cannot be divided by 0");
  return (values, first) => {
    const floats = new Float32Array(values.length);
    for (let i = 0; i < floats.length; i++) {
      const value = f(f(f(f(values[i] as number) / f(divisor)) - means(first + i)) / deviations(first + i));
      if (!Number.isFinite(value)) refuseData(name, `element ${first + i} is ${value}, not a finite number`);
      floats[i] = value;
    }
    return new Uint32Array(floats.buffer);
  };
}

function converter(source: FieldSource): Converter {
  if (source.dtype === "f32") return normaliser(source);
  if (dtypeOf(source.tensor) === "f32") refuseData(source.name, "the tensor holds floats where integers are needed");
  return (values) => new Uint32Array(Int32Array.from(values).buffer);
}

/** The field's words; where the values stay in a file they are converted, and refused, when they are asked for. */
function wordsOf(source: FieldSource): Words {
  const { values } = source.tensor;
  const convert = converter(source);
  if (values instanceof Float32Array || values instanceof Int32Array) return convert(values, 0);
  return { length: values.length, subarray: (start, end) => convert(values.subarray(start, end), start) };
}

/** A dataset of one field a tensor, whose first axes count the same samples. Throws the OperatorError `data-malformed`. */
export function tensorDataset(sources: readonly FieldSource[]): NamedDataset {
  const [first] = sources;
  const samples = first?.tensor.shape[0] ?? 0;
  const fields = sources.map((source): DatasetField & { name: string } => {
    const { name, tensor, dtype } = source;
    const { shape } = tensor;
    if (shape.length === 0 || shape[0] === 0)
      refuseData(name, `a tensor of shape [${shape.join(", ")}] has no samples`);
    if (shape[0] !== samples)
      refuseData(name, `there are ${shape[0]} samples, but ${samples} of ${first?.name}`, { samples: shape[0] });
    const length = product(shape.slice(1));
    if (length === 0) refuseData(name, `a sample of shape [${shape.slice(1).join(", ")}] has no words`);
    return { name, dtype, words: wordsOf(source), stride: length, length };
  });
  return { dataset: { samples, fields }, fields };
}
