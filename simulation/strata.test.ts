import { expect } from "chai";
import { createPrng } from "../common/index.ts";
import { USUAL_TERMS } from "./rules.ts";
import { findings } from "./strata.ts";

const SEED = 11;

/** The slow twin: jobs, one after the other. */
function counted(skipped: number, drawnFound: number, otherFound: number, jobs: number) {
  const prng = createPrng(SEED);
  const { segments, draws } = USUAL_TERMS;
  const totals = { convicted: 0, drawn: 0, drawnPart: 0, other: 0, otherPart: 0 };
  for (let job = 0; job < jobs; job++) {
    let [drawn, other] = [0, 0];
    for (let index = 0; index < draws; index++) {
      const wrong = Math.ceil((skipped - index) / draws);
      const drawnIsFalse = prng.below(segments / draws) < wrong;
      if (drawnIsFalse && prng.unit() < drawnFound) drawn++;
      for (let each = drawnIsFalse ? 1 : 0; each < wrong; each++) if (prng.unit() < otherFound) other++;
    }
    const found = drawn + other;
    totals.convicted += Number(found > 0);
    totals.drawn += drawn;
    totals.other += other;
    totals.drawnPart += found > 0 ? drawn / found : 0;
    totals.otherPart += found > 0 ? other / found : 0;
  }
  const { convicted, drawn, drawnPart, other, otherPart } = totals;
  return { convicted: convicted / jobs, drawnPart: drawnPart / drawn, otherPart: otherPart / other };
}

describe("findings", () => {
  for (const [skipped, drawnFound, otherFound] of [
    [1, 0.6, 0.1],
    [7, 0.6, 0.05],
    [40, 0.3, 0.02],
    [100, 0.2, 0.05],
  ] as const)
    it(`of ${skipped} false segments are those that are counted`, () => {
      const expected = findings(USUAL_TERMS, skipped, drawnFound, otherFound);
      const { convicted, drawnPart, otherPart } = counted(skipped, drawnFound, otherFound, 40_000);
      expect(convicted, `seed ${SEED}`).to.be.closeTo(expected.convicted, 0.01);
      expect(drawnPart).to.be.closeTo(expected.drawnPart, 0.015);
      expect(otherPart).to.be.closeTo(expected.otherPart, 0.015);
    });

  it("are none of an honest job", () => {
    expect(findings(USUAL_TERMS, 0, 0.9, 0.9).convicted).to.equal(0);
  });

  it("are certain where every draw finds and all is false", () => {
    const { convicted, drawnPart } = findings(USUAL_TERMS, 100, 1, 0);
    expect(convicted).to.equal(1);
    expect(drawnPart).to.be.closeTo(1 / 5, 1e-6);
  });
});
