import type { Address } from "viem";
import { toHex } from "../../common/index.ts";
import { defenderMove } from "../../dispute/index.ts";
import type { State } from "../../engine/index.ts";
import {
  acceptJob,
  commitCheckpoint,
  makeMove,
  openDrawnState,
  settleJob,
  timeoutGame,
  type Call,
} from "../../protocol/index.ts";
import type { Claims } from "../course.ts";
import type { Look, Party } from "../party.ts";
import type { GameState } from "../record.ts";
import type { Sending } from "../sending.ts";

/** Between two commitments. UNITS: seconds. */
const trainingSeconds = 3_600;

/** Trains a job, commits, serves his states, opens what is drawn, defends what he claimed. What he claims need not be true. */
export class Solver implements Party {
  readonly account: Address;
  readonly jobId: bigint;
  readonly claims: Claims;
  readonly #committed = new Set<number>();
  /** A segment in dispute is executed once more, since nobody keeps the traces of all steps. */
  readonly #defended = new Set<number>();

  constructor(account: Address, jobId: bigint, claims: Claims) {
    this.account = account;
    this.jobId = jobId;
    this.claims = claims;
  }

  get executed(): number {
    return [...this.#committed].filter((k) => this.claims.trained(k)).length + this.#defended.size;
  }

  /** The state before segment k, as he serves it to whoever asks; undefined where he does not. */
  serve(k: number): State | undefined {
    return this.claims.before(k);
  }

  async act(look: Look): Promise<readonly Sending[]> {
    const calls = [...this.calls(look)].map((call): Sending => ({ from: this.account, call }));
    return [...calls, ...this.#moves(look)];
  }

  wakes({ job }: Look): readonly number[] {
    const last = job.last("CheckpointCommitted")?.time;
    return job.status === "Running" && last !== undefined ? [last + trainingSeconds] : [];
  }

  /** All that is no move. */
  protected *calls(look: Look): Iterable<Call> {
    const { chain, job } = look;
    if (job.status === "Open") {
      const { termsHash } = job.last("JobSubmitted")!.args;
      yield acceptJob(chain.deployment, this.jobId, termsHash, "http://127.0.0.1/");
    }
    if (job.status === "Running") yield* this.commit(look);
    if (job.part === "Open") yield* this.open(look);
    const over = job.status === "Closing" && job.now >= job.windowEnd && job.games.length === 0;
    if (over) yield settleJob(chain.deployment, this.jobId);
  }

  protected *commit({ chain, job }: Look): Iterable<Call> {
    const k = job.committed;
    const last = job.last("CheckpointCommitted")?.time ?? 0;
    if (k >= this.claims.executions.length || job.now < last + trainingSeconds) return;
    const { roots, segment } = this.claims.executions[k]!;
    const { termsHash } = job.last("JobSubmitted")!.args;
    this.#committed.add(k);
    yield commitCheckpoint(chain.deployment, this.jobId, termsHash, k, roots.at(-1)!, toHex(segment.root));
  }

  /** The drawn states of the segments that somebody attested. */
  protected *open({ chain, job }: Look): Iterable<Call> {
    for (const k of job.drawn) {
      if (job.opened(k) !== undefined || job.last("Attested", { k }) === undefined) continue;
      const { onGrid, segment } = this.claims.executions[k]!;
      const { index } = job.place(k);
      const proof = segment.proof(index).map((node) => toHex(node));
      yield openDrawnState(chain.deployment, this.jobId, k, onGrid[index]!, proof);
    }
  }

  /** Whether he moves now, where it is his turn. */
  protected moves(_look: Look, _game: GameState): boolean {
    return true;
  }

  *#moves(look: Look): Iterable<Sending> {
    const { chain, job } = look;
    if (job.finished) return;
    for (const state of job.games) {
      const { side, until } = job.toMove(state);
      if (side === "challenger") {
        if (job.now > until) yield { from: this.account, call: timeoutGame(chain.deployment, state.id) };
        continue;
      }
      if (job.now > until || !this.moves(look, state)) continue;
      this.#defended.add(state.k);
      const move = defenderMove(state.game, this.claims.executions[state.k]!);
      const call = makeMove(chain.deployment, state.id, this.jobId, state.game, move);
      yield { from: this.account, call, move: { gameId: state.id, move } };
    }
  }
}
