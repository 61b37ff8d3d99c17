import { expect } from "chai";
import { OperatorError, createPrng } from "../../common/index.ts";
import { StreamedTensor } from "./stream.ts";
import { chunkCount, commitTensor } from "./tensor.ts";

const SEED = 97;

describe(`StreamedTensor (seed ${SEED})`, () => {
  const random = createPrng(SEED);
  const wordsOf = (length: number) => Uint32Array.from({ length }, () => random.u32());
  const sizes = [1, 255, 256, 257, 700, 1024, 2047, 2048, 2049, 4097, 9 * 2048 + 300, 256 * 2048 + 3 * 256 + 1];
  /** Words that are read from elsewhere: nothing but what the interface has. */
  const elsewhere = (words: Uint32Array) => ({
    length: words.length,
    subarray: (start: number, end: number) => words.slice(start, end),
  });

  for (const size of sizes) {
    it(`commits to ${size} words, proves and reads them as the tensor in memory`, () => {
      const words = wordsOf(size);
      const held = commitTensor(words, "i32");
      const streamed = new StreamedTensor(elsewhere(words), "i32");
      expect(streamed.root).to.deep.equal(held.root);
      expect(streamed.chunkTree.root).to.deep.equal(held.chunkTree.root);
      const chunks = chunkCount(size);
      for (let turn = 0; turn < 40; turn++) {
        const [a, b] = [random.below(chunks), random.below(chunks)].toSorted((x, y) => x - y) as [number, number];
        expect(streamed.chunkTree.proof(a, b), `chunks ${a} to ${b}`).to.deep.equal(held.chunkTree.proof(a, b));
        const [start, end] = [random.below(size), random.below(size + 9)];
        expect(streamed.subarray(start, end), `${start} to ${end}`).to.deep.equal(words.subarray(start, end));
      }
    });
  }

  it("refuses words that changed after they were committed to, and reads the others", () => {
    const words = wordsOf(10 * 2048);
    const streamed = new StreamedTensor(elsewhere(words), "f32");
    words[5000]! ^= 1;
    expect(() => streamed.subarray(4990, 4999)).to.throw(OperatorError, "damaged");
    expect(streamed.subarray(0, 4096)).to.deep.equal(words.subarray(0, 4096));
  });
});
