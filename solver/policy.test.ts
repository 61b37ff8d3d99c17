import { expect } from "chai";
import type { Terms } from "../protocol/index.ts";
import { refusalOf, tooSlow } from "./policy.ts";

describe("a solver's policy", () => {
  const fair = { extension: 20, gasCap: 1_000, gasRate: 1n, replayCompensation: 0n };
  const terms = { unitPrice: 10n, stake: 100n, workUnits: 1_000n, acceptBy: 50n, ...fair } as Terms;
  const limits = { minUnitPrice: 10n, maxStake: 100n, maxWorkUnits: 1_000n };
  const policy = { ...limits, minExtension: 20, minGasCap: 1_000, minGasRate: 0n };

  it("takes what is just good enough", () => {
    expect(refusalOf(terms, policy, 50n)).to.equal(undefined);
  });

  it("says why it leaves a job", () => {
    expect(refusalOf({ ...terms, unitPrice: 9n }, policy, 50n)).to.match(/pays 9 .* less than 10/);
    expect(refusalOf({ ...terms, stake: 101n }, policy, 50n)).to.match(/locks 101/);
    expect(refusalOf({ ...terms, workUnits: 1_001n }, policy, 50n)).to.match(/1001 work units/);
    expect(refusalOf(terms, policy, 51n)).to.match(/time to accept/);
  });

  it("leaves jobs whose games are traps", () => {
    expect(refusalOf({ ...terms, extension: 19 }, policy, 50n)).to.match(/19 seconds for a move/);
    expect(refusalOf({ ...terms, gasRate: 0n }, policy, 50n)).to.match(/for nothing/);
    expect(refusalOf({ ...terms, gasCap: 999 }, policy, 50n)).to.match(/999 gas of a game/);
    expect(refusalOf(terms, { ...policy, minGasRate: 2n }, 50n)).to.match(/pays 1 for gas, less than 2/);
    expect(refusalOf({ ...terms, gasRate: 0n, replayCompensation: 1n }, policy, 50n)).to.equal(undefined);
  });

  it("leaves a fifth of a job's time free", () => {
    const games = { interval: 10, extension: 20 };
    expect(tooSlow({ steps: 80, duration: 100, ...games }, 1_000)).to.equal(undefined);
    expect(tooSlow({ steps: 81, duration: 100, ...games }, 1_000)).to.match(/81 of its 100 seconds/);
  });

  it("leaves time for a segment's replay in every move", () => {
    const job = { steps: 80, duration: 1_000, interval: 10 };
    expect(tooSlow({ ...job, extension: 20 }, 1_000)).to.equal(undefined);
    expect(tooSlow({ ...job, extension: 19 }, 1_000)).to.match(/20 of its 19 seconds/);
  });
});
