import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Breaker, breakIn, resetBreak } from "./breaker.ts";
import { Health } from "./health.ts";
import { Journal } from "./journal.ts";
import { createLog } from "./log.ts";

describe("breaker", () => {
  let folder: string;
  let journal: Journal;
  const open = () => {
    const health = new Health();
    return { breaker: new Breaker({ journal, log: createLog("test", "silent"), health }), health };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-breaker-"));
    journal = new Journal(join(folder, "journal.sqlite"));
  });
  afterEach(() => {
    journal.close();
    rmSync(folder, { recursive: true });
  });

  it("breaks when a game is lost, stays broken over restarts, and is whole once it is reset", () => {
    const { breaker, health } = open();
    expect([breaker.broken, health.report().ok]).to.deep.equal([false, true]);
    breaker.lost(7n);
    expect(health.report().problems[0]).to.match(/No new job and no new dispute since .*: game 7 was lost; .*--reset/);
    const again = open();
    expect(again.breaker.broken).to.equal(true);
    breaker.lost(8n);
    expect(breakIn(journal)).to.include({ reason: "lost-game", cause: "game 7 was lost" });
    resetBreak(journal);
    expect([breaker.broken, again.breaker.broken, health.report().ok]).to.deep.equal([false, false, true]);
  });

  it("breaks at the fifth revert in a row, not at reverts in between", () => {
    const { breaker } = open();
    for (const success of [false, false, false, false, true, false, false, false, false]) breaker.received(success);
    expect(breaker.broken).to.equal(false);
    breaker.received(false);
    expect(breakIn(journal)).to.include({ reason: "reverts" });
  });
});
