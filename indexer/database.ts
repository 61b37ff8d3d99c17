import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { OperatorError } from "../common/index.ts";
import { schema, tables } from "./schema.ts";

export interface StoredBlock {
  readonly number: number;
  readonly hash: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** Which chain and contracts an index is of. */
export interface Identity {
  readonly genesisHash: string;
  readonly contracts: readonly string[];
}

/** Raised when a table or column changes: an index of another version is built anew. */
const version = "1";

export type Row = Readonly<Record<string, string | number | null>>;

/** The tables, in one file. Errors: OperatorError `index-file`. */
export class Database {
  readonly #sqlite: DatabaseSync;

  /** @param path of the file, made if missing; `:memory:` keeps the index in memory */
  constructor(path: string) {
    try {
      if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
      this.#sqlite = new DatabaseSync(path, { enableForeignKeyConstraints: true });
      this.#sqlite.exec("pragma journal_mode = wal; pragma synchronous = normal;");
      this.#sqlite.exec(schema);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `Cannot use ${path} as an index (${reason}): name another file or remove this one.`;
      throw new OperatorError("index-file", message, { path }, { cause });
    }
  }

  /** Empties the index if it is of another chain, other contracts or another version; whether it did. */
  claim(identity: Identity): boolean {
    const wanted = JSON.stringify({ version, ...identity });
    const found = this.one("select value from meta where key = 'identity'")?.value;
    if (found === wanted) return false;
    this.transaction(() => {
      for (const table of tables) this.run(`delete from ${table}`);
      this.run("insert or replace into meta values ('identity', ?)", wanted);
    });
    return found !== undefined;
  }

  /** The last block the index knows. */
  tip(): StoredBlock | undefined {
    return this.one("select * from blocks order by number desc limit 1") as StoredBlock | undefined;
  }

  /** Forgets a block and everything that came from it. */
  forget(block: number): void {
    this.run("delete from blocks where number = ?", block);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#sqlite.prepare(sql).all(...values) as Row[];
  }

  one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#sqlite.prepare(sql).get(...values) as Row | undefined;
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#sqlite.prepare(sql).run(...values);
  }

  /** All of it or nothing. */
  transaction(work: () => void): void {
    this.#sqlite.exec("begin immediate");
    try {
      work();
      this.#sqlite.exec("commit");
    } catch (error) {
      this.#sqlite.exec("rollback");
      throw error;
    }
  }

  close(): void {
    this.#sqlite.close();
  }
}
