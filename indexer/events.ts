import { parseEventLogs, type Address, type Hex, type Log, type ParseEventLogsReturnType } from "viem";
import { jobMarketAbi, pinpointAbi, stakingAbi, type Deployment } from "../protocol/index.ts";

type EventsOf<A extends typeof jobMarketAbi | typeof pinpointAbi | typeof stakingAbi> = ParseEventLogsReturnType<
  A,
  undefined,
  true
>[number];

/** An event of one of our contracts; `contract` says of which, since two of them share names. */
export type ChainEvent =
  | ({ readonly contract: "jobMarket" } & EventsOf<typeof jobMarketAbi>)
  | ({ readonly contract: "pinpoint" } & EventsOf<typeof pinpointAbi>)
  | ({ readonly contract: "staking" } & EventsOf<typeof stakingAbi>);

/** The contracts whose events are indexed. */
export function indexedContracts(deployment: Deployment): readonly Address[] {
  return [deployment.jobMarket, deployment.pinpoint, deployment.staking];
}

/** Logs of our contracts as events, in their order on chain. */
export function decodeLogs(deployment: Deployment, logs: readonly Log[]): ChainEvent[] {
  const of = (address: Address): Log[] => logs.filter((log) => log.address.toLowerCase() === address.toLowerCase());
  const events = [
    ...parseEventLogs({ abi: jobMarketAbi, logs: of(deployment.jobMarket) }).map((event) => ({
      ...event,
      contract: "jobMarket" as const,
    })),
    ...parseEventLogs({ abi: pinpointAbi, logs: of(deployment.pinpoint) }).map((event) => ({
      ...event,
      contract: "pinpoint" as const,
    })),
    ...parseEventLogs({ abi: stakingAbi, logs: of(deployment.staking) }).map((event) => ({
      ...event,
      contract: "staking" as const,
    })),
  ] as ChainEvent[];
  return events.toSorted((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
}

const moveEvents: ReadonlySet<string> = new Set([
  "StepsRevealed",
  "StepPicked",
  "TraceRevealed",
  "SidePicked",
  "NodesRevealed",
  "NodePicked",
  "TensorOpened",
  "ChunkRevealed",
  "Judged",
]);

/** Whether an event is a move of a game: its transaction's gas is worth knowing. */
export function isMove(event: ChainEvent): boolean {
  return event.contract === "pinpoint" && moveEvents.has(event.eventName);
}

/** What a move's transaction adds to its event. */
export interface Sent {
  readonly hash: Hex;
  readonly from: Address;
  /** UNITS: gas. */
  readonly gasUsed: bigint;
}
