import { expect } from "chai";
import {
  HONEST_SHARE,
  jackpotOf,
  jackpotShare,
  minimumStake,
  minimumVerifierStake,
  USUAL_TERMS,
  type Terms,
} from "./rules.ts";
import { findings } from "./strata.ts";

const usual = USUAL_TERMS;

/** What a solver expects who skips so many segments, where the promised part of the draws finds a false one. */
function profit(terms: Terms, stake: number, skipped: number): number {
  const { convicted } = findings(terms, skipped, HONEST_SHARE, 0);
  const settled = terms.price + (skipped > 0 ? terms.valueAtRisk : 0);
  // An accomplice may win the bounty.
  return (1 - convicted) * settled - convicted * (stake - terms.bounty) - (terms.segments - skipped);
}

describe("rules", () => {
  it("let no number of skipped segments pay under the least stake", () => {
    for (const draws of [1, 2, 5, 10, 50, 100])
      for (const valueAtRisk of [120, 150, 1_000])
        for (const price of [101, 150, 300]) {
          const terms = { ...usual, draws, price, valueAtRisk: Math.max(price, valueAtRisk) };
          const stake = minimumStake(terms);
          for (let skipped = 1; skipped <= terms.segments; skipped++)
            expect(profit(terms, stake, skipped), `${skipped} skipped`).to.be.below(profit(terms, stake, 0));
        }
  });

  it("would let one skipped segment pay under a third of it", () => {
    expect(profit(usual, minimumStake(usual) / 3, 1)).to.be.above(profit(usual, minimumStake(usual) / 3, 0));
  });

  it("let neither a lazy verifier nor the sale of all seats pay", () => {
    expect(minimumVerifierStake(usual, 1)).to.equal(15);
    expect(minimumVerifierStake({ ...usual, draws: 100, attestors: 5 }, 0.5)).to.equal(2);
  });

  it("cap a jackpot by the pool and by the fee", () => {
    expect(jackpotOf(usual, 30)).to.equal(10);
    expect(jackpotOf(usual, 1_000)).to.equal((7.5 * 32) / (2 * 5));
  });

  it("give two names together no more than one", () => {
    for (let names = 1; names < 8; names++) expect(names * jackpotShare(1, names)).to.be.at.most(jackpotShare(1, 1));
  });

  it("pay more jackpots than fees from three attestors on, if every forced error is caught once", () => {
    const paid = (attestors: number) => {
      const terms = { ...usual, attestors };
      return ((terms.draws * attestors) / terms.forcedOneIn) * jackpotOf(terms, Infinity);
    };
    expect(paid(2)).to.equal(usual.jackpotFee);
    expect(paid(3)).to.equal(1.5 * usual.jackpotFee);
  });
});
