import { expect } from "chai";
import { chanceFound, segments } from "../../adversary/index.ts";
import { Arena, expectedGain } from "./support.ts";

/** Of a solver who is convicted: more than the whole job is worth to him. */
const ruin = -30;
/** What a conviction for one skipped segment comes to, over honesty. */
const convicted = -46;

describe("dishonest solvers", () => {
  let arena: Arena;
  before(async () => void (arena = await Arena.open()));
  after(() => arena.close());

  // A lie in one segment is a gamble: what few runs give is weighed by the chance that the draw finds it.
  for (const name of ["weight-splice", "unbonder", "staller", "beacon-grinder", "withheld-checkpoints"]) {
    it(`${name}: found or not, it is a loss on average`, async () => {
      const report = await arena.gamble(name);
      expect(report.falseSlashes).to.equal(0);
      expect(report.caught + report.stands).to.equal(report.runs);
      expect(report.caught).to.be.above(0);
      expect(report.gainCaught.mean).to.be.below(ruin);
      if (report.stands > 0) expect(report.gainUncaught.mean).to.be.closeTo(9, 0.1);
      expect(expectedGain(report)).to.be.below(-5);
    });
  }

  for (const name of ["data-order-cheat", "learning-rate-cheat", "withheld-state"]) {
    it(`${name}: found in every run`, async () => {
      const report = await arena.play(name);
      expect([report.falseSlashes, report.caught, report.stands]).to.deep.equal([0, 3, 0]);
      expect(report.gain.mean).to.be.below(ruin);
    });
  }

  it("early-stopper: found the more surely, the earlier he stops", async () => {
    const report = await arena.gamble("early-stopper");
    expect([report.falseSlashes, report.caught + report.stands]).to.deep.equal([0, report.runs]);
    expect(report.gainCaught.mean).to.be.below(ruin);
  });

  it("block-skipper: two throws of the dice are not the choice of one", async () => {
    const report = await arena.play("block-skipper");
    expect([report.falseSlashes, report.caught + report.stands]).to.deep.equal([0, 3]);
    // It is drawn both times, and an honest verifier has a seat on it.
    const found = (chanceFound(report.setting) * report.setting.draws) / segments;
    expect(found * convicted + (1 - found) * 9).to.be.below(-2);
  });

  it("poisoned-restart: what falls takes no honest stake with it", async () => {
    const report = await arena.gamble("poisoned-restart");
    expect([report.falseSlashes, report.caught + report.stands]).to.deep.equal([0, report.runs]);
    expect(report.caught).to.be.above(0);
    expect(expectedGain(report)).to.be.below(-5);
  });
});
