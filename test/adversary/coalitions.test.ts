import { expect } from "chai";
import { Arena, expectedGain } from "./support.ts";

describe("coalitions of a solver and others", () => {
  let arena: Arena;
  before(async () => void (arena = await Arena.open()));
  after(() => arena.close());

  it("colluding-verifiers: attestations of friends do not outvote one honest verifier", async () => {
    const report = await arena.gamble("colluding-verifiers");
    expect([report.falseSlashes, report.caught + report.stands]).to.deep.equal([0, report.runs]);
    expect(report.caught).to.be.above(0);
    expect(expectedGain(report)).to.be.below(-5);
  });

  it("thrown-game: a lost game protects no claim", async () => {
    const report = await arena.gamble("thrown-game");
    expect([report.falseSlashes, report.caught + report.stands]).to.deep.equal([0, report.runs]);
    expect(report.caught).to.be.above(0);
    expect(report.games).to.be.above(1);
    expect(expectedGain(report)).to.be.below(-5);
  });

  it("self-challenger: the bounty is a small part of the stake that it costs", async () => {
    const report = await arena.play("self-challenger");
    expect([report.falseSlashes, report.caught, report.stands]).to.deep.equal([0, 3, 0]);
    expect(report.gain.mean).to.be.below(-25);
  });

  it("hedging-solver: taking the bounty does not make the gamble good", async () => {
    const report = await arena.gamble("hedging-solver");
    expect([report.falseSlashes, report.caught + report.stands]).to.deep.equal([0, report.runs]);
    expect(report.caught).to.be.above(0);
    expect(expectedGain(report)).to.be.below(-5);
  });

  it("bounty-taker: what a found liar takes back is less than what he loses", async () => {
    const report = await arena.gamble("bounty-taker");
    expect([report.falseSlashes, report.caught + report.stands]).to.deep.equal([0, report.runs]);
    expect(report.caught).to.be.above(0);
    expect(report.gainCaught.mean).to.be.within(-38, -36);
    expect(expectedGain(report)).to.be.below(-5);
  });
});
