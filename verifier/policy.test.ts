import { expect } from "chai";
import { refusalOf, tooLong, tooSlow } from "./policy.ts";

describe("a verifier's policy", () => {
  const policy = { minExtension: 20, maxBond: 100n, maxSegmentUnits: 1000n };

  it("takes what is just good enough", () => {
    expect(refusalOf({ extension: 20 }, 100n, policy)).to.equal(undefined);
  });

  it("leaves jobs whose games are traps", () => {
    expect(refusalOf({ extension: 19 }, 100n, policy)).to.match(/19 seconds for a move/);
    expect(refusalOf({ extension: 20 }, 101n, policy)).to.match(/bond of 101, more than 100/);
  });

  it("replays no longer segments than it wants to", () => {
    expect(tooLong({ steps: 100, interval: 10 }, 100n, policy)).to.equal(undefined);
    expect(tooLong({ steps: 100, interval: 11 }, 100n, policy)).to.match(/1100 work units, more than 1000/);
    expect(tooLong({ steps: 10, interval: 11 }, 100n, policy)).to.equal(undefined);
  });

  it("disputes only what its machine replays twice in the time for a move", () => {
    expect(tooSlow({ extension: 20 }, 10_000)).to.equal(undefined);
    expect(tooSlow({ extension: 20 }, 10_001)).to.match(/21 of its 20 seconds/);
  });
});
