import type { Registry } from "prom-client";
import { formatEther, type Address } from "viem";
import { readCredit, readStake, readTokens, type Chain } from "../protocol/index.ts";
import type { Breaker } from "./breaker.ts";
import type { Journal } from "./journal.ts";
import { readGauge, tokens } from "./metrics.ts";
import type { TaskQueue } from "./queue.ts";
import type { Heads } from "./watcher.ts";

export interface GaugeSources {
  readonly chain: Chain;
  readonly address: Address;
  readonly heads: Heads;
  readonly journal: Journal;
  readonly breaker: Breaker;
  /** By name; those that open later are read too. */
  readonly queues: ReadonlyMap<string, TaskQueue<never>>;
}

/** Money of an account in tokens, by where it is. */
async function moneyOf(chain: Chain, address: Address): Promise<Record<string, number>> {
  const [balance, stake, market, pinpoint] = await Promise.all([
    readTokens(chain, address),
    readStake(chain, address),
    readCredit(chain, "jobMarket", address),
    readCredit(chain, "pinpoint", address),
  ]);
  const { free, locked, unbonding } = stake;
  const amounts = { balance, "stake-free": free, "stake-locked": locked, unbonding, credit: market + pinpoint };
  return Object.fromEntries(Object.entries(amounts).map(([place, amount]) => [place, tokens(amount)]));
}

/** Adds what is asked for when the metrics are read. Names and meanings: docs/operating.md. */
export function gaugesOf(registry: Registry, { chain, address, heads, journal, breaker, queues }: GaugeSources): void {
  readGauge(registry, { name: "pinpoint_chain_head_block", help: "Number of the newest block seen." }, (set) => {
    if (heads.last !== undefined) set(Number(heads.last.number));
  });
  const lag = "Age of the newest block seen: grows where the node is behind, or the chain stands.";
  readGauge(registry, { name: "pinpoint_chain_lag_seconds", help: lag }, (set) => {
    if (heads.last !== undefined) set(Math.max(0, Date.now() / 1_000 - Number(heads.last.timestamp)));
  });
  const silence = "Time since the chain's node last answered.";
  readGauge(registry, { name: "pinpoint_node_silence_seconds", help: silence }, (set) => set(heads.silentMs / 1_000));
  const pending = "Transactions that were signed and whose receipt was not seen.";
  readGauge(registry, { name: "pinpoint_transactions_pending", help: pending }, (set) =>
    set(journal.unresolved().length),
  );
  const broken = "1 while no new job is accepted and no new dispute opened; /health says why.";
  readGauge(registry, { name: "pinpoint_breaker_broken", help: broken }, (set) => set(Number(breaker.broken)));
  const depth = { name: "pinpoint_queue_tasks", help: "Tasks in the queue, by state.", labelNames: ["queue", "state"] };
  readGauge(registry, depth, async (set) => {
    for (const [queue, tasks] of queues) {
      for (const [state, count] of Object.entries(await tasks.counts())) set(count, { queue, state });
    }
  });
  const coin = "The account's coin, which pays for gas; in units of 10^18 of the smallest.";
  readGauge(registry, { name: "pinpoint_coin_balance", help: coin }, async (set) =>
    set(Number(formatEther(await chain.client.getBalance({ address })))),
  );
  const money = {
    name: "pinpoint_account_tokens",
    help: "The account's tokens, by where they are.",
    labelNames: ["place"],
  };
  readGauge(registry, money, async (set) => {
    for (const [place, amount] of Object.entries(await moneyOf(chain, address))) set(amount, { place });
  });
}
