import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { toChart } from "./chart.ts";
import { toCsv } from "./csv.ts";
import { tableOf } from "./report.ts";
import { comparison, variationsOfUsual } from "./scenarios.ts";
import { averageOf, simulate, type Result } from "./simulate.ts";

const SEED = 5;
const PARTICIPANTS = 4_000;
const ROUNDS = 150;

const played = (variation: string, name: string): Result => {
  const scenario = [...comparison, ...variationsOfUsual].find(
    (each) => each.variation === variation && each.name === name,
  );
  return simulate(scenario!, PARTICIPANTS, ROUNDS, SEED);
};

describe("simulate", () => {
  let results: Result[] = [];
  before(() => void (results = comparison.map((scenario) => simulate(scenario, PARTICIPANTS, ROUNDS, SEED))));
  const cheating = () => results.map(({ equilibrium }) => equilibrium.cheating);

  it("finds that attention checks end cheating, and neither audits nor forced errors do", () => {
    const [audits, attention, forced, all] = cheating();
    expect([attention! < 0.001, all! < 0.001], `seed ${SEED}`).to.deep.equal([true, true]);
    expect(audits).to.be.above(0.2);
    expect(forced).to.be.above(0.2);
  });

  it("finds that forced errors cost their fee and find no more", () => {
    const [, attention, , all] = results.map(({ equilibrium }) => equilibrium);
    expect(all!.verificationCost - attention!.verificationCost).to.be.closeTo(0.05, 0.002);
    expect(all!.found).to.be.closeTo(attention!.found, 0.03);
  });

  it("slashes nobody who followed the rules", () => {
    expect(results.map(({ sampled }) => sampled.falseSlashes)).to.deep.equal([0, 0, 0, 0]);
    expect(
      results.some(({ sampled }) => sampled.crashes > 0),
      "reached",
    ).to.equal(true);
  });

  it("finds that a bounty of the price wins an honest market back, and a tenth of it does not", () => {
    expect(played("starts dishonest", "attention checks").equilibrium.cheating).to.be.below(0.001);
    expect(played("starts dishonest, bounty 15", "attention checks").equilibrium.cheating).to.be.above(0.9);
  });

  it("keeps every part a part and every round", () => {
    for (const { rounds } of results) {
      expect(rounds).to.have.length(ROUNDS);
      for (const { cheating: part, lazy, dishonest, found, convicted } of rounds)
        for (const each of [part, lazy, dishonest, found, convicted]) expect(each).to.be.within(0, 1);
    }
  });

  it("gives the same for the same seed, and something else for another", () => {
    const again = simulate(comparison[0]!, PARTICIPANTS, ROUNDS, SEED);
    expect(again).to.deep.equal(results[0]);
    expect(simulate(comparison[0]!, PARTICIPANTS, ROUNDS, SEED + 1).rounds).not.to.deep.equal(again.rounds);
  });

  it("averages the last third", () => {
    const { rounds, equilibrium } = results[0]!;
    expect(equilibrium).to.deep.equal(averageOf(rounds.slice(-50)));
  });

  it("is what docs/simulation.md says", () => {
    const page = readFileSync(join(import.meta.dirname, "..", "docs", "simulation.md"), "utf8");
    const usual = comparison.map((scenario) => simulate(scenario, 100_000, 300, 1));
    expect(page).to.contain(tableOf(usual).join("\n"));
  });

  it("is told as a table, as lines of commas and as a chart", () => {
    const table = tableOf(results);
    expect(table).to.have.length(5);
    expect(new Set(table.map((row) => row.length)).size, "aligned").to.equal(1);
    const lines = toCsv(results).trimEnd().split("\n");
    expect(lines).to.have.length(1 + 4 * ROUNDS);
    expect(lines[0]).to.match(/^mechanism,variation,round,cheating,/);
    for (const line of lines) expect(line.split(",")).to.have.length(lines[0]!.split(",").length);
    const chart = toChart(results);
    expect(chart.match(/<polyline/g)).to.have.length(8);
    expect(chart).not.to.match(/NaN|undefined/);
  });
});
