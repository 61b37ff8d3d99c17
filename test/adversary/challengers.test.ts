import { expect } from "chai";
import { Arena } from "./support.ts";

/** Games of one challenger at the last second, and what a window is without games. UNITS: seconds. */
const windowSeconds = 86_400;
const longestGame = 2 * 3_600 + 22 * 600;

describe("hostile challengers", () => {
  let arena: Arena;
  before(async () => void (arena = await Arena.open()));
  after(() => arena.close());

  it("griefer: loses every bond, and the solver is repaid", async () => {
    const report = await arena.play("griefer");
    expect([report.falseSlashes, report.caught, report.games]).to.deep.equal([0, 3, 8]);
    expect(report.gain.mean).to.be.below(-8);
  });

  it("last-second: delays the payment by a game at most", async () => {
    const report = await arena.play("last-second");
    expect([report.falseSlashes, report.caught, report.games]).to.deep.equal([0, 3, 2]);
    expect(report.gain.mean).to.be.below(-2);
    const training = 7 * 3_600 + 60;
    expect(report.seconds).to.be.within(windowSeconds + training, windowSeconds + training + longestGame + 60);
  });
});
