import { expect } from "chai";
import type { Hex } from "viem";
import type { Claim } from "../protocol/index.ts";
import { proposalOf } from "./disputes.ts";
import { differs } from "./replays.ts";

describe("what a verifier calls different", () => {
  const root = (byte: string): Hex => `0x${byte.repeat(32)}`;
  const claim = { endRoot: root("0a"), segmentRoot: root("0b"), steps: 8, grid: 4 } as Claim;
  const own = { endRoot: root("0a"), segmentRoot: root("0b") };

  it("is another end state, or another state on the way", () => {
    expect(differs(claim, own)).to.equal(false);
    expect(differs({ ...claim, endRoot: root("0c") }, own)).to.equal(true);
    expect(differs({ ...claim, segmentRoot: root("0c") }, own)).to.equal(true);
  });

  it("is not the segment root where no game looks at it", () => {
    expect(differs({ ...claim, grid: 8, segmentRoot: root("0c") }, own)).to.equal(false);
  });

  it("is disputed with another root than the committed one", () => {
    const replay = { ...own, stateRoots: [own.endRoot], differs: true, elapsedMs: 1 };
    expect(proposalOf({ ...claim, endRoot: root("0c") }, replay)).to.equal(own.endRoot);
    expect(proposalOf({ ...claim, segmentRoot: root("0c") }, replay)).to.equal(own.segmentRoot);
  });
});
