import { expect } from "chai";
import { concatBytes, createPrng, OperatorError } from "../../../common/index.ts";
import type { TensorData } from "../graph.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

const SEED = 11;

function tensor(shape: number[], words: readonly number[]): TensorData {
  return { dtype: "f32", shape, values: new Float32Array(Uint32Array.from(words).buffer) };
}

/** A file of a header as it is given, and so many bytes of data. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer);
  return concatBytes(length, json, new Uint8Array(dataBytes));
}

const entry = (start: number, end: number, shape = [(end - start) / 4]) => ({
  dtype: "F32",
  shape,
  data_offsets: [start, end],
});

describe("safetensors", () => {
  it(`come back bit for bit, whatever their names and shapes (seed ${SEED})`, () => {
    const prng = createPrng(SEED);
    for (let round = 0; round < 20; round++) {
      const tensors = new Map<string, TensorData>();
      for (let i = 0; i < round; i++) {
        const shape = Array.from({ length: prng.below(4) }, () => 1 + prng.below(5));
        const words = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => prng.below(2 ** 32));
        tensors.set(
          ["layer", 'é"\\', "__proto__"][prng.below(3)]! + "x".repeat(i % 7) + (i % 2 ? i : ""),
          tensor(shape, words),
        );
      }
      const bytes = encodeSafetensors(tensors);
      const words = (map: ReadonlyMap<string, TensorData>) =>
        [...map].map(([name, { shape, values }]) => [
          name,
          shape,
          new Uint32Array((values as Float32Array).slice().buffer),
        ]);
      // A view into a larger buffer must read the same.
      const shifted = concatBytes(new Uint8Array(3), bytes).subarray(3);
      expect(words(decodeSafetensors(shifted))).to.deep.equal(words(tensors));
      expect(words(decodeSafetensors(Buffer.from(bytes)))).to.deep.equal(words(tensors));
    }
  });

  it("have a header padded to 8 bytes and words little-endian behind it", () => {
    const bytes = encodeSafetensors(new Map([["w", tensor([2, 1], [0x3f800000, 0x80000000])]]));
    const header = '{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}';
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).to.equal(56n);
    expect(new TextDecoder().decode(bytes.subarray(8, 64))).to.equal(header.padEnd(56));
    expect([...bytes.subarray(64)]).to.deep.equal([0, 0, 128, 63, 0, 0, 0, 128]);
    const longer = encodeSafetensors(new Map([["ww", tensor([], [0])]]));
    expect(Number(new DataView(longer.buffer).getBigUint64(0, true)) % 8).to.equal(0);
  });

  it("may hold metadata, and tensors named in another order than their bytes'", () => {
    const decoded = decodeSafetensors(file({ b: entry(8, 12), __metadata__: { format: "pt" }, a: entry(0, 8) }, 12));
    expect([...decoded.keys()]).to.deep.equal(["a", "b"]);
    expect([...decodeSafetensors(file({}, 0))]).to.deep.equal([]);
  });

  const refusals: [string, Uint8Array, string][] = [
    ["a truncated length", new Uint8Array(7), "a file of 7 bytes has no header"],
    [
      "a header past the end",
      file({}, 0).subarray(0, 9),
      "a header of 2 bytes is longer than the file or the format allows",
    ],
    [
      "a header of 2⁶⁴ − 1 bytes",
      new Uint8Array(16).fill(255),
      "a header of 18446744073709551615 bytes is longer than the file or the format allows",
    ],
    ["no JSON", file("{", 0), "the header is no JSON"],
    ["a list", file([], 0), "the header is no JSON object"],
    ["another type", file({ w: { ...entry(0, 4), dtype: "BF16" } }, 4), 'tensor "w" is of "BF16"; supported is "F32"'],
    ["no entry", file({ w: null }, 0), 'tensor "w" is of undefined; supported is "F32"'],
    ["a negative extent", file({ w: entry(0, 4, [-1]) }, 4), 'tensor "w" has no shape'],
    [
      "a fractional offset",
      file({ w: { ...entry(0, 4), data_offsets: [0.5, 4.5] } }, 4),
      'tensor "w" has no data_offsets',
    ],
    ["one offset", file({ w: { ...entry(0, 4), data_offsets: [0] } }, 4), 'tensor "w" has no data_offsets'],
    ["another length", file({ w: entry(0, 8, [3]) }, 8), 'tensor "w" has 8 bytes where its shape needs 12'],
    ["bytes past the end", file({ w: entry(0, 8) }, 4), "the tensors end at byte 8 of 4"],
    ["bytes of no tensor", file({ w: entry(0, 4) }, 8), "the tensors end at byte 4 of 8"],
    ["a gap", file({ a: entry(0, 4), b: entry(8, 12) }, 12), 'tensor "b" begins at byte 8, not at 4'],
    ["an overlap", file({ a: entry(0, 8), b: entry(4, 12) }, 12), 'tensor "b" begins at byte 4, not at 8'],
  ];
  for (const [name, bytes, message] of refusals)
    it(`are refused for ${name}`, () =>
      expect(() => decodeSafetensors(bytes))
        .to.throw(OperatorError, `safetensors: ${message}.`)
        .with.property("code", "safetensors-malformed"));

  it("are not written for integers", () => {
    const integers: TensorData = { dtype: "i32", shape: [1], values: [1] };
    expect(() => encodeSafetensors(new Map([["w", integers]]))).to.throw(OperatorError, '"w" is no f32 tensor');
  });
});
