import { setTimeout as delay } from "node:timers/promises";
import { parseEventLogs } from "viem";
import { jobMarketAbi, pinpointAbi, prevrandaoBeaconAbi, verificationAbi } from "../../../protocol/index.ts";
import type { Network } from "../../e2e/network.ts";

/** Kinds of moves, in the order in which a job and its game first make them, by the event that tells of one. */
export const kinds = [
  "JobAccepted",
  "CheckpointCommitted",
  "WordRecorded",
  "Sealed",
  "GameOpened",
  "StepsRevealed",
  "StepPicked",
  "TraceRevealed",
  "SidePicked",
  "NodesRevealed",
  "NodePicked",
  "TensorOpened",
  "ChunkRevealed",
  "Judged",
] as const;
export type Kind = (typeof kinds)[number];

/** Deepest reorganisation. UNITS: blocks. */
export const deepest = 16;

/** UNITS: ms between two blocks: time for a daemon to see one and act. */
const paceMs = 100;

interface Reorg {
  readonly kind: Kind | "TimedOut";
  readonly depth: number;
}

/** Mines a network's blocks one by one, and takes blocks back as soon as a move of a kind is mined. */
export class ReorgingMiner {
  readonly #network: Network;
  readonly #left: Reorg[];
  /** What was taken back, in order. */
  readonly done: Reorg[] = [];

  /** @param left each is made once, at the first block that holds such a move */
  constructor(network: Network, left: readonly Reorg[]) {
    this.#network = network;
    this.#left = [...left];
  }

  /** Mines until the condition holds and, if asked, everything was taken back that should be. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await this.#mine();
  }

  async #mine(): Promise<void> {
    await delay(paceMs);
    await this.#network.request("anvil_mine", "0x1");
    const mined = await this.#kindsInHead();
    const index = this.#left.findIndex(({ kind }) => mined.includes(kind));
    if (index < 0) return;
    const [reorg] = this.#left.splice(index, 1);
    await this.#network.request("anvil_reorg", reorg!.depth, []);
    this.done.push(reorg!);
  }

  async #kindsInHead(): Promise<string[]> {
    const { client, deployment } = this.#network.chain;
    const { number } = await client.getBlock();
    const address = [deployment.jobMarket, deployment.pinpoint, deployment.beacon, deployment.verification];
    const logs = await client.getLogs({ address, fromBlock: number, toBlock: number });
    const abi = [...jobMarketAbi, ...pinpointAbi, ...prevrandaoBeaconAbi, ...verificationAbi];
    return parseEventLogs({ abi, logs }).map(({ eventName }) => eventName);
  }
}

/** Kinds by depths, each cell the number of times that it was taken back. */
export function printReorgs(done: readonly Reorg[]): void {
  const depths = Array.from({ length: deepest }, (_, index) => index + 1);
  console.log(`    ${"move \\ depth".padEnd(20)} ${depths.map((depth) => String(depth).padStart(2)).join(" ")}`);
  for (const kind of kinds) {
    const count = (depth: number) => done.filter((reorg) => reorg.kind === kind && reorg.depth === depth).length;
    console.log(`    ${kind.padEnd(20)} ${depths.map((depth) => String(count(depth) || "-").padStart(2)).join(" ")}`);
  }
}
