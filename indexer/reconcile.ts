import { zeroAddress, type Address } from "viem";
import {
  expectedMove,
  finishedStatuses,
  payers,
  readAttestedSeats,
  readCredit,
  readGame,
  readGameCount,
  readJob,
  readJobCount,
  readStake,
  readVerifier,
  type Chain,
} from "../protocol/index.ts";
import type { Database } from "./database.ts";
import { balances, game, job, seatCounts } from "./queries.ts";

/** Blocks after its last event for which something finished is still compared. */
const comparedAfter = 64;

/** Blocks that are read again when the tables differ first; eight times as many each time that this did not help, and so anew after the first block. */
const firstSpan = 64;

const finished = finishedStatuses.map((status) => `'${status}'`).join(", ");
const comparedJobs = `select id from jobs where id not in (select job from job_changes where status in (${finished}))
  or id in (select job from job_changes where block > ?)`;
const comparedGames = `select id from games where id not in (select game from game_ends)
  or id in (select game from game_ends where block > ?)`;

/** What the index says of a job; absent until an event says it. */
interface Found {
  readonly status: string;
  readonly committed: number;
  readonly solver: string;
  readonly deadline: number;
  readonly windowEnd: number;
  readonly ended: boolean;
}

interface At {
  readonly blockNumber: bigint;
}

/**
 * Compares what the events made of the tables with the contracts' state at the index's last block: a node may leave out logs,
 * and says nothing of it.
 */
export class Reconciler {
  readonly #chain: Chain;
  readonly #database: Database;
  #span = firstSpan;

  constructor(chain: Chain, database: Database) {
    this.#chain = chain;
    this.#database = database;
  }

  /**
   * Forgets the last blocks where tables and state differ, so that they are read again; what differs, undefined where nothing does.
   * @param block the index's last, which is the chain's newest
   * Errors: those of `explainError`.
   */
  async look(block: number): Promise<string | undefined> {
    const difference = await this.#difference(block);
    if (difference === undefined) {
      this.#span = firstSpan;
      return undefined;
    }
    this.#database.run("delete from blocks where number > ?", block - this.#span);
    this.#span = this.#span > block ? firstSpan : this.#span * 8;
    return difference;
  }

  async #difference(block: number): Promise<string | undefined> {
    const at = { blockNumber: BigInt(block) };
    const [jobs, games] = await Promise.all([readJobCount(this.#chain, at), readGameCount(this.#chain, at)]);
    const known = this.#database.one(
      "select (select count(*) from jobs) as jobs, (select count(*) from games) as games",
    );
    const counts = differing("jobs and games", [Number(jobs), Number(games)], [known?.jobs, known?.games]);
    if (counts !== undefined) return counts;
    const since = block - comparedAfter;
    const ids = (sql: string): number[] => this.#database.all(sql, since).map(({ id }) => Number(id));
    const accounts = this.#database.all("select distinct account from entries where block > ?", since);
    const compared = await Promise.all([
      ...ids(comparedJobs).map((id) => this.#job(id, at)),
      ...ids(comparedGames).map((id) => this.#game(id, at)),
      ...accounts.map(({ account }) => this.#account(account as Address, at)),
    ]);
    return compared.find((difference) => difference !== undefined);
  }

  async #job(id: number, at: At): Promise<string | undefined> {
    const [{ status, committed, ...state }, attested] = await Promise.all([
      readJob(this.#chain, BigInt(id), at),
      readAttestedSeats(this.#chain, BigInt(id), at),
    ]);
    const found = job(this.#database, id) as Partial<Found> & Pick<Found, "status" | "committed">;
    const { solver = zeroAddress, deadline = 0, windowEnd = 0, ended = false } = found;
    const seats = seatCounts(this.#database, id);
    const places = [state.solver, Number(state.deadline), Number(state.windowEnd), state.ended, Number(attested), 0];
    const told = [found.status, found.committed, solver, deadline, windowEnd, ended, seats.attested, seats.untold];
    return differing(`job ${id}`, [status, committed, ...places], told);
  }

  async #game(id: number, at: At): Promise<string | undefined> {
    const { game: state } = await readGame(this.#chain, BigInt(id), at);
    const found = game(this.#database, id) as { outcome: string | null; moveCount: number };
    const outcome = expectedMove[state.phase] === null ? state.phase : null;
    return differing(`game ${id}`, [outcome, state.moves], [found.outcome, found.moveCount]);
  }

  async #account(account: Address, at: At): Promise<string | undefined> {
    const [{ staked, locked, unbonding }, { enrolled }, ...owed] = await Promise.all([
      readStake(this.#chain, account, at),
      readVerifier(this.#chain, account, at),
      ...payers.map((payer) => readCredit(this.#chain, payer, account, at)),
    ]);
    const found = balances(this.#database, account);
    const told = [found.stake.staked, found.stake.locked, found.stake.unbonding, found.enrolled];
    const credits = payers.map((payer) => found[payer].credit);
    return differing(account, [staked, locked, unbonding, enrolled, ...owed], [...told, ...credits]);
  }
}

function differing(what: string, state: readonly unknown[], told: readonly unknown[]): string | undefined {
  if (state.every((value, index) => value === told[index])) return undefined;
  return `The index has ${told.join(", ")} for ${what}, and the contracts ${state.join(", ")}`;
}
