import { expect } from "chai";
import { Arena } from "./support.ts";

describe("dishonest verifiers", () => {
  let arena: Arena;
  before(async () => void (arena = await Arena.open()));
  after(() => arena.close());

  for (const name of ["copying-verifier", "always-pass", "false-alarm", "jackpot-farmer"]) {
    it(`${name}: costs more than honesty brings, and no honest party's stake`, async () => {
      const report = await arena.play(name);
      expect([report.falseSlashes, report.caught, report.stands]).to.deep.equal([0, 3, 0]);
      expect(report.gain.mean).to.be.below(-2);
    });
  }

  it("reward-sniper: gets no seat, and pays for gas", async () => {
    const report = await arena.play("reward-sniper");
    expect([report.falseSlashes, report.caught, report.refused]).to.deep.equal([0, 0, 3]);
    expect(report.gain.mean).to.be.within(-0.1, -0.001);
  });
});
