import { expect } from "chai";
import { usualJobGas } from "../../protocol/index.ts";
import { defaultGasCap } from "../../submitter/index.ts";
import { dearest, type Figure, type Figures } from "../gas/figure.ts";
import { measureGas } from "../gas/measure.ts";
import { committed } from "../snapshots/snapshot.ts";
import { timeoutGas } from "./support/jobs.ts";

/** Share by which gas may differ from what was committed. */
const tolerance = 0.02;
/** Gas that one transaction may use: EIP-7825. */
const transactionLimit = 2 ** 24;
/** What a judgement's caller may be repaid too little. */
const unmetered = 10_000;

describe("gas", function () {
  this.timeout(300_000);
  let figures: Figures;

  before(async () => {
    figures = await measureGas();
  });

  function gasOf(group: readonly Figure[], name: string): number {
    const found = group.find((figure) => figure.name === name);
    expect(found, name).to.not.equal(undefined);
    return found!.gas;
  }

  for (const group of ["calls", "moves", "judgements", "games"] as const) {
    it(`of ${group} is what was committed`, () => {
      const old = new Map(committed("gas")[group].map(({ name, gas }) => [name, gas]));
      const hint = "run `npm run snapshots` if this is meant";
      expect(figures[group].map(({ name }) => name)).to.deep.equal([...old.keys()], hint);
      const drifted = figures[group].filter(({ name, gas }) => Math.abs(gas / old.get(name)! - 1) > tolerance);
      const lines = drifted.map(({ name, gas }) => `${name}: ${gas}, was ${old.get(name)}`);
      expect(lines, hint).to.deep.equal([]);
    });
  }

  it("of every judgement and move fits a transaction twice", () => {
    expect(2 * dearest(figures.judgements)).to.be.lessThan(transactionLimit);
    expect(2 * dearest(figures.moves)).to.be.lessThan(transactionLimit);
  });

  it("of the dearest game is repaid by the default terms, and bonds are no dearer than that asks", () => {
    const most = dearest(figures.games, "dearest game");
    expect(defaultGasCap).to.be.within(1.5 * most, 2 * most);
  });

  it("of a timeout is repaid to its caller", () => {
    const most = dearest(figures.calls, "Pinpoint.timeout");
    expect(Number(timeoutGas)).to.be.within(most, 1.5 * most);
  });

  it("of a solver's ordinary calls is what their estimate says, and no more", () => {
    const measured = {
      accept: gasOf(figures.calls, "JobMarket.accept"),
      commit: gasOf(figures.calls, "JobMarket.commit, first"),
      open: gasOf(figures.calls, "Verification.openState"),
      settle: Math.max(...["settle", "settle, ended"].map((name) => gasOf(figures.calls, `JobMarket.${name}`))),
      withdraw: gasOf(figures.calls, "JobMarket.withdraw"),
    };
    for (const [name, gas] of Object.entries(measured)) {
      expect(usualJobGas[name as keyof typeof measured], name).to.be.within(gas, 1.15 * gas);
    }
  });

  it("of a conviction's judgement is metered, what follows from it included", () => {
    const used = gasOf(figures.calls, "conviction, gas of its judgement");
    const metered = gasOf(figures.calls, "conviction, metered of it");
    expect(metered).to.be.within(used - unmetered, used + unmetered);
  });
});
