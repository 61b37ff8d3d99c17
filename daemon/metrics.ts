import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { formatEther } from "viem";
import type { RiskTotals } from "../protocol/index.ts";

/** What can be counted about a transaction. */
export type TransactionEvent = "sent" | "send-failed" | "bumped" | "mined" | "reverted" | "refused" | "lost";

/** A gauge whose value is asked for when it is read; a source that fails now leaves it out. */
export function readGauge<L extends string>(
  registry: Registry,
  { name, help, labelNames = [] }: { name: string; help: string; labelNames?: readonly L[] },
  read: (set: (value: number, labels?: Partial<Record<L, string>>) => void) => void | Promise<void>,
): void {
  const gauge: Gauge<L> = new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    async collect() {
      clear();
      try {
        await read((value, labels) => gauge.set((labels ?? {}) as never, value));
      } catch {
        // The node, Redis or the disk does not answer; other metrics say so.
        clear();
      }
    },
  });
  const clear = () => (labelNames.length === 0 ? gauge.remove() : gauge.reset());
}

/** Smallest units to tokens, as near as a double comes: for the eye and for alerts, never for accounts. */
export function tokens(amount: bigint): number {
  return Number(formatEther(amount));
}

/** The gauge of money in open games: set by whom it answers to, or read when it is asked for. */
export function riskGauge(registry: Registry, read?: () => Promise<RiskTotals>): (totals: RiskTotals) => void {
  const gauge = new Gauge({
    name: "pinpoint_at_risk_tokens",
    help: "Money in open games that nobody has won yet, by the outcome expected of it.",
    labelNames: ["kind", "forecast"],
    registers: [registry],
    async collect() {
      if (read === undefined) return;
      await read().then(set, () => gauge.reset());
    },
  });
  const set = ({ stakes, bonds }: RiskTotals) => {
    for (const forecast of ["win", "lose", "unknown"] as const) {
      gauge.set({ kind: "stake", forecast }, tokens(stakes[forecast]));
      gauge.set({ kind: "bond", forecast }, tokens(bonds[forecast]));
    }
  };
  return set;
}

/** What a daemon that signs counts about itself, since it started. Names and meanings: docs/operating.md. */
export function createMetrics(daemon: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ daemon });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `pinpoint_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name: `pinpoint_${name}`, help, labelNames, registers });
  const riskOf = riskGauge(registry);
  const none = { win: 0n, lose: 0n, unknown: 0n };
  riskOf({ games: 0, stakes: none, bonds: none });
  const leastClock = gauge("least_clock_seconds", "Least time left for an own move; absent while no move is ours.");
  leastClock.remove();
  return {
    registry,
    stepsTrained: counter("steps_trained_total", "Steps of own jobs that were trained."),
    segmentsTrained: counter("segments_trained_total", "Segments of own jobs that were trained."),
    segmentsReplayed: counter("segments_replayed_total", "Segments of others that were replayed.", "outcome"),
    commits: counter("commits_total", "Checkpoints that were committed."),
    attestations: counter("attestations_total", "Checkpoints that were attested."),
    disputes: counter("disputes_total", "Games that were opened."),
    moves: counter("moves_total", "Moves that were made.", "side", "move"),
    verdicts: counter("verdicts_total", "Own games that ended.", "outcome"),
    transactions: counter("transactions_total", "What became of transactions.", "event"),
    gasUsed: counter("gas_used_total", "Gas of the own transactions that were mined."),
    taskFailures: counter("task_failures_total", "Attempts at work that failed.", "family"),
    gamesOpen: gauge("games_open", "Own games that are not over.", "side"),
    leastClock,
    riskOf,
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
