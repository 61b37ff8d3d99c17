import { isAddressEqual, zeroAddress } from "viem";
import { OperatorError, TransientError } from "../common/index.ts";
import type { Divergence } from "../dispute/index.ts";
import {
  expectedMove,
  finishedStatuses,
  gameRecord,
  makeMove,
  positionOf,
  readClaim,
  readGame,
  readGameCount,
  readJob,
  readJobCount,
  reasons,
  settleJob,
  timeoutGame,
  verdicts,
  expireJob,
  type Game,
  type GameRecord,
  type GameView,
  type Job,
  type RecordedMove,
  type Side,
} from "../protocol/index.ts";
import type { ChosenMove, MoveTask } from "./compute/messages.ts";
import { crashPoint } from "./crash-point.ts";
import type { Session } from "./session.ts";
import { Unfinished } from "./unfinished.ts";
import type { Head } from "./watcher.ts";

/** Every job that is not finished, block by block. */
export function unfinishedJobs({ chain }: Session): Unfinished<Job> {
  return new Unfinished({
    count: () => readJobCount(chain),
    read: (id) => readJob(chain, id),
    finished: ({ status }) => finishedStatuses.includes(status),
  });
}

/** Every game that is not finished, block by block. */
export function unfinishedGames({ chain }: Session): Unfinished<GameView> {
  return new Unfinished({
    count: () => readGameCount(chain),
    read: (id) => readGame(chain, id),
    finished: isFinished,
  });
}

/** Whether a game waits for nothing any more. */
export function isFinished({ game }: GameView): boolean {
  return game.phase !== "None" && expectedMove[game.phase] === null;
}

/** Whether another game convicted the job of a running game. A job leaves `jobs` only some time after it is finished. */
export function isVoid(view: GameView, jobs: readonly Job[]): boolean {
  const job = jobs.find(({ id }) => id === view.jobId);
  return !isFinished(view) && (job === undefined || job.status === "Convicted");
}

/** The games in which a move may still be made or an end be told. */
export function playable(games: readonly GameView[], jobs: readonly Job[]): GameView[] {
  return games.filter((view) => !isVoid(view, jobs));
}

export function sameAddress(a: string, b: string): boolean {
  return isAddressEqual((a || zeroAddress) as `0x${string}`, (b || zeroAddress) as `0x${string}`);
}

/** Seconds that the side to move has left; negative when its time is over. */
function secondsLeft(view: GameView, side: Side, { timestamp }: Head): number {
  const clock = side === "defender" ? view.defenderClock : view.challengerClock;
  return clock - Number(timestamp - view.lastMoveAt);
}

/** What both sides execute. */
type Executed = Pick<MoveTask, "segment" | "flip">;

export interface PlayOptions {
  readonly session: Session;
  readonly side: Side;
  /** What our own execution of a job's segments flips. */
  readonly flip?: (jobId: bigint) => Promise<Divergence | undefined>;
}

/** Games of this account as one side: moves when it is its turn, ends games whose other side is out of time. */
export class Play {
  readonly #options: PlayOptions;

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  /** Starts what a game calls for. Games of other accounts are left alone. */
  tend(view: GameView, head: Head): void {
    const { session, side } = this.#options;
    const own = side === "defender" ? view.defender : view.challenger;
    if (!sameAddress(own, session.address) || view.game.phase === "None") return;
    const { id, game } = view;
    const expected = expectedMove[game.phase];
    if (expected === null) session.tasks.start(`verdict/${id}`, () => this.#tell(view));
    else if (expected.side === side) session.tasks.start(`move/${id}/${game.moves}`, () => this.#move(view));
    else if (secondsLeft(view, expected.side, head) < 0) {
      session.tasks.start(`timeout/${id}`, () => this.#timeout(view));
    }
  }

  async #move(view: GameView): Promise<void> {
    const { session, side, flip } = this.#options;
    const { chain, transactions, log } = session;
    const { id, jobId, checkpoint } = view;
    const { endRoot: _end, segmentRoot: _segment, ...segment } = await readClaim(chain, jobId, checkpoint);
    const task = { segment, flip: await flip?.(jobId) };
    const chosen = await (side === "defender" ? this.#defend(view, task) : this.#challenge(view, task));
    if (chosen === undefined) return;
    const { game, move } = chosen;
    crashPoint("move-chosen");
    const call = makeMove(chain.deployment, id, jobId, game, move);
    const outcome = await transactions.perform({ key: `move/${id}/${game.moves}`, call });
    const facts = { game: String(id), job: String(jobId), checkpoint, side, move: move.type, number: game.moves };
    if (outcome.kind === "refused") throw outcome.refusal;
    if (outcome.kind !== "mined") throw new TransientError("move-lost", `The move was ${outcome.kind}.`, facts);
    const gas = Number(outcome.receipt.gasUsed);
    if (!outcome.made) return;
    crashPoint("moved");
    session.metrics.moves.inc({ side, move: move.type });
    log.info({ event: "moved", ...facts, phase: game.phase, gas }, `Game ${id}: ${side} ${move.type}`);
  }

  /** The defender's move, by the roots of his own execution. */
  async #defend(view: GameView, task: Executed): Promise<ChosenMove> {
    const chosen = await this.#options.session.compute.move({ ...task, side: "defender", game: view.game });
    if (this.#stands(view, chosen.game)) return chosen;
    const { id, jobId, checkpoint } = view;
    const message = `Game ${id}: the segment as it was executed here is not the one in dispute, so no move of it would be accepted. Look whether another data directory or another solver made the commitment.`;
    throw new OperatorError("other-execution", message, { game: String(id), job: String(jobId), checkpoint });
  }

  /** The challenger's move, by what the logs tell; undefined where that is not the game as it stands. */
  async #challenge(view: GameView, task: Executed): Promise<ChosenMove | undefined> {
    const { chain, compute, log } = this.#options.session;
    const { id } = view;
    const { game, moves } = await gameRecord(chain, id);
    if (this.#stands(view, game)) {
      const history = moves.map(({ side, before, move }): RecordedMove => ({ side, before, move }));
      return compute.move({ ...task, side: "challenger", game, history });
    }
    // It moved on meanwhile, or the node left logs out: the next block asks again, without the pause after a failure.
    const counts = { game: String(id), moves: view.game.moves, told: moves.length };
    log.warn(
      { event: "history-short", ...counts },
      `Game ${id}: the logs tell ${moves.length} of ${view.game.moves} moves`,
    );
    return undefined;
  }

  /** Whether these are the roots of the game: its position binds them. */
  #stands({ id, jobId, position }: GameView, game: Game): boolean {
    return positionOf(this.#options.session.chain.deployment, id, jobId, game) === position;
  }

  async #timeout({ id }: GameView): Promise<void> {
    const { chain, transactions, log } = this.#options.session;
    const outcome = await transactions.perform({ key: `timeout/${id}`, call: timeoutGame(chain.deployment, id) });
    if (outcome.kind === "refused") throw outcome.refusal;
    if (outcome.kind === "mined")
      log.info({ event: "timeout", game: String(id) }, `Game ${id}: the other side is out of time`);
  }

  /** Logs how a game ended, once, over restarts too. */
  async #tell(view: GameView): Promise<void> {
    const { session, side, flip } = this.#options;
    const { chain, journal, log } = session;
    const { id, jobId, checkpoint, game } = view;
    if (journal.kept(`told/${id}`) === game.phase) return;
    const facts = { game: String(id), job: String(jobId), checkpoint, phase: game.phase, moves: game.moves };
    const judgement = judgementIn(await gameRecord(chain, id));
    log.info({ event: "verdict", ...facts, step: game.firstStep, ...judgement }, `Game ${id}: ${game.phase}`);
    journal.keep(`told/${id}`, game.phase);
    const outcome = outcomeFor(side, game.phase);
    session.metrics.verdicts.inc({ outcome });
    // Who flips bits is meant to lose.
    if (outcome === "lost" && (await flip?.(jobId)) === undefined) session.breaker.lost(id);
  }
}

function outcomeFor(side: Side, phase: GameView["game"]["phase"]): "won" | "lost" | "void" {
  if (phase === "Void") return "void";
  return (phase === "ChallengerWon") === (side === "challenger") ? "won" : "lost";
}

/** What the arbiter said, in words; nothing where a clock ended the game. */
function judgementIn({ events }: GameRecord): object {
  const judged = events.find((event) => event.eventName === "Judged");
  if (judged === undefined) return {};
  const { operator, element, verdict, reason, claimed, expected } = judged.args;
  return { operator, element: String(element), verdict: verdicts[verdict], reason: reasons[reason], claimed, expected };
}

/** Ends jobs whose time has come: expires them after the deadline, settles them after the window. */
export class Endings {
  readonly #session: Session;
  readonly #patience: number;
  /** Rounds in which each job was seen due. */
  readonly #due = new Map<string, number>();

  /** @param patience rounds that are left to others first: two who end a job at once pay for one transaction that reverts */
  constructor(session: Session, patience = 0) {
    this.#session = session;
    this.#patience = patience;
  }

  tend(job: Job, { timestamp }: Head): void {
    const { chain, tasks } = this.#session;
    const late = job.status === "Running" && timestamp > job.deadline;
    const over = job.status === "Closing" && timestamp >= job.windowEnd && job.openGames === 0;
    const key = `${late ? "expire" : "settle"}/${job.id}`;
    if (!late && !over) return;
    const rounds = this.#due.get(key) ?? 0;
    this.#due.set(key, rounds + 1);
    if (rounds < this.#patience) return;
    const [event, call] = late
      ? (["expired", expireJob(chain.deployment, job.id)] as const)
      : (["settled", settleJob(chain.deployment, job.id)] as const);
    tasks.start(key, () => end(this.#session, job, event, call));
  }
}

async function end(
  session: Session,
  { id }: Job,
  event: "expired" | "settled",
  call: ReturnType<typeof settleJob>,
): Promise<void> {
  const outcome = await session.transactions.perform({ key: `${event}/${id}`, call });
  // Whoever was faster has done the same.
  if (outcome.kind === "refused" && outcome.refusal.code !== "reverted-wrong-status") throw outcome.refusal;
  if (outcome.kind === "mined") session.log.info({ event, job: String(id) }, `Job ${id}: ${event}`);
}
