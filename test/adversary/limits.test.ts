import { expect } from "chai";
import { Arena } from "./support.ts";

/** What the rules are known to leave: these tests say how much, so that a change of the rules shows. */
describe("what the rules leave an attacker", () => {
  it("told-verifiers, jackpot-sharer: no stake is lost, and nothing false becomes final", async () => {
    const arena = await Arena.open();
    try {
      for (const name of ["told-verifiers", "jackpot-sharer"]) {
        const report = await arena.play(name);
        expect([report.falseSlashes, report.caught, report.stands], name).to.deep.equal([0, 0, 0]);
      }
    } finally {
      await arena.close();
    }
  });

  it("end-attester: is paid for nothing where no state is drawn", async () => {
    const arena = await Arena.open({ grid: 8 });
    try {
      const report = await arena.play("end-attester");
      expect([report.falseSlashes, report.caught, report.stands]).to.deep.equal([0, 0, 0]);
      expect(report.gain.mean).to.be.above(1);
    } finally {
      await arena.close();
    }
  });
});
