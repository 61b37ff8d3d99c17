import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Address, Hex } from "viem";
import { OperatorError } from "../common/index.ts";

/**
 * `sent`: signed, and maybe on its way: nobody knows before a receipt. `mined`, `reverted`: its receipt was seen.
 * `lost`: another transaction took its nonce.
 */
export type EntryState = "sent" | "mined" | "reverted" | "lost";

/** One action of an account and the transactions signed for it, all with one nonce. */
export interface Entry {
  readonly key: string;
  readonly nonce: number;
  readonly state: EntryState;
  readonly to: Address;
  readonly data: Hex;
  readonly gas: bigint;
  /** What the action was about, for who restarts: whatever the caller gave, as JSON. */
  readonly note: string;
  /** The signed transactions, oldest first; the later ones replace the earlier ones. */
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  readonly hash: Hex;
  /** The signed transaction. */
  readonly raw: Hex;
  /** UNITS: wei a gas. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS actions (
    key TEXT PRIMARY KEY, nonce INTEGER NOT NULL, state TEXT NOT NULL, recipient TEXT NOT NULL, data TEXT NOT NULL,
    gas TEXT NOT NULL, note TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS attempts (
    hash TEXT PRIMARY KEY, key TEXT NOT NULL, raw TEXT NOT NULL, max_fee TEXT NOT NULL, priority_fee TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS attempts_by_key ON attempts (key);
`;

type Row = Record<string, string | number>;

/** The transactions of one account on one chain, written before they are sent, and its computed results. A file of node:sqlite. */
export class Journal {
  readonly #db: DatabaseSync;

  /**
   * @param readOnly for a look at the journal of a daemon that may be running
   * @throws OperatorError `journal-open`
   */
  constructor(path: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    try {
      if (readOnly) {
        this.#db = new DatabaseSync(path, { readOnly, timeout: 5_000 });
        return;
      }
      mkdirSync(dirname(path), { recursive: true });
      this.#db = new DatabaseSync(path, { timeout: 5_000 });
      // FULL: what was promised to be written before sending must survive a power cut.
      this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      this.#db.exec(SCHEMA);
    } catch (cause) {
      throw new OperatorError(
        "journal-open",
        `Cannot open the journal ${path} (${cause instanceof Error ? cause.message : String(cause)}): make room on the disk, or put the file's last copy back.`,
        { path },
        { cause },
      );
    }
  }

  get(key: string): Entry | undefined {
    const row = this.#db.prepare("SELECT * FROM actions WHERE key = ?").get(key) as Row | undefined;
    return row && this.#entry(row);
  }

  /** Entries whose keys begin with `prefix`, in order of nonces. */
  list(prefix: string): Entry[] {
    const rows = this.#db
      .prepare("SELECT * FROM actions WHERE substr(key, 1, ?) = ? ORDER BY nonce")
      .all(prefix.length, prefix);
    return (rows as Row[]).map((row) => this.#entry(row));
  }

  /** Entries that may or may not have been mined, in order of nonces. */
  unresolved(): Entry[] {
    const rows = this.#db.prepare("SELECT * FROM actions WHERE state = 'sent' ORDER BY nonce").all();
    return (rows as Row[]).map((row) => this.#entry(row));
  }

  /** The highest nonce that anything was signed with; undefined before the first. */
  highestNonce(): number | undefined {
    const row = this.#db.prepare("SELECT max(nonce) AS nonce FROM actions").get() as Row | undefined;
    return typeof row?.nonce === "number" ? row.nonce : undefined;
  }

  /** A new action with its first transaction; takes the place of a finished one of the same key. */
  begin(entry: Omit<Entry, "state" | "attempts">, attempt: Attempt): void {
    this.#together(() => {
      this.#db.prepare("DELETE FROM attempts WHERE key = ?").run(entry.key);
      this.#db
        .prepare("INSERT OR REPLACE INTO actions VALUES (?, ?, 'sent', ?, ?, ?, ?)")
        .run(entry.key, entry.nonce, entry.to, entry.data, entry.gas.toString(), entry.note);
      this.#insert(entry.key, attempt);
    });
  }

  /** Another transaction for the same action and nonce. */
  replace(key: string, attempt: Attempt): void {
    this.#insert(key, attempt);
  }

  /** What became of an action; `sent` again where a reorganised chain forgot it. */
  finish(key: string, state: EntryState): void {
    this.#db.prepare("UPDATE actions SET state = ? WHERE key = ?").run(state, key);
  }

  /** Keeps what was costly to compute, as JSON, so that a restart does not compute it again. */
  keep(key: string, value: unknown): void {
    this.#db.prepare("INSERT OR REPLACE INTO results VALUES (?, ?)").run(key, JSON.stringify(value));
  }

  /** What `keep` kept; undefined where nothing was. The caller knows its type. */
  kept<T>(key: string): T | undefined {
    const row = this.#db.prepare("SELECT value FROM results WHERE key = ?").get(key) as Row | undefined;
    return row && (JSON.parse(String(row.value)) as T);
  }

  /** Drops what `keep` kept. */
  forget(key: string): void {
    this.#db.prepare("DELETE FROM results WHERE key = ?").run(key);
  }

  close(): void {
    this.#db.close();
  }

  #insert(key: string, { hash, raw, maxFeePerGas, maxPriorityFeePerGas }: Attempt): void {
    const fees = [maxFeePerGas.toString(), maxPriorityFeePerGas.toString()];
    this.#db.prepare("INSERT OR IGNORE INTO attempts VALUES (?, ?, ?, ?, ?)").run(hash, key, raw, ...fees);
  }

  #together(change: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      change();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #entry(row: Row): Entry {
    const attempts = this.#db
      .prepare("SELECT * FROM attempts WHERE key = ? ORDER BY rowid")
      .all(String(row.key)) as Row[];
    return {
      key: String(row.key),
      nonce: Number(row.nonce),
      state: row.state as EntryState,
      to: row.recipient as Address,
      data: row.data as Hex,
      gas: BigInt(row.gas!),
      note: String(row.note),
      attempts: attempts.map((attempt) => ({
        hash: attempt.hash as Hex,
        raw: attempt.raw as Hex,
        maxFeePerGas: BigInt(attempt.max_fee!),
        maxPriorityFeePerGas: BigInt(attempt.priority_fee!),
      })),
    };
  }
}
