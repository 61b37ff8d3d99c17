import { wordsOf } from "./bytes.ts";

/** Elements that need not lie in memory: a typed array is one, and so is what reads them from a file when they are asked for. */
export interface Sliced<Elements> {
  readonly length: number;
  /** Elements `start` to `end` − 1, up to the last one where `end` lies past it. The caller must not change them. */
  subarray(start: number, end: number): Elements;
}

export type Bytes = Sliced<Uint8Array>;

export type Words = Sliced<Uint32Array>;

/** Bytes `start` to `end` − 1, without reading them. */
export function bytesWithin(bytes: Bytes, start: number, end: number): Bytes {
  if (bytes instanceof Uint8Array) return bytes.subarray(start, end);
  const at = (byte: number) => Math.min(start + byte, end);
  return { length: end - start, subarray: (from, to) => bytes.subarray(at(from), at(to)) };
}

/** The `length` little-endian words from byte `start` on, without reading them. */
export function wordsWithin(bytes: Bytes, start: number, length: number): Words {
  const at = (word: number) => start + 4 * Math.min(word, length);
  return { length, subarray: (from, to) => wordsOf(bytes.subarray(at(from), at(to))) };
}

/** Every element in order, read in pieces. */
export function* elementsOf(values: Sliced<Iterable<number>>): Generator<number, void> {
  const piece = 2 ** 16;
  for (let start = 0; start < values.length; start += piece) yield* values.subarray(start, start + piece);
}
