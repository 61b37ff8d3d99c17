import { expect } from "chai";
import { permute, sampleAt } from "./order.ts";
import { threefry2x32 } from "./threefry.ts";

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, "0")).join(" ");

describe("threefry2x32", () => {
  it("gives the known answers of Random123", () => {
    const ones = 0xffffffff;
    expect(hex(threefry2x32(0, 0, 0, 0))).to.equal("6b200159 99ba4efe");
    expect(hex(threefry2x32(ones, ones, ones, ones))).to.equal("1cb996fc bb002be7");
    expect(hex(threefry2x32(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3))).to.equal("c4923a9c 483df7a0");
  });
});

describe("order", () => {
  it("is a permutation for every number of samples from 1 to 300", () => {
    for (let samples = 1; samples <= 300; samples++) {
      const image = new Set(Array.from({ length: samples }, (_, rank) => permute(rank, samples, 12345, samples % 3)));
      expect(image.size, `${samples} samples`).to.equal(samples);
      expect(Math.max(...image)).to.equal(samples - 1);
    }
  });

  it("shuffles every epoch anew and depends on the seed", () => {
    const epoch = (index: number, seed: number) =>
      Array.from({ length: 100 }, (_, rank) => permute(rank, 100, seed, index));
    expect(epoch(0, 1)).to.not.deep.equal(epoch(1, 1));
    expect(epoch(0, 1)).to.not.deep.equal(epoch(0, 2));
    expect(epoch(0, 1)).to.not.deep.equal(Array.from({ length: 100 }, (_, rank) => rank));
  });

  it("counts positions over the whole job, across epochs", () => {
    const sequential = { seed: 5, order: "sequential" } as const;
    expect([0, 1, 2, 3].map((position) => sampleAt({ step: 2, ...sequential }, 4, position, 10))).to.deep.equal([
      8, 9, 0, 1,
    ]);
    const shuffled = { seed: 5, order: "shuffled" } as const;
    const firstEpoch = Array.from({ length: 10 }, (_, p) => sampleAt({ step: p >> 1, ...shuffled }, 2, p & 1, 10));
    expect(new Set(firstEpoch).size).to.equal(10);
    expect(sampleAt({ step: 5, ...shuffled }, 2, 0, 10)).to.equal(permute(0, 10, 5, 1));
  });

  it("stays exact at the last step of the longest job and takes the epoch modulo 2³²", () => {
    const context = { step: 2 ** 32 - 1, seed: 9, order: "shuffled" } as const;
    const batch = 2 ** 20;
    const p = BigInt(context.step) * BigInt(batch) + 77n;
    const expected = permute(Number(p % 3n), 3, 9, Number((p / 3n) % 2n ** 32n));
    expect(sampleAt(context, batch, 77, 3)).to.equal(expected);
  });
});
