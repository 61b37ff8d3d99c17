import {
  decodeAbiParameters,
  encodeFunctionData,
  toFunctionSelector,
  type Abi,
  type AbiParameter,
  type Address,
  type Hex,
} from "viem";
import { demandStatuses, outcomes, phases, statuses } from "../../../protocol/index.ts";
import { request, type Target, type World } from "../support/world.ts";
import type { Account, Demand, Game, Job, State } from "./model/state.ts";

const gas = "0x2dc6c0";

/** The contracts of a world as a history calls them. */
export class Chain {
  readonly world: World;
  readonly accounts: readonly Address[];
  readonly #census: Target;
  /** Names of custom errors by their selectors. */
  readonly #errors: ReadonlyMap<string, string>;

  private constructor(world: World, accounts: readonly Address[], census: Target) {
    this.world = world;
    this.accounts = accounts;
    this.#census = census;
    const { token, staking, market, pinpoint, verification, availability, registry } = world;
    const abis: Abi[] = [token, staking, market, pinpoint, verification, availability, registry].map(({ abi }) => abi);
    const errors = abis.flat().filter((item) => item.type === "error");
    this.#errors = new Map(errors.map(({ name, inputs }) => [selectorOf(name, inputs), name]));
  }

  static async create(world: World, accounts: readonly Address[]): Promise<Chain> {
    const { token, staking, market, pinpoint, verification, availability, registry } = world;
    const parts = [token, staking, market, pinpoint, verification, availability, registry].map(
      ({ address }) => address,
    );
    return new Chain(world, accounts, await world.deploy("Census", ...parts));
  }

  /** One transaction in a block of this time; "done", or the name of the error that it reverts with. */
  async send(from: Address, target: Target, name: string, args: readonly unknown[], at: bigint): Promise<string> {
    const data = encodeFunctionData({ abi: target.abi, functionName: name, args });
    await request("evm_setNextBlockTimestamp", [`0x${at.toString(16)}`]);
    try {
      await request("eth_sendTransaction", [{ from, to: target.address, data, gas }]);
      return "done";
    } catch (error) {
      return this.#nameOf(error);
    }
  }

  #nameOf(error: unknown): string {
    interface Cause {
      readonly data?: string | { readonly data?: string };
      readonly cause?: Cause;
    }
    for (let cause = error as Cause | undefined; cause !== undefined; cause = cause.cause) {
      const hex = typeof cause.data === "string" ? cause.data : cause.data?.data;
      if (hex !== undefined && hex.length >= 10) return this.#errors.get(hex.slice(0, 10)) ?? hex;
    }
    throw error;
  }

  /** Everything that the contracts hold, as the words of `Census.words`. */
  async words(state: State): Promise<string> {
    const data = encodeFunctionData({
      abi: this.#census.abi,
      functionName: "words",
      args: [this.accounts, askedOf(state)],
    });
    const answer = await request<Hex>("eth_call", [{ to: this.#census.address, data }, "latest"]);
    return decodeAbiParameters([{ type: "bytes" }], answer)[0].slice(2);
  }
}

function selectorOf(name: string, inputs: readonly AbiParameter[]): string {
  return toFunctionSelector({ type: "function", name, inputs, outputs: [], stateMutability: "view" });
}

/** The seats and accusations of a state, in one order. */
function askedOf(state: State) {
  const zero = `0x${"00".repeat(20)}` as const;
  return [...state.segments].flatMap(([key, { seats }]) => {
    const [jobId, k] = key.split("/");
    const place = { jobId: BigInt(jobId!), k: Number(k) };
    return [...seats].flatMap(([account, { accusations }]) => [
      { ...place, account, accuser: zero },
      ...[...accusations.keys()].map((accuser) => ({ ...place, account, accuser })),
    ]);
  });
}

function word(value: bigint | number | boolean | string): string {
  if (typeof value === "string") return value.slice(2).toLowerCase().padStart(64, "0");
  return BigInt(value).toString(16).padStart(64, "0");
}

const accountWords = (a: Account) => [
  a.tokens,
  a.staked,
  a.locked,
  a.unbonding,
  a.unbondedAt,
  a.enrolled,
  a.reserved,
  a.secretsAt,
  a.marketCredit,
  a.gameCredit,
  a.demandCredit,
];

function jobWords(state: State, job: Job, id: bigint) {
  const { status, checkpoints, committed, convictedCheckpoint, openGames, ended, submitter, solver } = job;
  const model = state.models.get(id) ?? { steps: 0n, generation: 0, parent: 0n };
  return [
    statuses.indexOf(status),
    checkpoints,
    committed,
    convictedCheckpoint,
    openGames,
    ended,
    submitter,
    solver,
    job.unitPrice,
    job.attested,
    job.openedAt,
    job.deadline,
    job.snapshotAt,
    job.windowEnd,
    job.drawBlock,
    model.steps,
    model.generation,
    model.parent,
  ];
}

const gameWords = (g: Game) => [
  phases.indexOf(g.phase),
  g.moves,
  g.lastMoveAt,
  g.defenderClock,
  g.challengerClock,
  g.defenderGas,
  g.challengerGas,
  g.refunded,
  g.challenger,
  g.defender,
  g.job,
  g.checkpoint,
];

const demandWords = (d: Demand) => [
  demandStatuses.indexOf(d.status),
  d.answerBy,
  d.demander,
  d.job,
  d.checkpoint,
  d.chunk,
];

/** The same words of the model's state. */
export function wordsOf(state: State): string {
  const rows: (readonly (bigint | number | boolean | string)[])[] = [
    [state.jobs.length, state.games.length, state.demands.length, state.pool, state.burned],
    ...[...state.accounts.values()].map(accountWords),
    ...state.jobs.map((job, i) => jobWords(state, job, BigInt(i + 1))),
    ...state.games.map(gameWords),
    ...state.demands.map(demandWords),
  ];
  for (const { seats, failed } of state.segments.values()) {
    for (const seat of seats.values()) {
      const { seal, attested, revealed, forced, accusations, catches, jackpot, root, truthHash, truth } = seat;
      const outcome = outcomes.indexOf(seat.outcome);
      rows.push([seal, attested, revealed, forced, accusations.size, catches, outcome]);
      rows.push([jackpot, root, truthHash, truth, seats.size, failed.length]);
      for (const { seal: sealed, proved, closed } of accusations.values()) rows.push([sealed, proved, closed]);
    }
  }
  return rows.flat().map(word).join("");
}

/** Names of the words, to say which one differs. */
export function nameOfWord(state: State, index: number): string {
  const names = ["jobs", "games", "demands", "pool", "burned"];
  const account =
    "tokens staked locked unbonding unbondedAt enrolled reserved secretsAt marketCredit gameCredit demandCredit";
  const job =
    "status checkpoints committed convictedCheckpoint openGames ended submitter solver unitPrice attested openedAt deadline snapshotAt windowEnd drawBlock model.steps model.generation model.parent";
  const game =
    "phase moves lastMoveAt defenderClock challengerClock defenderGas challengerGas refunded challenger defender job checkpoint";
  const add = (owner: string, list: string) => names.push(...list.split(" ").map((name) => `${owner} ${name}`));
  [...state.accounts.keys()].forEach((_address, i) => add(`account ${i}`, account));
  state.jobs.forEach((_job, i) => add(`job ${i + 1}`, job));
  state.games.forEach((_game, i) => add(`game ${i + 1}`, game));
  state.demands.forEach((_demand, i) => add(`demand ${i + 1}`, "status answerBy demander job checkpoint chunk"));
  return names[index] ?? `word ${index - names.length} of seats`;
}
