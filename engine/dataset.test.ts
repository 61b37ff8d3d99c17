import { expect } from "chai";
import { MerkleTree, OperatorError, concatBytes, sha256, toHex, u32Bytes } from "../common/index.ts";
import { commitTensor } from "./commit/tensor.ts";
import { datasetCommitment, datasetRoot, decodeDataset, encodeDataset, hashField, openDataset } from "./dataset.ts";
import type { Dataset } from "./dataset.ts";

const dataset: Dataset<Uint32Array> = {
  samples: 3,
  fields: [
    { dtype: "f32", words: Uint32Array.of(1, 2, 3, 4, 5, 6), stride: 2, length: 2 },
    { dtype: "i32", words: Uint32Array.of(9, 8, 7), stride: 1, length: 1 },
  ],
};

describe("dataset", () => {
  it("commits to header, records and words", () => {
    const { header, records, tree, root } = datasetCommitment(dataset);
    expect(toHex(header)).to.equal("0x01000000030000000200000000000000");
    const tensors = [commitTensor(dataset.fields[0]!.words, "f32"), commitTensor(dataset.fields[1]!.words, "i32")];
    expect(toHex(records[0]!)).to.equal(toHex(concatBytes(u32Bytes(1, 6, 2, 2), new Uint8Array(16), tensors[0]!.root)));
    expect(toHex(tree.root)).to.equal(toHex(new MerkleTree(records.map(hashField)).root));
    expect(toHex(root)).to.equal(toHex(sha256(Uint8Array.of(6), header, tree.root)));
    expect(toHex(datasetRoot(header, tree.root))).to.equal(toHex(root));
  });

  it("has a file that decodes to itself", () => {
    const bytes = encodeDataset(dataset);
    expect(bytes.length).to.equal(16 + 2 * 64 + 9 * 4);
    expect(decodeDataset(bytes)).to.deep.equal(dataset);
    const none: Dataset = { samples: 0, fields: [] };
    expect(decodeDataset(encodeDataset(none))).to.deep.equal(none);
  });

  it("is read from a file in parts, with the same commitments", () => {
    const file = encodeDataset(dataset);
    const bytes = { length: file.length, subarray: (start: number, end: number) => file.subarray(start, end) };
    const whole = datasetCommitment(dataset);
    // Nothing in memory; the second field alone; both.
    for (const [resident, held] of [
      [0, 0],
      [12, 1],
      [36, 2],
    ] as const) // prettier-ignore
    {
      const opened = openDataset(bytes, resident);
      const inMemory = opened.dataset.fields.filter(({ words }) => words instanceof Uint32Array);
      expect(inMemory).to.have.length(held);
      const words = opened.dataset.fields.map((field) => field.words.subarray(0, field.words.length));
      expect(words).to.deep.equal(dataset.fields.map((field) => field.words));
      for (const name of ["header", "records", "root"] as const)
        expect(opened.commitment[name], name).to.deep.equal(whole[name]);
      opened.commitment.tensors.forEach((tensor, i) => expect(tensor.root).to.deep.equal(whole.tensors[i]!.root));
      expect(encodeDataset(opened.dataset)).to.deep.equal(file);
    }
    file[file.length - 1]! ^= 1;
    expect(() => openDataset(bytes, 0)).to.throw(OperatorError, "field 1");
  });

  it("refuses files that are cut, too long or changed anywhere but in stride, length and samples", () => {
    const bytes = encodeDataset(dataset);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeDataset(bytes.slice(0, length)), `${length} bytes`).to.throw(OperatorError);
    }
    expect(() => decodeDataset(concatBytes(bytes, new Uint8Array(4)))).to.throw(OperatorError, "go on");
    const free = new Set([4, 24, 28, 88, 92].flatMap((start) => [start, start + 1, start + 2, start + 3]));
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 0x80;
      if (!free.has(at)) expect(() => decodeDataset(changed), `byte ${at}`).to.throw(OperatorError);
    }
  });
});
