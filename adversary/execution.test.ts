import { expect } from "chai";
import { challengerMove, claimOf, defenderMove, playGame, SegmentTrace } from "../dispute/index.ts";
import { createExecutor } from "../engine/index.ts";
import { Claims, Course } from "./course.ts";
import { segments } from "./setting.ts";

describe("executions of the course", () => {
  let course: Course;
  before(async () => void (course = await Course.create(2)));

  it("are those of the project's own traces, where nothing is done otherwise", async () => {
    const own = course.replay(3, Claims.honest(course).before(3));
    const { program, constants, dataset } = course.training;
    const executor = await createExecutor("reference", { program, constants, dataset });
    const trace = new SegmentTrace(own.subject, executor, own.states[0]!);
    expect(own.roots).to.deep.equal(trace.roots);
    expect(own.segment.root).to.deep.equal(trace.segment.root);
    expect(own.step(5).left.root).to.deep.equal(trace.step(5).left.root);
    expect(own.step(5).right.root).to.deep.equal(trace.step(5).right.root);
  });

  it("are lost by whoever does something otherwise", () => {
    const cheats = {
      seed: (k: number, start: Parameters<Course["cheat"]>[1]) => course.cheat(k, start, { seed: 9 }),
      rate: (k: number, start: Parameters<Course["cheat"]>[1]) => course.cheat(k, start, {}, true),
      repeated: (k: number, start: Parameters<Course["cheat"]>[1]) =>
        course.cheat(k, start, { claimed: (_offset, _next, before) => before }),
    };
    for (const [name, cheat] of Object.entries(cheats)) {
      const claims = Claims.of(course, (k, start) => (k === 2 ? cheat(k, start) : undefined));
      expect(Array.from({ length: segments }, (_, k) => claims.isFalse(k)).indexOf(true), name).to.equal(2);
      const [own, honest] = [claims.executions[2]!, course.replay(2, claims.before(2))];
      const { game } = playGame(
        claimOf(own),
        (at) => defenderMove(at, own),
        (at, history) => challengerMove(at, history, honest),
      );
      expect(game.phase, name).to.equal("ChallengerWon");
    }
  });
});
