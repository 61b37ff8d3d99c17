import { OperatorError } from "../../../common/index.ts";
import { permute } from "../../order.ts";
import type { NamedDataset } from "./csv.ts";

/** Which samples are held out. */
export interface Split {
  /** Part of the samples, 0 up to 1; at least one sample stays on either side. */
  readonly part: number;
  /** 32-bit unsigned: the keyed shuffle chooses. The last ones are held out if it is left out. */
  readonly seed?: number;
}

/** The samples of a dataset at some places, in the order of these. */
function select({ dataset, fields }: NamedDataset, places: readonly number[]): NamedDataset {
  const selected = fields.map(({ name, dtype, length }, i) => {
    const { words, stride } = dataset.fields[i] as (typeof dataset.fields)[number];
    const rows = new Uint32Array(places.length * length);
    places.forEach((place, row) => rows.set(words.subarray(place * stride, place * stride + length), row * length));
    return { name, dtype, words: rows, stride: length, length };
  });
  return { dataset: { samples: places.length, fields: selected }, fields: selected };
}

/**
 * The samples that are trained on and those held out, each in their order: round(samples · part) of them, those that the shuffle of epoch 0
 * puts last. SPEC: spec/numerics.md, Order. Throws the OperatorError `split-impossible`.
 */
export function splitSamples(
  data: NamedDataset,
  { part, seed }: Split,
): { train: NamedDataset; heldOut: NamedDataset } {
  const { samples } = data.dataset;
  const kept = samples - Math.round(samples * part);
  if (!(part > 0 && part < 1) || kept < 1 || kept >= samples)
    throw new OperatorError(
      "split-impossible",
      `A part of ${part} of ${samples} samples leaves none on one side: hold out another part.`,
      { part, samples },
    );
  const places = Array.from({ length: samples }, (_, sample) => sample);
  const rank = (sample: number) => (seed === undefined ? sample : permute(sample, samples, seed, 0));
  const held = new Set(places.filter((sample) => rank(sample) >= kept));
  const train = places.filter((sample) => !held.has(sample));
  return { train: select(data, train), heldOut: select(data, [...held]) };
}
