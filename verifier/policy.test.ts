import { expect } from "chai";
import { refusalOf } from "./policy.ts";

describe("a verifier's policy", () => {
  const policy = { minExtension: 20, maxBond: 100n };

  it("takes what is just good enough", () => {
    expect(refusalOf({ extension: 20 }, 100n, policy)).to.equal(undefined);
  });

  it("leaves jobs whose games are traps", () => {
    expect(refusalOf({ extension: 19 }, 100n, policy)).to.match(/19 seconds for a move/);
    expect(refusalOf({ extension: 20 }, 101n, policy)).to.match(/bond of 101, more than 100/);
  });
});
