import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../../../common/index.ts";
import { exampleSegment } from "../../../dispute/index.ts";
import { createExecutor } from "../../../engine/index.ts";
import { dearestJudgement } from "../../../submitter/index.ts";
import { nextCharacter } from "../../hardware/trainings.ts";
import { kindOf } from "./candidates.ts";
import { RunFolder } from "./folder.ts";
import { measureDispute } from "./measure.ts";
import { committedSteps, planSegment } from "./plan.ts";
import { trainHonestly } from "./train.ts";
import type { DisputedTraining } from "./training.ts";

const seed = 20_261_127;
const steps = 20;

describe("the benchmark of disputes", function () {
  this.timeout(120_000);
  const training: DisputedTraining = { ...nextCharacter(), name: "next character", parameters: 1 };
  const plan = planSegment(steps, seed);
  let path: string;

  beforeEach(() => (path = mkdtempSync(join(tmpdir(), "pinpoint-dispute-"))));
  afterEach(() => rmSync(path, { recursive: true }));

  it("commits to the grid and to every step of the cell of the lie", () => {
    expect(plan.claim).to.include({ steps, grid: 5 });
    expect(plan.disputed).to.be.within(15, 19);
    expect(committedSteps(plan)).to.deep.equal([0, 5, 10, 15, 16, 17, 18, 19, 20]);
    const long = planSegment(1_000, seed);
    expect(long.disputed).to.be.within(960, 991);
    expect(committedSteps(long)).to.have.length(1 + 32 + 31);
  });

  it("goes on where it was interrupted, to the roots of one execution", async () => {
    const folder = new RunFolder(path);
    const executor = await createExecutor("wasm", training);
    const interrupt = (done: number) => {
      if (done === 12) throw new OperatorError("interrupted", "Interrupted by the test.");
    };
    expect(() => trainHonestly(training, plan, executor, folder, interrupt)).to.throw("Interrupted");
    let first = 0;
    const { roots } = trainHonestly(training, plan, executor, folder, (done) => (first ||= done));
    expect(first).to.equal(11);
    const { honest } = await exampleSegment(training, plan.claim, "wasm");
    expect(roots).to.deep.equal(Object.fromEntries(committedSteps(plan).map((done) => [done, honest.roots[done]])));
  });

  it("plays a drawn lie and one of each kind to a conviction, twice alike, and mixes no two runs", async () => {
    const measure = () => measureDispute(training, plan, { engine: "wasm", folder: new RunFolder(path), seed });
    const figures = await measure();
    const { operators } = training.program;
    expect(figures.games[0]!.reasons).to.deep.equal(["drawn"]);
    const kinds = new Set(figures.games.map(({ kind }) => kind));
    expect([...kinds].toSorted()).to.deep.equal([...new Set(operators.map(kindOf))].toSorted());
    const dearest = figures.games.find(({ reasons }) => reasons.join().includes("compile report"));
    expect(dearest?.operator).to.equal(dearestJudgement(training.program).operator);
    for (const { costs, gas, rounds } of figures.games) {
      // The opening; the rounds; the chunk and its judgement. A tensor of one chunk is opened with nothing to point at after it.
      expect(costs.length).to.be.within(1 + 2 * rounds + 2, 1 + 2 * rounds + 3);
      expect(costs.slice(1).reduce((sum, cost) => sum + cost.gas, 0)).to.equal(gas.both);
      expect(costs.at(-1)).to.include({ phase: "Judgement", move: "judge", gas: gas.judge });
    }
    expect(JSON.stringify((await measure()).games)).to.equal(JSON.stringify(figures.games));
    const other = measureDispute(training, planSegment(steps + 1, seed), { engine: "wasm", folder: new RunFolder(path), seed }); // prettier-ignore
    expect(await other.catch((error: unknown) => error))
      .to.be.instanceOf(OperatorError)
      .with.property("code", "other-run");
  });
});
