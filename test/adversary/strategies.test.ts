import { expect } from "chai";
import { Laboratory, strategies } from "../../adversary/index.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_126);
const runs = 3;

/** Every strategy a few times; `pinpoint attack --all --runs 100` says what they come to on average. */
describe("dishonest strategies", function () {
  this.timeout(300_000);
  let laboratory: Laboratory;
  let baseline: Awaited<ReturnType<Laboratory["baseline"]>>;

  before(async () => {
    console.log(`    seed ${seed}`);
    laboratory = await Laboratory.open(seed);
    baseline = await laboratory.baseline(runs);
  });
  after(() => laboratory.close());

  it("are not seen where there is none", () => {
    for (const run of baseline) expect(run).to.deep.include({ detected: false, falseFinal: false, slashed: [] });
  });

  for (const strategy of strategies) {
    it(`${strategy.name}: ${strategy.summary}`, async () => {
      const finding = await laboratory.judge(strategy, baseline);
      expect(finding).to.include({ runs, falseSlashes: 0 });
      // A conviction takes nearly the whole stake, whoever wins the game.
      const { stake, valueAtRisk } = Laboratory.termsOf(baseline);
      const most = valueAtRisk * (1 - finding.detected / runs) - (0.1 * stake * finding.detected) / runs + 0.2;
      expect(finding.attackerGain).to.be.lessThan(most);
    });
  }

  it("honest parties lose nothing by crashes, reorganisations and slow nodes", async () => {
    const often = { crash: 0.1, reorganisation: 0.1, slow: 0.1, awaySeconds: 1_800 };
    const honest = await laboratory.troubled(5, often);
    expect(honest).to.include({ runs: 5, settled: 5, falseSlashes: 0 });
    expect(Math.min(honest.crashes, honest.reorganisations, honest.late)).to.be.greaterThan(2);
  });
});
