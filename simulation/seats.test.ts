import { expect } from "chai";
import { USUAL_TERMS } from "./rules.ts";
import { binomial, meanOf, seatChances } from "./seats.ts";

const sum = (chances: readonly number[]): number => chances.reduce((total, each) => total + each, 0);

describe("seats", () => {
  it("have the chances of independent draws", () => {
    const chances = binomial(4, 0.25);
    expect(chances.map((each) => each * 256)).to.deep.equal([81, 108, 54, 12, 1]);
    expect(binomial(3, 1)).to.deep.equal([0, 0, 0, 1]);
    expect(binomial(3, 0)).to.deep.equal([1, 0, 0, 0]);
    expect(binomial(0, 0.3)).to.deep.equal([1]);
  });

  it("are as many as attestors on average, less those beyond twice as many", () => {
    for (const enrolled of [1, 2, 3, 5, 10, 1_000, 60_000])
      for (const attestors of [1, 2, 5]) {
        const chances = seatChances({ ...USUAL_TERMS, attestors }, enrolled);
        expect(sum(chances), `${attestors} of ${enrolled}`).to.be.closeTo(1, 1e-12);
        expect(chances.length - 1).to.be.at.most(2 * attestors);
        expect(meanOf(chances)).to.be.within(Math.min(enrolled, attestors) * 0.88, attestors + 1e-9);
      }
  });

  it("are all taken by as few verifiers as attestors", () => {
    expect(seatChances(USUAL_TERMS, 2)).to.deep.equal([0, 0, 1]);
  });
});
