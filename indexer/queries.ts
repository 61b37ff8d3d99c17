import type { Database, Row } from "./database.ts";

/** Part of a list: newest first, before an id if given. */
export interface Page {
  readonly limit: number;
  readonly before?: number;
}

const json = (value: unknown): Record<string, unknown> => JSON.parse(String(value)) as Record<string, unknown>;

/** A job with its latest status and everything its changes said. */
function jobOf(database: Database, row: Row): Record<string, unknown> {
  const changes = database.all(
    "select status, detail from job_changes where job = ? order by block, log_index",
    row.id!,
  );
  const details = changes.map((change) => json(change.detail));
  const committed = database.one("select count(*) as count from checkpoints where job = ?", row.id!);
  return {
    id: row.id,
    status: changes.at(-1)?.status,
    submitter: row.submitter,
    checkpoints: row.checkpoints,
    committed: committed?.count,
    ...Object.assign({}, ...details),
    escrow: row.escrow,
    termsHash: row.terms_hash,
    terms: json(row.terms),
    submittedAt: row.timestamp,
    transaction: row.tx,
  };
}

const withOrigin = (table: string): string => `select t.*, b.timestamp, e.tx from ${table} t
  join blocks b on b.number = t.block join events e on e.block = t.block and e.log_index = t.log_index`;

export function jobs(database: Database, page: Page): unknown[] {
  const sql = `${withOrigin("jobs")} where t.id < ? order by t.id desc limit ?`;
  return database.all(sql, page.before ?? Number.MAX_SAFE_INTEGER, page.limit).map((row) => jobOf(database, row));
}

export function job(database: Database, id: number): unknown {
  const row = database.one(`${withOrigin("jobs")} where t.id = ?`, id);
  return row && jobOf(database, row);
}

export function checkpoints(database: Database, id: number, page: Page): unknown[] {
  const sql = `${withOrigin("checkpoints")} where t.job = ? and t.k < ? order by t.k desc limit ?`;
  return database.all(sql, id, page.before ?? Number.MAX_SAFE_INTEGER, page.limit).map((row) => ({
    k: row.k,
    stateRoot: row.state_root,
    segmentRoot: row.segment_root,
    committedAt: row.timestamp,
    transaction: row.tx,
  }));
}

/** What became of the seats of a job, newest first. */
export function seats(database: Database, id: number, page: Page): unknown[] {
  const sql = `${withOrigin("seat_changes")} where t.job = ? and t.k < ? order by t.k desc, t.block, t.log_index limit ?`;
  return database.all(sql, id, page.before ?? Number.MAX_SAFE_INTEGER, page.limit).map((row) => ({
    k: row.k,
    verifier: row.verifier === "" ? null : row.verifier,
    change: row.change,
    ...json(row.detail),
    changedAt: row.timestamp,
    transaction: row.tx,
  }));
}

/** Attestations of a job, and seats of which something is told but not that they were taken. */
export function seatCounts(database: Database, id: number): { readonly attested: number; readonly untold: number } {
  const sql = `select (select count(*) from seat_changes where job = ?1 and change = 'Attested') as attested,
    (select count(distinct k || verifier) from seat_changes t where job = ?1 and verifier != '' and not exists
      (select 1 from seat_changes s where s.job = t.job and s.k = t.k and s.verifier = t.verifier and s.change = 'Sealed')) as untold`;
  const row = database.one(sql, id);
  return { attested: Number(row?.attested), untold: Number(row?.untold) };
}

/** Demands for chunks of a job's states, newest first. */
export function demands(database: Database, id: number, page: Page): unknown[] {
  const sql = `${withOrigin("demands")} where t.job = ? and t.id < ? order by t.id desc limit ?`;
  return database.all(sql, id, page.before ?? Number.MAX_SAFE_INTEGER, page.limit).map((row) => ({
    id: row.id,
    job: row.job,
    checkpoint: row.checkpoint,
    demander: row.demander,
    tensor: row.tensor,
    chunk: row.chunk,
    answerBy: row.answer_by,
    price: row.price,
    status: database.one("select status from demand_ends where demand = ?", row.id!)?.status ?? "Open",
    demandedAt: row.timestamp,
    transaction: row.tx,
  }));
}

/** Proven models, newest first. */
export function models(database: Database, page: Page): unknown[] {
  const sql = `${withOrigin("models")} where t.job < ? order by t.job desc limit ?`;
  return database.all(sql, page.before ?? Number.MAX_SAFE_INTEGER, page.limit).map((row) => ({
    job: row.job,
    parent: row.parent === 0 ? null : row.parent,
    stateRoot: row.state_root,
    generation: row.generation,
    steps: row.steps,
    registeredAt: row.timestamp,
    transaction: row.tx,
  }));
}

function gameOf(database: Database, row: Row): Record<string, unknown> {
  const end = database.one("select phase, winner_gas, paid from game_ends where game = ?", row.id!);
  const moves = database.one("select count(*) as count from moves where game = ?", row.id!);
  return {
    id: row.id,
    job: row.job,
    checkpoint: row.checkpoint,
    challenger: row.challenger,
    defender: row.defender,
    endRoot: row.end_root,
    proposedRoot: row.proposed_root,
    bond: row.bond,
    outcome: end?.phase ?? null,
    winnerGas: end?.winner_gas ?? null,
    paid: end?.paid ?? null,
    moveCount: moves?.count,
    openedAt: row.timestamp,
    transaction: row.tx,
  };
}

export function games(database: Database, page: Page & { readonly job?: number }): unknown[] {
  const sql = `${withOrigin("games")} where t.id < ? and (? is null or t.job = ?) order by t.id desc limit ?`;
  const jobId = page.job ?? null;
  const rows = database.all(sql, page.before ?? Number.MAX_SAFE_INTEGER, jobId, jobId, page.limit);
  return rows.map((row) => gameOf(database, row));
}

/** A game with its moves, oldest first. */
export function game(database: Database, id: number): unknown {
  const row = database.one(`${withOrigin("games")} where t.id = ?`, id);
  if (row === undefined) return undefined;
  const moves = database.all(`${withOrigin("moves")} where t.game = ? order by t.block, t.log_index`, id);
  return {
    ...gameOf(database, row),
    moves: moves.map((move, index) => ({
      number: index + 1,
      side: move.side,
      type: move.type,
      summary: json(move.summary),
      sender: move.sender,
      gasUsed: move.gas_used,
      madeAt: move.timestamp,
      transaction: move.tx,
    })),
  };
}

/** Stake as the contract counts it: a slash takes locked stake first, then free, then unbonding. */
function stakeOf(entries: readonly Row[]): { staked: bigint; locked: bigint; unbonding: bigint } {
  const stake = { staked: 0n, locked: 0n, unbonding: 0n };
  for (const entry of entries) {
    const amount = BigInt(entry.amount!);
    if (entry.reason === "Deposited") stake.staked += amount;
    if (entry.reason === "Locked") stake.locked += amount;
    if (entry.reason === "Unlocked") stake.locked -= amount;
    if (entry.reason === "UnbondingStarted") stake.unbonding += amount;
    if (entry.reason === "Unbonded") {
      stake.staked -= amount;
      stake.unbonding -= amount;
    }
    if (entry.reason === "Slashed") {
      const locked = amount < stake.locked ? amount : stake.locked;
      stake.locked -= locked;
      stake.staked -= amount;
      const rest = stake.staked - stake.locked;
      if (stake.unbonding > rest) stake.unbonding = rest;
    }
  }
  return stake;
}

/** What an account has, is owed and has paid; by reason, in the token's smallest unit. */
export function balances(database: Database, account: string) {
  const sql = "select ledger, reason, amount from entries where account = ? order by block, log_index";
  const entries = database.all(sql, account.toLowerCase());
  const ledger = (name: string): Row[] => entries.filter((entry) => entry.ledger === name);
  const byReason = (rows: readonly Row[]): Record<string, bigint> => {
    const sums: Record<string, bigint> = {};
    for (const { reason, amount } of rows) sums[String(reason)] = (sums[String(reason)] ?? 0n) + BigInt(amount!);
    return sums;
  };
  const owed = (rows: readonly Row[]) => ({
    credit: rows.reduce((sum, { amount }) => sum + BigInt(amount!), 0n),
    byReason: byReason(rows),
  });
  return {
    account: account.toLowerCase(),
    stake: stakeOf(ledger("staking")),
    jobMarket: owed(ledger("jobMarket")),
    pinpoint: owed(ledger("pinpoint")),
    availability: owed(ledger("availability")),
    enrolled: ledger("draws").reduce((sum, { amount }) => sum + BigInt(amount!), 0n),
    paid: byReason(ledger("paid")),
  };
}
