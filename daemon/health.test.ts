import { expect } from "chai";
import { Health, nodeCheck, Rounds, serveStatus } from "./health.ts";
import { createMetrics, readGauge } from "./metrics.ts";

describe("what a daemon says about itself", () => {
  it("is well until a check names a problem", () => {
    const health = new Health();
    let silentMs = 60_000;
    health.add(
      "node",
      nodeCheck(() => silentMs),
    );
    expect(health.report()).to.deep.equal({ ok: true, problems: [] });
    silentMs++;
    expect(health.report()).to.deep.equal({ ok: false, problems: ["The chain's node does not answer."] });
    health.add("node", () => undefined);
    expect(health.report().ok).to.equal(true);
  });

  it("tells of rounds that go on failing or do not end, not of one that failed", async () => {
    let now = 0;
    const rounds = new Rounds(() => now);
    const fail = () => rounds.run(() => Promise.reject(new Error("no luck"))).catch(() => undefined);
    await fail();
    expect(rounds.check()).to.equal(undefined);
    now = 60_001;
    await fail();
    expect(rounds.check()).to.match(/no luck/);
    await rounds.run(() => Promise.resolve());
    expect(rounds.check()).to.equal(undefined);
    const { promise, resolve } = Promise.withResolvers<void>();
    const hanging = rounds.run(() => promise);
    expect(rounds.check()).to.equal(undefined);
    now += 60_001;
    expect(rounds.check()).to.match(/does not end/);
    resolve();
    await hanging;
    expect(rounds.check()).to.equal(undefined);
  });

  it("serves both, and answers 503 when it is not well", async () => {
    const metrics = createMetrics("solver");
    metrics.stepsTrained.inc(3);
    metrics.transactions.inc({ event: "bumped" });
    let source = () => 7;
    readGauge(metrics.registry, { name: "pinpoint_seven", help: "Seven." }, (set) => set(source()));
    let ok = true;
    const health = () => ({ ok, problems: ok ? [] : ["Tired."], daemon: "solver" });
    const server = await serveStatus({ registry: metrics.registry, health }, 0);
    const get = async (path: string) => {
      const answer = await fetch(server.url + path);
      return { status: answer.status, text: await answer.text() };
    };
    try {
      const { status, text } = await get("/metrics");
      expect(status).to.equal(200);
      expect(text).to.contain('pinpoint_steps_trained_total{daemon="solver"} 3\n');
      expect(text).to.contain('pinpoint_transactions_total{event="bumped",daemon="solver"} 1\n');
      expect(text).to.contain('pinpoint_seven{daemon="solver"} 7\n');
      expect(text).to.match(/^process_resident_memory_bytes/m);
      // Absent, not 0: nothing is due.
      expect(text).to.not.match(/^pinpoint_least_clock_seconds/m);
      source = () => {
        throw new Error("away");
      };
      expect((await get("/metrics")).text).to.not.match(/^pinpoint_seven/m);
      expect(JSON.parse((await get("/health")).text)).to.deep.equal({ ok: true, problems: [], daemon: "solver" });
      ok = false;
      expect((await get("/health")).status).to.equal(503);
    } finally {
      await server.close();
    }
  });
});
