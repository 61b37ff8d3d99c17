import { expect } from "chai";
import { honestReport } from "../../adversary/index.ts";
import { Arena } from "./support.ts";

describe("honest runs in rough weather", () => {
  let arena: Arena;
  before(async () => void (arena = await Arena.open()));
  after(() => arena.close());

  it("nobody who crashes, is late or is reorganised loses a stake", async () => {
    const report = await honestReport(arena.stage, { runs: 12, seed: 5 });
    const { runs, settled, falseSlashes, crashes, late, reorganisations } = report;
    expect([runs, settled, falseSlashes]).to.deep.equal([12, 12, 0]);
    expect(crashes).to.be.above(10);
    expect(late).to.be.above(10);
    expect(reorganisations).to.be.above(0);
  });
});
