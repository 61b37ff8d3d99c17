import type { DatasetField } from "../../dataset.ts";
import type { Dtype } from "../../program/types.ts";
import { product } from "../graph.ts";
import type { NamedDataset } from "./csv.ts";
import { refuseData, type SourceTensor } from "./source-tensor.ts";

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

function normalised(name: string, { shape, values }: SourceTensor, normalisation: Normalisation): Float32Array {
  const { divisor = 1, mean = [0], deviation = [1] } = normalisation;
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
  return Float32Array.from(values, (value, i) => f(f(f(f(value) / f(divisor)) - means(i)) / deviations(i)));
}

function wordsOf({ name, tensor, dtype, normalisation }: FieldSource): Uint32Array {
  const { values } = tensor;
  if (dtype === "i32") {
    if (values instanceof Float32Array) refuseData(name, "the tensor holds floats where integers are needed");
    return new Uint32Array(Int32Array.from(values).buffer);
  }
  const floats = normalised(name, tensor, normalisation ?? {});
  const wrong = floats.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) refuseData(name, `element ${wrong} is ${floats[wrong]}, not a finite number`);
  return new Uint32Array(floats.buffer);
}

/** A dataset of one field a tensor, whose first axes count the same samples. Throws the OperatorError `data-malformed`. */
export function tensorDataset(sources: readonly FieldSource[]): NamedDataset {
  const [first] = sources;
  const samples = first?.tensor.shape[0] ?? 0;
  const fields = sources.map((source): DatasetField<Uint32Array> & { name: string } => {
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
