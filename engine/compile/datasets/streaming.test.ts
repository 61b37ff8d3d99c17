import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect } from "chai";
import {
  concatBytes,
  createPrng,
  elementsOf,
  FileBytes,
  OperatorError,
  sha256,
  toHex,
  u32Bytes,
} from "../../../common/index.ts";
import type { Bytes } from "../../../common/index.ts";
import { encodeDataset } from "../../dataset.ts";
import { encodeSafetensors } from "../export/safetensors.ts";
import { readCsv, streamCsv, type CsvOptions, type NamedDataset } from "./csv.ts";
import { rowsOf } from "./csv-rows.ts";
import { splitSamples } from "./split.ts";
import { readTensorFile } from "./tensor-file.ts";
import { tensorDataset } from "./tensors.ts";
import { MemoryWords, ScratchWords } from "./word-sink.ts";

const SEED = 41;
const samples = 700;

const ascii = (text: string) => new TextEncoder().encode(text);

function npy(descr: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  const header = ascii(
    `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117) + "\n",
  );
  return concatBytes(Uint8Array.of(0x93), ascii("NUMPY"), Uint8Array.of(1, 0, header.length, 0), header, data);
}

describe(`datasets of files that are read in parts (seed ${SEED})`, () => {
  const random = createPrng(SEED);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "pinpoint-streaming-"))));
  after(() => rmSync(folder, { recursive: true }));

  /** The bytes as a file. */
  function onDisk(bytes: Uint8Array): Bytes {
    const path = join(folder, "data");
    writeFileSync(path, bytes);
    return FileBytes.open(path);
  }

  /** The file form of the whole dataset, and of both sides of its splits. */
  function files(data: NamedDataset, seeds: (number | undefined)[] = [undefined, SEED]): Uint8Array[] {
    const parts = seeds.flatMap((seed) => {
      const split = splitSamples(data, seed === undefined ? { part: 0.3 } : { part: 0.3, seed });
      return [split.train, split.heldOut];
    });
    return [data, ...parts].map(({ dataset }) => encodeDataset(dataset));
  }

  const integers = Int32Array.from({ length: samples * 12 }, () => random.u32() | 0);
  const doubles = Float64Array.from({ length: samples * 12 }, () => (random.unit() - 0.5) * 1e3);
  const longs = BigInt64Array.from(integers, BigInt);
  const shape = [samples, 3, 4];
  const raw = (view: ArrayBufferView) => new Uint8Array(view.buffer);
  const swapped = Uint8Array.from(raw(integers)).map((_, i, all) => all[(i & ~3) + 3 - (i & 3)]!);
  const extents = shape.map((extent) => Uint8Array.from(u32Bytes(extent)).toReversed());
  const formats: Record<string, Uint8Array> = {
    "NPY of bytes": npy("|u1", shape, raw(integers).slice(0, samples * 12)),
    "NPY of 64-bit floats": npy("<f8", shape, raw(doubles)),
    "NPY of 64-bit integers": npy("<i8", shape, raw(longs)),
    "IDX of integers": concatBytes(Uint8Array.of(0, 0, 0x0c, 3), ...extents, swapped),
    safetensors: encodeSafetensors(new Map([["", { dtype: "f32", shape, values: Float32Array.from(doubles) }]])),
  };
  for (const [name, bytes] of Object.entries(formats))
    it(`${name}: the same dataset, normalised and split, as in memory`, () => {
      const normalisation = { divisor: 255, mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.25, 2] };
      const read = (file: Bytes) => {
        const x = readTensorFile(file, "data").get("")!;
        const y = { shape: [samples], values: integers.slice(0, samples) };
        const sources = [{ name: "x", tensor: x, dtype: "f32", normalisation }, { name: "y", tensor: y, dtype: "i32" }] as const; // prettier-ignore
        return tensorDataset(sources);
      };
      const streamed = read(onDisk(bytes));
      expect(streamed.dataset.fields[0]!.words).to.not.be.instanceOf(Uint32Array);
      expect(files(streamed)).to.deep.equal(files(read(bytes)));
    });

  it("refuses what the file holds and a program cannot read, when it is read", () => {
    const read = (descr: string, data: Uint8Array) => {
      const tensor = readTensorFile(onDisk(npy(descr, [70_000], data)), "data").get("")!;
      const dtype = descr === "<f4" ? ("f32" as const) : ("i32" as const);
      return () => encodeDataset(tensorDataset([{ name: "x", tensor, dtype }]).dataset);
    };
    const floats = new Float32Array(70_000);
    floats[69_999] = Number.POSITIVE_INFINITY;
    expect(read("<f4", raw(floats))).to.throw(OperatorError, "x: element 69999 is Infinity, not a finite number.");
    const wide = new BigInt64Array(70_000);
    wide[66_000] = 2n ** 31n;
    expect(read("<i8", raw(wide))).to.throw(OperatorError, "element 66000 is 2147483648, which 32 bits do not hold");
  });

  const lines = (count: number) =>
    Array.from({ length: count }, () => `${random.unit()},${random.below(5)},${random.below(999)}e-2`);
  const options: Record<string, CsvOptions> = {
    labels: { header: true, label: "b", divisor: 3 },
    targets: { header: true, targets: ["c", "a"] },
  };
  for (const [name, how] of Object.entries(options))
    it(`CSV with ${name}: the same dataset, through temporary files, as in memory`, () => {
      const text = ["a,b,c", ...lines(45_000)].join("\n");
      expect(text.length).to.be.greaterThan(2 ** 20);
      const held = readCsv(text, how);
      const streamed = streamCsv(onDisk(ascii(text)), how, () => new ScratchWords());
      expect(streamed.classes).to.equal(held.classes);
      expect(streamed.dataset.fields.filter(({ words }) => !(words instanceof Uint32Array))).to.have.length(1);
      const roots = (data: NamedDataset) => files(data, [undefined]).map((file) => toHex(sha256(file)));
      expect(roots(streamed)).to.deep.equal(roots(held));
    });

  it("CSV in blocks of any size: the rows of the whole text", () => {
    const texts = [
      '\ufeffa,"b\nc",d\n1, 2 ,3\n\n"4","5""6",7\n',
      'a,b\r\n1,2\r\n\r\n"3\r\n4",5',
      "1,2\r3,4\r",
      "é,ü\n1,2\n\n\n3,4",
      "",
    ];
    for (const text of texts) {
      const whole = parse(text, { bom: true, relaxColumnCount: true, skipEmptyLines: true, trim: true });
      for (let size = 1; size < 40; size++)
        expect([...rowsOf(ascii(text), size)], JSON.stringify([text, size])).to.deep.equal(whole);
    }
  });

  it("CSV in blocks: names the line of the file", () => {
    const text = 'a,b\n1,2\n3,4\n5,"6"x\n';
    for (const size of [1, 5, 100]) expect(() => [...rowsOf(ascii(text), size)]).to.throw(OperatorError, "line 4");
  });

  it("collects words in memory and in a file", () => {
    for (const length of [0, 5, 70_000, 200_000]) {
      const words = Uint32Array.from({ length }, () => random.u32());
      for (const sink of [new MemoryWords(), new ScratchWords()]) {
        for (let at = 0; at < length;) {
          const part = words.subarray(at, at + 1 + random.below(90_000));
          sink.append(part);
          at += part.length;
        }
        expect(Uint32Array.from(elementsOf(sink.finish()))).to.deep.equal(words);
      }
    }
  });
});
