import { expect } from "chai";
import { TransientError } from "../common/index.ts";
import { createLog } from "./log.ts";
import { Tasks } from "./tasks.ts";
import { Unfinished } from "./unfinished.ts";

describe("tasks", () => {
  const log = createLog("test", "silent");

  it("run once at a time per key, and again when asked again", async () => {
    const tasks = new Tasks(log, 1_000);
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const work = () => (runs++, gate.promise);
    for (let i = 0; i < 3; i++) tasks.start("a", work);
    tasks.start("b", work);
    expect(runs).to.equal(2);
    gate.resolve();
    await tasks.idle();
    tasks.start("a", work);
    await tasks.idle();
    expect(runs).to.equal(3);
  });

  it("pause after a failure, which is nobody else's", async () => {
    const tasks = new Tasks(log, 60_000);
    let runs = 0;
    const failing = () => (runs++, Promise.reject(new TransientError("away", "Not there yet.")));
    tasks.start("a", failing);
    await tasks.idle();
    tasks.start("a", failing);
    tasks.start("b", failing);
    await tasks.idle();
    expect(runs).to.equal(2);
  });
});

describe("unfinished", () => {
  it("drop out some refreshes after they finish, and come back when the chain forgets that", async () => {
    const finished = new Set<bigint>();
    let count = 3n;
    const options = {
      count: async () => count,
      read: async (id: bigint) => id,
      finished: (id: bigint) => finished.has(id),
    };
    const unfinished = new Unfinished(options);
    expect(await unfinished.refresh()).to.deep.equal([1n, 2n, 3n]);
    finished.add(2n).add(1n);
    for (let i = 0; i < 10; i++) expect(await unfinished.refresh()).to.deep.equal([1n, 2n, 3n]);
    finished.delete(1n);
    for (let i = 0; i < 10; i++) await unfinished.refresh();
    expect(await unfinished.refresh()).to.deep.equal([1n, 3n]);
    count = 2n;
    expect(await unfinished.refresh()).to.deep.equal([1n]);
    count = 4n;
    expect(await unfinished.refresh()).to.deep.equal([1n, 3n, 4n]);
  });
});
