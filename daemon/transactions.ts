import {
  encodeFunctionData,
  keccak256,
  type Hash,
  type Hex,
  type PrivateKeyAccount,
  type PublicClient,
  type TransactionReceipt,
} from "viem";
import { TransientError, type OperatorError } from "../common/index.ts";
import { explained, explainError, type Call } from "../protocol/index.ts";
import { crashPoint } from "./crash-point.ts";
import type { Attempt, Entry, Journal } from "./journal.ts";
import type { Logger } from "./log.ts";
import type { TransactionEvent } from "./metrics.ts";
import { isKnownTransaction, isUnderpriced, refusalIn } from "./rpc-errors.ts";
import type { Head, Heads } from "./watcher.ts";

/** A call to a contract that is made once, whatever happens in between. */
export interface Action {
  /** Unique for what it does: `commit/<job>/<its terms>/<k>`. */
  readonly key: string;
  readonly call: Call;
  /** Actions of one lane follow each other, each after the other's receipt; without one an action waits for none. */
  readonly lane?: string;
  /** Whether a mined action of this key may be made again: withdrawals, approvals. */
  readonly repeatable?: boolean;
  /** Kept in the journal; JSON. */
  readonly note?: Readonly<Record<string, unknown>>;
}

/**
 * How an action ended. Mined: `made` unless an earlier call saw that already. Refused: the contract would revert, as the error explains (`reverted-too-late`), so nothing was sent. Reverted: it did revert, since the chain
 * had moved on. Lost: another transaction of the account took the nonce.
 */
export type Outcome =
  | { readonly kind: "mined"; readonly receipt: TransactionReceipt; readonly made: boolean }
  | { readonly kind: "reverted"; readonly receipt: TransactionReceipt }
  | { readonly kind: "refused"; readonly refusal: OperatorError }
  | { readonly kind: "lost" };

type Fees = Pick<Attempt, "maxFeePerGas" | "maxPriorityFeePerGas">;

export interface TransactionsOptions {
  readonly client: PublicClient;
  readonly account: PrivateKeyAccount;
  readonly chainId: number;
  readonly journal: Journal;
  readonly heads: Heads;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Ceiling of what is offered. UNITS: wei a gas. */
  readonly maxFeePerGas: bigint;
  /** Told of what becomes of transactions; gas with what was mined. */
  readonly count?: (event: TransactionEvent, gasUsed?: bigint) => void;
  /** UNITS: blocks after which a transaction is replaced by a better paid one; 3 if not given. */
  readonly bumpAfterBlocks?: bigint;
}

/** Blocks in a row that must show a used nonce without our receipt before the nonce counts as lost. */
const blocksUntilLost = 3;

/** Blocks for which a free nonce below one that waits is left to whoever made its action before. */
const blocksUntilFilled = 3n;

/** UNITS: gas; of a transaction that does nothing. */
const emptyGas = 21_000n;

/**
 * The only sender of one account's transactions on one chain: it owns the nonces. Every transaction is simulated, signed and
 * journalled before it is sent, so that a restart finds what may be on its way and never makes an action twice.
 * A transaction that a reorganised chain forgot is sent again when its action is asked for again, not by itself: the chain as
 * it is now may call for another.
 * INVARIANT: a nonce is signed for one action only, so that no forgotten transaction comes back between later ones. Where
 * nobody asks for it any more and later ones wait, a transaction that does nothing takes its nonce.
 * INVARIANT: at most one process uses an account with this journal.
 */
export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #running = new Map<string, Promise<Outcome>>();
  readonly #lanes = new Map<string, Promise<unknown>>();
  #sending: Promise<unknown> = Promise.resolve();
  /** The first free nonce below one that waits, and the block at which it was seen first. */
  #gap: { readonly nonce: number; readonly since: bigint } | undefined;

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier process left on its way; its outcome comes to whoever performs the same key. */
  recover(): void {
    for (const entry of this.#options.journal.unresolved()) {
      this.#options.log.info({ event: "recovered", action: entry.key, nonce: entry.nonce }, `Taking up ${entry.key}`);
      this.#start(entry.key, () => this.#settle(entry)).catch(() => undefined);
    }
  }

  /**
   * Makes the action unless it was made; a call while it is under way waits for the same outcome.
   * @throws TransientError when the node is lost or lags before the transaction is signed, or the daemon stops
   */
  perform(action: Action): Promise<Outcome> {
    return this.#running.get(action.key) ?? this.#start(action.key, () => this.#inLane(action));
  }

  /** Whether an action of this key is under way. */
  pending(key: string): boolean {
    return this.#running.has(key);
  }

  /** Whether an action of this key is mined on the chain as it is now. */
  async stands(key: string): Promise<boolean> {
    const known = this.#options.journal.get(key);
    return known?.state === "mined" && (await explained(this.#receipt(known))) !== undefined;
  }

  /** Resolves when nothing is under way any more: soon after the signal aborts. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  #start(key: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const running = work().finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  #inLane(action: Action): Promise<Outcome> {
    if (action.lane === undefined) return this.#perform(action);
    const before = this.#lanes.get(action.lane) ?? Promise.resolve();
    const mine = before.then(() => this.#perform(action));
    this.#lanes.set(
      action.lane,
      mine.catch(() => undefined),
    );
    return mine;
  }

  async #perform(action: Action): Promise<Outcome> {
    const known = this.#options.journal.get(action.key);
    // A reorganised chain may give the same number to another job or game: then the same key means another call.
    const same = known !== undefined && known.to === action.call.address && known.data === dataOf(action.call);
    if (known?.state === "sent" || (known?.state === "mined" && same && action.repeatable !== true)) {
      // A mined transaction is looked up again: the chain may have been reorganised.
      const outcome = await this.#settle(known);
      if (same && outcome.kind !== "lost") return outcome;
    }
    const sent = await this.#serially(() => this.#send(action));
    if (!("refusal" in sent)) return this.#settle(sent.entry);
    this.#options.count?.("refused");
    return { kind: "refused", refusal: sent.refusal };
  }

  /** ORDER: one at a time from simulation to sending, so that nonces leave in order. */
  #serially<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#sending.then(work);
    this.#sending = mine.catch(() => undefined);
    return mine;
  }

  async #send(action: Action): Promise<{ entry: Entry } | { refusal: OperatorError }> {
    const { client, account, journal } = this.#options;
    const { key } = action;
    const { address, abi, functionName, args } = action.call;
    if (this.#options.signal.aborted) throw new TransientError("stopped", "The daemon stops.");
    const { stale } = this.#options.heads;
    if (stale !== undefined) throw new TransientError("node-lags", stale);
    const call = { account, address, abi, functionName, args };
    let gas: bigint;
    let fees: Fees;
    let nonce: number;
    try {
      await client.simulateContract(call);
      // A state that moves between estimate and block may cost more; what is not used is not paid.
      gas = ((await client.estimateContractGas(call)) * 13n) / 10n + 20_000n;
      fees = await this.#fees();
      const next = await client.getTransactionCount({ address: account.address, blockTag: "pending" });
      nonce = Math.max(next, (journal.highestNonce() ?? -1) + 1);
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal !== undefined) return { refusal };
      throw explainError(error);
    }
    const data = dataOf(action.call);
    return {
      entry: await this.#begin({ key, nonce, to: address, data, gas, note: JSON.stringify(action.note ?? {}) }, fees),
    };
  }

  /** Signs, journals and sends. */
  async #begin(content: Omit<Entry, "state" | "attempts">, fees: Fees): Promise<Entry> {
    const attempt = await this.#sign(content, fees);
    this.#options.journal.begin(content, attempt);
    this.#options.count?.("sent");
    crashPoint("journalled");
    await this.#broadcast(content.key, attempt);
    crashPoint("sent");
    return { ...content, state: "sent", attempts: [attempt] };
  }

  /** Takes the nonces from `first` up to one that waits, when they stayed free for some blocks and nothing of ours is to have them. */
  #fill(first: number, waiting: number, { number }: Head): void {
    if (this.#gap?.nonce !== first) this.#gap = { nonce: first, since: number };
    if (number < this.#gap.since + blocksUntilFilled) return;
    const taken = new Set(this.#options.journal.unresolved().map(({ nonce }) => nonce));
    for (let nonce = first; nonce < waiting; nonce++) {
      const key = `fill/${nonce}`;
      if (taken.has(nonce) || this.#running.has(key)) continue;
      this.#start(key, () => this.#empty(key, nonce)).catch(() => undefined);
    }
  }

  /** A transaction that does nothing. */
  async #empty(key: string, nonce: number): Promise<Outcome> {
    const { account, log } = this.#options;
    const content = { key, nonce, to: account.address, data: "0x", gas: emptyGas, note: "{}" } as const;
    log.warn({ event: "filled", nonce }, `Nothing asks for nonce ${nonce} any more: it goes to an empty transaction`);
    return this.#settle(await this.#serially(async () => this.#begin(content, await this.#fees())));
  }

  async #fees(): Promise<Fees> {
    const { client, maxFeePerGas: ceiling } = this.#options;
    const { maxFeePerGas, maxPriorityFeePerGas } = await client.estimateFeesPerGas();
    return { maxFeePerGas: least(maxFeePerGas, ceiling), maxPriorityFeePerGas: least(maxPriorityFeePerGas, ceiling) };
  }

  async #sign(content: Pick<Entry, "nonce" | "to" | "data" | "gas">, fees: Fees): Promise<Attempt> {
    const { account, chainId } = this.#options;
    const { nonce, to, data, gas } = content;
    const raw = await account.signTransaction({ type: "eip1559", chainId, nonce, to, data, gas, ...fees });
    return { raw, hash: keccak256(raw), ...fees };
  }

  /** A transaction that the node cannot take now stays in the journal and is sent again with the next block. */
  async #broadcast(key: string, attempt: Attempt): Promise<void> {
    const { client, log } = this.#options;
    try {
      await client.sendRawTransaction({ serializedTransaction: attempt.raw });
      log.debug({ event: "sent", action: key, hash: attempt.hash }, `Sent ${key}`);
    } catch (error) {
      if (isKnownTransaction(error) || isUnderpriced(error)) return;
      this.#options.count?.("send-failed");
      log.warn(
        { event: "send-failed", action: key, hash: attempt.hash, error: explainError(error) },
        `${key} is sent again later`,
      );
    }
  }

  /** Follows an action until a receipt or a lost nonce, sending again and replacing as blocks pass. */
  async #settle(begun: Entry): Promise<Outcome> {
    const { journal, heads, log } = this.#options;
    let entry = begun;
    let lostFor = 0;
    let known: Hash | undefined;
    let firstBlock: bigint | undefined;
    for (;;) {
      try {
        const next = await this.#nextNonce();
        const used = next > entry.nonce;
        const receipt = await this.#receipt(entry);
        if (receipt !== undefined) return this.#mined(entry, receipt);
        lostFor = used ? lostFor + 1 : 0;
        if (lostFor >= blocksUntilLost) {
          journal.finish(entry.key, "lost");
          this.#options.count?.("lost");
          log.warn(
            { event: "lost", action: entry.key, nonce: entry.nonce },
            `Another transaction took the nonce of ${entry.key}`,
          );
          return { kind: "lost" };
        }
        // Its nonce is free: whoever restarts must know that it is on its way again.
        if (!used && entry.state === "mined") journal.finish(entry.key, "sent");
        if (next < entry.nonce && heads.last !== undefined) this.#fill(next, entry.nonce, heads.last);
        if (!used && known !== undefined) entry = await this.#again(entry, heads.last!.number - firstBlock!);
      } catch (error) {
        const family = explainError(error);
        if (!(family instanceof TransientError)) throw family;
        log.warn({ event: "rpc-lost", action: entry.key, error: family }, `${entry.key} waits for the chain's node`);
      }
      const head = await heads.after(known);
      known = head.hash;
      firstBlock ??= head.number;
    }
  }

  #mined(entry: Entry, receipt: TransactionReceipt): Outcome {
    crashPoint("mined");
    const kind = receipt.status === "success" ? "mined" : "reverted";
    this.#options.journal.finish(entry.key, kind);
    // A mined one that is looked up again was counted before.
    if (entry.state !== "mined") this.#options.count?.(kind, receipt.gasUsed);
    return kind === "mined" ? { kind, receipt, made: entry.state !== "mined" } : { kind, receipt };
  }

  #nextNonce(): Promise<number> {
    const { client, account } = this.#options;
    return client.getTransactionCount({ address: account.address, blockTag: "latest" });
  }

  async #receipt(entry: Entry): Promise<TransactionReceipt | undefined> {
    for (const { hash } of entry.attempts.toReversed()) {
      const receipt = await receiptOf(this.#options.client, hash);
      if (receipt !== undefined) return receipt;
    }
    return undefined;
  }

  /** Sends the newest transaction again, or a better paid one in its place when enough blocks have passed. */
  async #again(entry: Entry, blocksWaited: bigint): Promise<Entry> {
    const { bumpAfterBlocks = 3n, maxFeePerGas: ceiling, journal, log } = this.#options;
    const last = entry.attempts.at(-1)!;
    const due = BigInt(entry.attempts.length) * bumpAfterBlocks;
    if (blocksWaited < due || last.maxFeePerGas >= ceiling) {
      await this.#broadcast(entry.key, last);
      return entry;
    }
    const now = await this.#fees();
    const attempt = await this.#sign(entry, {
      maxFeePerGas: least(ceiling, most(raised(last.maxFeePerGas), now.maxFeePerGas)),
      maxPriorityFeePerGas: least(ceiling, most(raised(last.maxPriorityFeePerGas), now.maxPriorityFeePerGas)),
    });
    journal.replace(entry.key, attempt);
    this.#options.count?.("bumped");
    log.info(
      { event: "bumped", action: entry.key, nonce: entry.nonce, maxFeePerGas: attempt.maxFeePerGas.toString() },
      `Paying more for ${entry.key}`,
    );
    await this.#broadcast(entry.key, attempt);
    return { ...entry, attempts: [...entry.attempts, attempt] };
  }
}

function dataOf({ abi, functionName, args }: Call): Hex {
  return encodeFunctionData({ abi, functionName, args });
}

async function receiptOf(client: PublicClient, hash: Hash): Promise<TransactionReceipt | undefined> {
  try {
    return await client.getTransactionReceipt({ hash });
  } catch (error) {
    if (error instanceof Error && error.name === "TransactionReceiptNotFoundError") return undefined;
    throw error;
  }
}

/** Nodes ask for at least a tenth more. */
function raised(fee: bigint): bigint {
  return (fee * 125n) / 100n + 1n;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
