import { parseEventLogs, type Address, type Hex, type Log, type ParseEventLogsReturnType } from "viem";
import {
  availabilityAbi,
  jobMarketAbi,
  modelRegistryAbi,
  pinpointAbi,
  stakingAbi,
  verificationAbi,
  type Deployment,
} from "../protocol/index.ts";

const abis = {
  jobMarket: jobMarketAbi,
  pinpoint: pinpointAbi,
  staking: stakingAbi,
  verification: verificationAbi,
  availability: availabilityAbi,
  modelRegistry: modelRegistryAbi,
} as const;
type Contract = keyof typeof abis;
const contracts = Object.keys(abis) as Contract[];

type EventsOf<C extends Contract> = ParseEventLogsReturnType<(typeof abis)[C], undefined, true>[number];

/** An event of one of our contracts; `contract` says of which, since two of them share names. */
export type ChainEvent =
  | ({ readonly contract: "jobMarket" } & EventsOf<"jobMarket">)
  | ({ readonly contract: "pinpoint" } & EventsOf<"pinpoint">)
  | ({ readonly contract: "staking" } & EventsOf<"staking">)
  | ({ readonly contract: "verification" } & EventsOf<"verification">)
  | ({ readonly contract: "availability" } & EventsOf<"availability">)
  | ({ readonly contract: "modelRegistry" } & EventsOf<"modelRegistry">);

/** The contracts whose events are indexed. */
export function indexedContracts(deployment: Deployment): readonly Address[] {
  return contracts.map((contract) => deployment[contract]);
}

/** Logs of our contracts as events, in their order on chain. */
export function decodeLogs(deployment: Deployment, logs: readonly Log[]): ChainEvent[] {
  const events = contracts.flatMap((contract) => {
    const address = deployment[contract].toLowerCase();
    const own = logs.filter((log) => log.address.toLowerCase() === address);
    return parseEventLogs({ abi: abis[contract], logs: own }).map((event) => ({ ...event, contract }));
  }) as ChainEvent[];
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
