import { expect } from "chai";
import { createWasmExecutor } from "./executor.ts";
import { leafRanges } from "./hash.ts";
import { hashSuite } from "./suites/hashes.ts";

describe("ranges of leaves", () => {
  it("cover all leaves once, and are as few as the threads", () => {
    for (const threads of [1, 2, 3, 8])
      for (const leaves of [1, 63, 64, 65, 128, 129, 1000]) {
        const ranges = leafRanges(leaves, threads);
        expect(ranges.length).to.be.within(1, threads);
        expect(ranges.map(({ from }) => from)).to.deep.equal([0, ...ranges.slice(0, -1).map(({ to }) => to)]);
        expect(ranges.at(-1)!.to).to.equal(leaves);
        expect(ranges.every(({ from, to }) => from < to)).to.equal(true);
      }
    expect(leafRanges(129, 2)).to.deep.equal([
      { from: 0, to: 128 },
      { from: 128, to: 129 },
    ]);
  });
});

describe("hashes beside WebAssembly's kernels", () => {
  hashSuite((input, options) => createWasmExecutor(input, options));
});
