import { collectDefaultMetrics, Registry } from "prom-client";
import { readGauge, riskGauge, serveStatus } from "../daemon/index.ts";
import type { Indexer } from "../indexer/index.ts";
import type { HttpServer } from "../protocol/index.ts";

/** Serves an indexer's `/metrics` and `/health` as the other daemons do. Errors: OperatorError `listen`. */
export function serveIndexStatus(indexer: Indexer, port: number): Promise<HttpServer> {
  const registry = new Registry();
  registry.setDefaultLabels({ daemon: "indexer" });
  collectDefaultMetrics({ register: registry });
  const head = "Number of the chain's newest block.";
  readGauge(registry, { name: "pinpoint_chain_head_block", help: head }, (set) => {
    const { head: number } = indexer.health();
    if (number !== undefined) set(number);
  });
  const lag = "Blocks that the index is behind the chain.";
  readGauge(registry, { name: "pinpoint_index_lag_blocks", help: lag }, (set) => {
    const { head: last, indexed } = indexer.health();
    if (last !== undefined && indexed !== undefined) set(Math.max(0, last - indexed));
  });
  riskGauge(registry, async () => (await indexer.atRisk()).totals);
  const open = "Games that are not over, of all accounts.";
  readGauge(registry, { name: "pinpoint_games_open", help: open, labelNames: ["side"] }, async (set) => {
    const { totals } = await indexer.atRisk();
    set(totals.games, { side: "any" });
  });
  const health = () => {
    const { ok, error, ...progress } = indexer.health();
    return { ok, problems: error === undefined ? [] : [error], daemon: "indexer", ...progress };
  };
  return serveStatus({ registry, health }, port);
}
