import { concatBytes, u32Bytes } from "../../../common/index.ts";
import { encodeOperator } from "../../program/encode.ts";
import type { Operator } from "../../program/types.ts";

/** Finds out which of the Dot's tiles this machine computes faster. The answer changes no bit. */

const tuneMs = 20;
const size = 64;
const k = 256;

const operator: Operator = {
  kind: "Dot",
  dtype: "f32",
  extents: [size, size],
  operands: [
    { ref: { space: "constant", index: 0 }, offset: 0, strides: [k, 0] },
    { ref: { space: "constant", index: 0 }, offset: size * k, strides: [0, k] },
  ],
  k,
};

/**
 * Times products of `memory` words from `start` on with two and four rows a tile, in turn. The least time of each counts:
 * whatever else the machine does only adds to it.
 */
export function fasterTile(
  setTileRows: (rows: 2 | 4) => void,
  dot: (record: number, operands: number, out: number, context: number) => void,
  memory: WebAssembly.Memory,
  start: number,
): 2 | 4 {
  const bytes = new Uint8Array(memory.buffer);
  const [table, words] = [start + 4096, start + 8192];
  const tensorWords = 2 * size * k;
  const entry = u32Bytes(words, tensorWords, 0, 0);
  bytes.set(encodeOperator(operator), start);
  bytes.set(concatBytes(entry, entry), table);
  // Ones: products of subnormals or NaNs could take another time.
  new Float32Array(memory.buffer, words, tensorWords).fill(1);
  const least = { 2: Infinity, 4: Infinity };
  const end = performance.now() + tuneMs;
  while (performance.now() < end) {
    for (const rows of [2, 4] as const) {
      setTileRows(rows);
      const began = performance.now();
      dot(start, table, words + tensorWords * 4, 0);
      least[rows] = Math.min(least[rows], performance.now() - began);
    }
  }
  return least[4] < least[2] ? 4 : 2;
}
