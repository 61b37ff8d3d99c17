import { OperatorError } from "../../../common/index.ts";
import type { Words } from "../../../common/index.ts";
import { permute } from "../../order.ts";
import type { NamedDataset } from "./csv.ts";

/** Which samples are held out. */
export interface Split {
  /** Part of the samples, 0 up to 1; at least one sample stays on either side. */
  readonly part: number;
  /** 32-bit unsigned: the keyed shuffle chooses. The last ones are held out if it is left out. */
  readonly seed?: number;
}

/** The samples at some places one after the other, read when they are asked for. */
function gathered(words: Words, stride: number, length: number, places: Uint32Array): Words {
  const end = places.length * length;
  const subarray = (from: number, past: number): Uint32Array => {
    const to = Math.min(past, end);
    const rows = new Uint32Array(Math.max(0, to - from));
    for (let at = from; at < to;) {
      const row = Math.floor(at / length);
      let last = row;
      // Samples that follow each other are read at once.
      while (stride === length && (last + 1) * length < to && places[last + 1] === (places[last] as number) + 1) last++;
      const next = Math.min((last + 1) * length, to);
      const start = (places[row] as number) * stride + at - row * length;
      rows.set(words.subarray(start, start + next - at), at - from);
      at = next;
    }
    return rows;
  };
  return words instanceof Uint32Array ? subarray(0, end) : { length: end, subarray };
}

/** The samples of a dataset at some places, in the order of these. */
function select({ dataset, fields }: NamedDataset, places: Uint32Array): NamedDataset {
  const selected = fields.map(({ name, dtype, length }, i) => {
    const { words, stride } = dataset.fields[i] as (typeof dataset.fields)[number];
    return { name, dtype, words: gathered(words, stride, length, places), stride: length, length };
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
  const [train, heldOut] = [new Uint32Array(kept), new Uint32Array(samples - kept)];
  for (let sample = 0, trained = 0; sample < samples; sample++) {
    const rank = seed === undefined ? sample : permute(sample, samples, seed, 0);
    if (rank < kept) train[trained++] = sample;
    else heldOut[sample - trained] = sample;
  }
  return { train: select(data, train), heldOut: select(data, heldOut) };
}
