import { expect } from "chai";
import { estimateProfit, jobGas } from "./profit.ts";

describe("what a job is worth", () => {
  const terms = { steps: 25, interval: 10, draws: 2, workUnits: 1_000n, unitPrice: 5_000n };
  const free = { perGas: 0n, perWorkUnit: 0n, perHour: 0n };

  it("is its price less gas, work and time", () => {
    expect(estimateProfit(terms, free, 1e9)).to.include({ price: 5_000_000n, computeCost: 0n, profit: 5_000_000n });
    expect(jobGas(terms)).to.equal(140_000n + 3n * 92_000n + 2n * 100_000n + 135_000n + 42_000n);
    const costs = { perGas: 2n, perWorkUnit: 3n, perHour: 7_200n };
    const estimate = estimateProfit(terms, costs, 1_800_000);
    expect(estimate).to.deep.equal({
      price: 5_000_000n,
      gas: 793_000n,
      gasCost: 1_586_000n,
      computeCost: 3_000n + 3_600n,
      profit: 5_000_000n - 1_586_000n - 6_600n,
    });
  });

  it("may be a loss", () => {
    expect(estimateProfit(terms, { ...free, perWorkUnit: 6_000n }).profit).to.equal(-1_000_000n);
  });
});
