import { setTimeout } from "node:timers/promises";
import { parseEventLogs, type Hex } from "viem";
import { DefectError, toHex } from "../common/index.ts";
import { programCommitment, type Program } from "../engine/index.ts";
import {
  availabilityAbi,
  demandChunk as demandCall,
  explained,
  forfeitDemand,
  readCheckpoint,
  readDemand,
  readDemandPrice,
  type Chain,
  type ChunkPlace,
  type Demand,
} from "../protocol/index.ts";
import { sendCall, type Sender } from "./send.ts";
import { approve, requireTokens } from "./tokens.ts";
import type { WatchOptions } from "./watch.ts";

export interface MadeDemand {
  readonly demandId: bigint;
  /** The last second of its answer, since the epoch. */
  readonly answerBy: bigint;
  /** UNITS: the token's smallest. */
  readonly price: bigint;
  readonly transactionHash: Hex;
}

/**
 * Demands a chunk of the state of a checkpoint; approves the price if it is not yet.
 * Errors: OperatorError `tokens-short`; as `sendCall` (`reverted-no-such-state`, `reverted-not-committed`, …).
 */
export async function demandChunk(
  sender: Sender,
  jobId: bigint,
  place: Pick<ChunkPlace, "checkpoint" | "tensor" | "chunk">,
  program: Program,
): Promise<MadeDemand> {
  const { chain } = sender;
  const [{ stateRoot }, price] = await Promise.all([
    readCheckpoint(chain, jobId, place.checkpoint),
    readDemandPrice(chain, jobId),
  ]);
  await requireTokens(sender, price);
  await approve(sender, "availability", price);
  const { encoded, tree } = programCommitment(program);
  const whole = { ...place, stateRoot, header: toHex(encoded.header), recordTree: toHex(tree.root) };
  const { logs, transactionHash } = await sendCall(sender, demandCall(chain.deployment, jobId, whole));
  const [event] = parseEventLogs({ abi: availabilityAbi, eventName: "ChunkDemanded", logs });
  if (event === undefined)
    throw new DefectError("no-event", "A demand was made without its event.", { transactionHash });
  const { demandId, answerBy } = event.args;
  return { demandId, answerBy, price, transactionHash };
}

/** What became of a demand. */
export interface EndedDemand {
  readonly status: Demand["status"];
  /** Of the tensor; absent unless it is answered. UNITS: words. */
  readonly words?: number;
  /** 1,024 bytes, or none where the tensor has no such chunk; absent unless it is answered. */
  readonly chunk?: Hex;
}

/**
 * Waits for the answer, and convicts the job where none comes in time; open still when the signal is aborted.
 * Errors: as `sendCall`.
 */
export async function awaitAnswer(sender: Sender, demandId: bigint, options: WatchOptions = {}): Promise<EndedDemand> {
  const { chain } = sender;
  const { pollMs = 1_000, signal } = options;
  for (;;) {
    const demand = await readDemand(chain, demandId);
    if (demand.status === "Answered") return { status: demand.status, ...(await answerTo(chain, demandId)) };
    if (demand.status !== "Open" || signal?.aborted === true) return { status: demand.status };
    const { timestamp } = await explained(chain.client.getBlock());
    if (timestamp > demand.answerBy) await sendCall(sender, forfeitDemand(chain.deployment, demandId));
    else await setTimeout(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

async function answerTo({ client, deployment }: Chain, demandId: bigint) {
  const filter = { address: deployment.availability, abi: availabilityAbi, eventName: "ChunkAnswered" } as const;
  const fromBlock = BigInt(deployment.block);
  const [event] = await explained(client.getContractEvents({ ...filter, args: { demandId }, fromBlock, strict: true }));
  return event === undefined ? {} : { words: event.args.words, chunk: event.args.chunk };
}
