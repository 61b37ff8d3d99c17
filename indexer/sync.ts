import { TransientError } from "../common/index.ts";
import { explained, type Chain } from "../protocol/index.ts";
import type { Database } from "./database.ts";
import { decodeLogs, indexedContracts, isMove, type ChainEvent, type Sent } from "./events.ts";
import { recordEvent } from "./record.ts";

/** Blocks asked for at once. */
const range = 2_000;
/** Blocks without events that stay known behind the tip, for finding where a reorganised chain forked. */
const memory = 1_000;

interface Header {
  readonly number: number;
  readonly hash: string;
  readonly timestamp: number;
}

async function header(chain: Chain, number: number): Promise<Header> {
  const block = await explained(chain.client.getBlock({ blockNumber: BigInt(number) }));
  return { number, hash: block.hash, timestamp: Number(block.timestamp) };
}

/** Forgets the blocks that the chain no longer has; how many those were. */
async function rollBack(chain: Chain, database: Database, head: number): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const tip = database.tip();
    if (tip === undefined) return forgotten;
    if (tip.number <= head && (await header(chain, tip.number)).hash === tip.hash) return forgotten;
    database.forget(tip.number);
    forgotten++;
  }
}

function moved(): TransientError {
  return new TransientError("chain-moved", "The chain was reorganised while it was read: reading it again.");
}

/** Sender and gas of the transactions of moves. */
async function sentBy(chain: Chain, events: readonly ChainEvent[]): Promise<Map<string, Sent>> {
  const hashes = [...new Set(events.filter(isMove).map((event) => event.transactionHash))];
  const receipts = await Promise.all(hashes.map((hash) => explained(chain.client.getTransactionReceipt({ hash }))));
  return new Map(receipts.map(({ transactionHash: hash, from, gasUsed }) => [hash, { hash, from, gasUsed }]));
}

interface Batch {
  readonly headers: readonly Header[];
  readonly events: readonly ChainEvent[];
  readonly sent: ReadonlyMap<string, Sent>;
}

/**
 * Reads blocks from … to. INVARIANT: what it answers is of one chain, the one that `tip` is in: the end is the same before
 * and after the logs, every log's block is the chain's, and the tip is looked at last.
 */
async function readBatch(chain: Chain, from: number, to: number, tip: Header | undefined): Promise<Batch> {
  const end = await header(chain, to);
  const address = [...indexedContracts(chain.deployment)];
  const logs = await explained(chain.client.getLogs({ address, fromBlock: BigInt(from), toBlock: BigInt(to) }));
  const events = decodeLogs(chain.deployment, logs);
  const sent = await sentBy(chain, events);
  const numbers = [...new Set(events.map((event) => Number(event.blockNumber)))].filter((number) => number !== to);
  const headers = [...(await Promise.all(numbers.map((number) => header(chain, number)))), end];
  const hashes = new Map(headers.map(({ number, hash }) => [number, hash]));
  const stale = events.some((event) => hashes.get(Number(event.blockNumber)) !== event.blockHash);
  if (stale || (await header(chain, to)).hash !== end.hash) throw moved();
  if (tip !== undefined && (await header(chain, tip.number)).hash !== tip.hash) throw moved();
  return { headers, events, sent };
}

function store(database: Database, { headers, events, sent }: Batch): void {
  database.transaction(() => {
    for (const { number, hash, timestamp } of headers) {
      database.run("insert into blocks values (?, ?, ?)", number, hash, timestamp);
    }
    for (const event of events) recordEvent(database, event, sent.get(event.transactionHash));
    const last = headers.at(-1)?.number ?? 0;
    database.run("delete from blocks where number < ? and number not in (select block from events)", last - memory);
  });
}

export interface Progress {
  /** Number of the chain's last block, and of the last one in the index. */
  readonly head: number;
  readonly indexed: number;
  /** Stored blocks that a reorganisation took away in this round. */
  readonly forgotten: number;
}

/**
 * One round: forgets what is no longer on the chain and adds the next range of blocks.
 * Errors: TransientError `rpc-unreachable`, `chain-moved`: try again.
 */
export async function syncOnce(chain: Chain, database: Database): Promise<Progress> {
  const head = Number(await explained(chain.client.getBlockNumber({ cacheTime: 0 })));
  const forgotten = await rollBack(chain, database, head);
  const tip = database.tip();
  const from = tip === undefined ? chain.deployment.block : tip.number + 1;
  const to = Math.min(from + range - 1, head);
  if (from > to) return { head, indexed: tip?.number ?? head, forgotten };
  store(database, await readBatch(chain, from, to, tip));
  return { head, indexed: to, forgotten };
}
