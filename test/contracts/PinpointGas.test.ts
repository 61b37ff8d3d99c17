import { expect } from "chai";
import { expectedMove, type Phase } from "../../protocol/index.ts";
import { Arena, verdict } from "./support/games.ts";
import { audit } from "./support/jobs.ts";
import { deepShape, type ToyShape } from "./support/toy.ts";
import { freshWorld, type World } from "./support/world.ts";

const finishedPhases: readonly Phase[] = ["ChallengerWon", "DefenderWon", "Void"];

describe("Pinpoint's gas", () => {
  let world: World;

  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  it("is at most 145,000 a reveal of 64 nodes and 75,000 a pick", async () => {
    const shape: ToyShape = {
      ...deepShape,
      steps: 4_096,
      grid: 64,
      step: 2_000,
      left: 4_000,
      operator: 2_001,
      words: 2 ** 20,
      chunk: 3_000,
    };
    const arena = await Arena.create(world, {}, shape);
    const gameId = await arena.open();
    const lines: string[] = [];
    const over: string[] = [];
    await arena.setVerdict(verdict.challengerWrong);
    while (!finishedPhases.includes(await arena.phase(gameId))) {
      const phase = await arena.phase(gameId);
      const { name } = await arena.rightMove(gameId);
      const { gasUsed } = await arena.move(gameId);
      lines.push(`      ${phase.padEnd(16)}${name.padEnd(14)}${gasUsed}`);
      const most = expectedMove[phase]!.side === "defender" ? 145_000 : 75_000;
      if (name !== "judge") over.push(...(gasUsed > most ? [`${phase}: ${gasUsed} > ${most}`] : []));
    }
    console.log(lines.join("\n"));
    expect(over).to.deep.equal([]);
  });
});
