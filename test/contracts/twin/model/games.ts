import type { Address, Hex } from "viem";
import { expectedMove, type Phase } from "../../../../protocol/index.ts";
import { convict } from "./market.ts";
import { accountOf, jobOf, most, require, segmentOf, type Game, type Job, type State } from "./state.ts";

const timeoutGas = 250_000n;
const refundedGames = 16;

/** What a challenger puts up. */
export function bondOf({ terms }: Job): bigint {
  return (BigInt(terms.gasCap) + timeoutGas) * terms.gasRate + terms.replayCompensation;
}

function segmentSteps({ terms }: Job, k: number): number {
  return Math.min(terms.interval, terms.steps - k * terms.interval);
}

/** What the mover reveals or picks next, in games of programs with one state and segments of the grid 1. */
const next: Partial<Record<Phase, Phase>> = {
  GridReveal: "GridPick",
  GridPick: "TraceReveal",
  TraceReveal: "SidePick",
  SidePick: "TensorReveal",
  TensorReveal: "ChunkReveal",
  ChunkReveal: "Judgement",
};

export function open(
  state: State,
  caller: Address,
  { id, k, endRoot, proposed }: { id: bigint; k: number; endRoot: Hex; proposed: Hex },
): void {
  const job = jobOf(state, id);
  require(job !== undefined && (job.status === "Running" || job.status === "Closing"), "WrongStatus");
  require(job.status === "Running" || state.now < job.windowEnd, "TooLate");
  require(k < job.committed, "NotCommitted");
  require(endRoot === job.roots[k], "WrongEndRoot");
  require(proposed !== endRoot, "NothingDisputed");
  const account = accountOf(state, caller);
  require(account.tokens >= bondOf(job), "ERC20InsufficientBalance");
  account.tokens -= bondOf(job);
  const refunded = job.games++ < refundedGames;
  if (refunded) job.refundable++;
  job.openGames++;
  segmentOf(state, id, k).challengers.add(caller);
  state.games.push({
    job: id,
    checkpoint: k,
    challenger: caller,
    defender: job.solver,
    refunded,
    phase: segmentSteps(job, k) === 1 ? "TraceReveal" : "GridReveal",
    moves: 0,
    lastMoveAt: state.now,
    defenderClock: BigInt(job.terms.clock),
    challengerClock: BigInt(job.terms.clock),
    defenderGas: 0n,
    challengerGas: 0n,
  });
}

const isOver = (phase: Phase): boolean => expectedMove[phase] === null;

/** The side to move. */
export function sideOf({ phase }: Game): "defender" | "challenger" {
  return expectedMove[phase]!.side;
}

/**
 * The right move of the phase `made`.
 * @param samePosition whether it names the game's position
 * @param sameRoots whether it names the game's roots
 * @param fits whether what it reveals is what was committed
 */
export function move(
  state: State,
  caller: Address,
  {
    id,
    made,
    samePosition,
    sameRoots,
    fits,
  }: { id: bigint; made: Phase; samePosition: boolean; sameRoots: boolean; fits: boolean },
): void {
  const game = state.games[Number(id) - 1]!;
  require(game.phase === made, "WrongPhase");
  const side = sideOf(game);
  require(caller === game[side], "NotMover");
  const job = jobOf(state, game.job)!;
  require(job.status !== "Convicted", "GameIsVoid");
  require(samePosition, "WrongPosition");
  require(sameRoots, "WrongRoots");
  const elapsed = state.now - game.lastMoveAt;
  require(elapsed <= game[`${side}Clock`], "ClockExpired");
  require(fits, "RootMismatch");
  game[`${side}Clock`] -= elapsed;
  game.lastMoveAt = state.now;
  game.moves++;
  // Caps of these histories are below what any move costs.
  game[`${side}Gas`] = BigInt(job.terms.gasCap);
  const judged = state.verdict === "DefenderWrong" ? "ChallengerWon" : "DefenderWon";
  game.phase = next[game.phase] ?? judged;
  if (isOver(game.phase)) return finish(state, game, undefined);
  const clock = `${sideOf(game)}Clock` as const;
  game[clock] = most(game[clock], BigInt(job.terms.extension));
}

export function timeout(state: State, caller: Address, id: bigint): void {
  const game = state.games[Number(id) - 1];
  require(game !== undefined, "UnknownGame");
  require(!isOver(game.phase), "GameFinished");
  require(jobOf(state, game.job)!.status !== "Convicted", "GameIsVoid");
  const side = sideOf(game);
  require(state.now - game.lastMoveAt > game[`${side}Clock`], "ClockRunning");
  game.phase = side === "defender" ? "ChallengerWon" : "DefenderWon";
  finish(state, game, caller);
}

export function reclaim(state: State, _caller: Address, id: bigint): void {
  const game = state.games[Number(id) - 1];
  require(game !== undefined, "UnknownGame");
  require(!isOver(game.phase), "GameFinished");
  const job = jobOf(state, game.job)!;
  require(job.status === "Convicted", "GameNotVoid");
  game.phase = "Void";
  const gas = game.refunded ? game.challengerGas * job.terms.gasRate : 0n;
  const kept = game.refunded ? BigInt(job.terms.gasCap) * job.terms.gasRate : 0n;
  if (game.refunded) job.refundable--;
  accountOf(state, game.challenger).gameCredit += bondOf(job) + gas;
  state.burned += kept - gas;
}

/** Who is paid, out of what. @param caller of a timeout */
function finish(state: State, game: Game, caller: Address | undefined): void {
  const job = jobOf(state, game.job)!;
  const { terms } = job;
  const tip = caller === undefined ? 0n : timeoutGas * terms.gasRate;
  if (caller !== undefined) accountOf(state, caller).gameCredit += tip;
  if (game.refunded) job.refundable--;
  job.openGames--;
  if (game.phase === "DefenderWon") {
    const paid = game.defenderGas * terms.gasRate + terms.replayCompensation;
    accountOf(state, game.defender).gameCredit += paid;
    state.burned += bondOf(job) - paid - tip;
    return;
  }
  const gas = game.challengerGas * terms.gasRate;
  accountOf(state, game.challenger).gameCredit += bondOf(job) + gas;
  payBounty(state, game, terms.bounty);
  convict(state, job, game.checkpoint, gas + terms.bounty + tip + reserveOf(job));
}

/** To the seats that attested failure in equal parts, what the division leaves (or all) to the challenger. */
function payBounty(state: State, { job, checkpoint, challenger }: Game, bounty: bigint): void {
  const { failed } = segmentOf(state, job, checkpoint);
  const part = failed.length === 0 ? 0n : bounty / BigInt(failed.length);
  for (const address of failed) accountOf(state, address).gameCredit += part;
  accountOf(state, challenger).gameCredit += bounty - part * BigInt(failed.length);
}

/** What is kept for the gas of void games. */
function reserveOf({ terms, refundable }: Job): bigint {
  return BigInt(refundable) * BigInt(terms.gasCap) * terms.gasRate;
}

/** A conviction without a game: the caller gets a tip, nobody a bounty. */
export function forfeitJob(state: State, caller: Address, job: Job, k: number): void {
  const tip = timeoutGas * job.terms.gasRate;
  accountOf(state, caller).gameCredit += tip;
  convict(state, job, k, tip + reserveOf(job));
}

export function withdrawGames(state: State, caller: Address): void {
  const account = accountOf(state, caller);
  require(account.gameCredit > 0n, "NothingOwed");
  account.tokens += account.gameCredit;
  account.gameCredit = 0n;
}
