import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { zipSync } from "fflate";
import { concatBytes, elementsOf, OperatorError } from "../../../common/index.ts";
import type { Words } from "../../../common/index.ts";
import { encodeSafetensors } from "../export/safetensors.ts";
import { splitSamples, type Split } from "./split.ts";
import { readTensorFile } from "./tensor-file.ts";
import { tensorDataset, type FieldSource } from "./tensors.ts";
import type { SourceTensor } from "./source-tensor.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A file of numpy.save, version 1. */
function npy(descr: string, shape: string, data: Uint8Array, order = "False"): Uint8Array {
  const header = ascii(`{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117) + "\n");
  return concatBytes(Uint8Array.of(0x93), ascii("NUMPY"), Uint8Array.of(1, 0, header.length, 0), header, data);
}

/** Two images of 2 × 3 bytes. */
const idx = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  3,
  0,
  1,
  2,
  3,
  4,
  5,
  250,
  251,
  252,
  253,
  254,
  255,
);
const floats = bytesOf(Float32Array.of(1, -2, 0.5, 3));
const longs = bytesOf(BigInt64Array.of(1n, -2n, 3n));

const plain = ({ shape, values }: SourceTensor) => [shape, values.constructor.name, [...elementsOf(values)]];
const only = (file: Uint8Array) => plain(readTensorFile(file, "data").get("")!);

describe("readTensorFile", () => {
  const images = [[2, 2, 3], "Int32Array", [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255]];

  it("reads IDX, packed or not", () => {
    expect(only(idx)).to.deep.equal(images);
    expect(only(gzipSync(idx))).to.deep.equal(images);
    const doubles = concatBytes(Uint8Array.of(0, 0, 0x0e, 1, 0, 0, 0, 1), Uint8Array.of(0x3f, 0xf8, 0, 0, 0, 0, 0, 0));
    expect(only(doubles)).to.deep.equal([[1], "Float32Array", [1.5]]);
  });

  it("reads NPY of either byte order, of integers and of floats", () => {
    expect(only(npy("'<f4'", "(2, 2)", floats))).to.deep.equal([[2, 2], "Float32Array", [1, -2, 0.5, 3]]);
    expect(only(npy("'<i8'", "(3,)", longs))).to.deep.equal([[3], "Int32Array", [1, -2, 3]]);
    expect(only(npy("'>i2'", "(2,)", Uint8Array.of(1, 0, 255, 255)))).to.deep.equal([[2], "Int32Array", [256, -1]]);
    expect(only(npy("'|b1'", "(1, 2)", Uint8Array.of(1, 0)))).to.deep.equal([[1, 2], "Int32Array", [1, 0]]);
  });

  it("reads the members of NPZ and safetensors by their names", () => {
    const members = { "x.npy": npy("'<f4'", "(2, 2)", floats), "y.npy": npy("'|u1'", "(2,)", Uint8Array.of(7, 9)) };
    for (const level of [0, 6] as const) {
      const archive = readTensorFile(zipSync(members, { level }), "data.npz");
      expect([...archive].map(([name, tensor]) => [name, ...plain(tensor)])).to.deep.equal([
        ["x", [2, 2], "Float32Array", [1, -2, 0.5, 3]],
        ["y", [2], "Int32Array", [7, 9]],
      ]);
    }
    const values = Float32Array.of(1, 2, 3, 4);
    const file = encodeSafetensors(new Map([["w", { dtype: "f32", shape: [2, 2], values }]]));
    expect(plain(readTensorFile(file, "w.safetensors").get("w")!)).to.deep.equal([
      [2, 2],
      "Float32Array",
      [1, 2, 3, 4],
    ]);
  });

  const refusals: [string, Uint8Array, string][] = [
    [
      "no known file",
      ascii("hello world, this is text"),
      "data: this is no IDX, NPY, NPZ or safetensors file (as it is or packed by gzip).",
    ],
    ["a damaged gzip file", gzipSync(idx).subarray(0, 20), "data: the gzip file is damaged."],
    ["a damaged archive", ascii("PK\u0003\u0004 and nothing more"), "data: the zip archive is damaged."],
    ["an archive of something else", zipSync({ "a.txt": ascii("text") }), "data#a.txt: this is no NPY file."],
    ["IDX of an unknown type", Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), "data: IDX has no element type 0x07."],
    ["IDX without extents", Uint8Array.of(0, 0, 8, 2, 0, 0), "data: an IDX file of 6 bytes has no 2 extents."],
    ["IDX that ends early", idx.subarray(0, 27), "data: shape [2, 2, 3] needs 12 bytes of elements, but there are 11."],
    ["IDX that goes on", concatBytes(idx, idx), "data: shape [2, 2, 3] needs 12 bytes of elements, but there are 40."],
    [
      "complex NPY elements",
      npy("'<c8'", "(1,)", longs),
      "data: NPY elements of '<c8' are not read; supported are b1, u1, i1, u2, i2, u4, i4, i8, f4, f8.",
    ],
    [
      "NPY records",
      npy("[('a', '<f4')]", "(1,)", floats),
      "data: NPY elements of [('a' are not read; supported are b1, u1, i1, u2, i2, u4, i4, i8, f4, f8.",
    ],
    [
      "Fortran order",
      npy("'<f4'", "(2, 2)", floats, "True"),
      "data: an NPY array in Fortran order is not read: save numpy.ascontiguousarray of it.",
    ],
    ["a shape of words", npy("'<f4'", "(two,)", floats), "data: the NPY header has no shape."],
    ["a cut NPY header", npy("'<f4'", "(4,)", floats).subarray(0, 60), "data: the NPY header is longer than the file."],
    [
      "integers beyond 32 bits",
      npy("'<i8'", "(1,)", bytesOf(BigInt64Array.of(2n ** 40n))),
      "data: element 0 is 1099511627776, which 32 bits do not hold.",
    ],
  ];
  for (const [name, file, message] of refusals)
    it(`refuses ${name}`, () => {
      expect(() => readTensorFile(file, "data"))
        .to.throw(OperatorError, message)
        .with.property("code", "data-malformed");
    });
});

const tensor = (shape: number[], values: Float32Array | Int32Array): SourceTensor => ({ shape, values });
const x = tensor(
  [3, 2, 2],
  Int32Array.from({ length: 12 }, (_, i) => i),
);
const y = tensor([3], Int32Array.of(2, 0, 1));

describe("tensorDataset", () => {
  const floatWords = (words: Words) => [...new Float32Array(Uint32Array.from(elementsOf(words)).buffer)];

  it("has a field a tensor, integers as floats where those are wanted, normalised by channels", () => {
    const normalisation = { divisor: 2, mean: [0, 1], deviation: [0.5] };
    const { dataset, fields } = tensorDataset([
      { name: "x", tensor: x, dtype: "f32", normalisation },
      { name: "y", tensor: y, dtype: "i32" },
    ]);
    expect(fields.map(({ name, dtype, length }) => [name, dtype, length])).to.deep.equal([
      ["x", "f32", 4],
      ["y", "i32", 1],
    ]);
    expect(dataset.samples).to.equal(3);
    expect(floatWords(dataset.fields[0]!.words)).to.deep.equal([0, 1, 0, 1, 4, 5, 4, 5, 8, 9, 8, 9]);
    expect([...elementsOf(dataset.fields[1]!.words)]).to.deep.equal([2, 0, 1]);
  });

  it("rounds every operation of the normalisation to f32", () => {
    const normalisation = { divisor: 255, mean: [0.1307], deviation: [0.3081] };
    const { dataset } = tensorDataset([
      { name: "x", tensor: tensor([1], Int32Array.of(200)), dtype: "f32", normalisation },
    ]);
    const f = Math.fround;
    expect(floatWords(dataset.fields[0]!.words)).to.deep.equal([f(f(f(200 / 255) - f(0.1307)) / f(0.3081))]);
  });

  const field = (changes: Partial<FieldSource>): FieldSource => ({ name: "y", tensor: y, dtype: "f32", ...changes });
  const refusals: [FieldSource[], string][] = [
    [
      [field({}), field({ name: "x", tensor: tensor([2], Int32Array.of(1, 2)) })],
      "x: there are 2 samples, but 3 of y.",
    ],
    [[field({ tensor: tensor([], Float32Array.of(1)) })], "y: a tensor of shape [] has no samples."],
    [[field({ tensor: tensor([1, 0], new Float32Array(0)) })], "y: a sample of shape [0] has no words."],
    [
      [field({ tensor: tensor([1], Float32Array.of(0.5)), dtype: "i32" })],
      "y: the tensor holds floats where integers are needed.",
    ],
    [[field({ tensor: tensor([2], Float32Array.of(0, Number.NaN)) })], "y: element 1 is NaN, not a finite number."],
    [[field({ normalisation: { divisor: 0 } })], "y: values cannot be divided by 0."],
    [
      [field({ name: "x", tensor: x, normalisation: { mean: [1, 2, 3] } })],
      "x: 3 numbers of mean do not fit samples of shape [2, 2].",
    ],
  ];
  for (const [sources, message] of refusals)
    it(message, () => {
      expect(() => tensorDataset(sources))
        .to.throw(OperatorError, message)
        .with.property("code", "data-malformed");
    });
});

describe("splitSamples", () => {
  const values = Int32Array.from({ length: 20 }, (_, i) => i);
  const data = tensorDataset([{ name: "x", tensor: tensor([10, 2], values), dtype: "i32" }]);
  const first = (split: Split) => {
    const { train, heldOut } = splitSamples(data, split);
    return [train, heldOut].map(({ dataset }) => {
      const words = [...elementsOf(dataset.fields[0]!.words)];
      return Array.from({ length: dataset.samples }, (_, sample) => words[2 * sample]! / 2);
    });
  };

  it("holds out the end, or what the seed says, and loses and doubles none", () => {
    expect(first({ part: 0.3 })).to.deep.equal([
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9],
    ]);
    const seeded = first({ part: 0.3, seed: 5 });
    expect(seeded).to.deep.equal(first({ part: 0.3, seed: 5 }));
    expect(seeded).to.not.deep.equal(first({ part: 0.3, seed: 6 }));
    expect(seeded.map(({ length }) => length)).to.deep.equal([7, 3]);
    expect(seeded.flat().toSorted((a, b) => a - b)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const side of seeded) expect(side).to.deep.equal(side.toSorted((a, b) => a - b));
  });

  it("refuses a part that leaves a side empty", () => {
    for (const part of [0, 0.01, 0.99, 1])
      expect(() => splitSamples(data, { part }))
        .to.throw(OperatorError, `A part of ${part} of 10 samples leaves none on one side: hold out another part.`)
        .with.property("code", "split-impossible");
  });
});
