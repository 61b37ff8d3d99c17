import type { Address, Hex } from "viem";
import {
  drawnState,
  expectedMove,
  isSeatDrawn,
  isSegmentDrawn,
  partOf,
  partStart,
  segmentOf,
  statuses,
  type Claim,
  type Part,
  type Side,
  type Status,
  type Terms,
} from "../protocol/index.ts";
import type { ChainRecord, GameState } from "./record.ts";
import type { Entry } from "./sending.ts";

/** What a verifier had enrolled when the draw was settled. */
export type Weights = ReadonlyMap<string, { readonly weight: bigint; readonly total: bigint }>;

/** A seat as the record shows it. */
export interface SeatView {
  readonly sealed: Entry | undefined;
  readonly attested: Entry | undefined;
  readonly revealed: Entry | undefined;
  readonly closed: Entry | undefined;
}

/** A job as everybody sees it before a block. All of it follows from what the contracts said. */
export class JobView {
  readonly record: ChainRecord;
  readonly id: bigint;
  readonly terms: Terms;
  /** Time of the block to come. UNITS: seconds since the epoch. */
  readonly now: number;
  /** Number of the newest block. */
  readonly height: bigint;
  readonly #weights: Weights;

  constructor(
    record: ChainRecord,
    id: bigint,
    terms: Terms,
    at: { readonly now: number; readonly height: bigint; readonly weights: Weights },
  ) {
    this.record = record;
    this.id = id;
    this.terms = terms;
    this.now = at.now;
    this.height = at.height;
    this.#weights = at.weights;
  }

  last(name: string, args: Partial<Entry["args"]> = {}): Entry | undefined {
    return this.record.last(name, { jobId: this.id, ...args });
  }
  all(name: string, args: Partial<Entry["args"]> = {}): readonly Entry[] {
    return this.record.all(name, { jobId: this.id, ...args });
  }

  get status(): Status {
    if (this.last("JobConvicted") !== undefined) return "Convicted";
    const settled = this.last("JobSettled");
    if (settled !== undefined) return statuses[settled.args.status]!;
    if (this.closing !== undefined) return "Closing";
    if (this.last("JobAccepted") !== undefined) return "Running";
    return this.last("JobSubmitted") === undefined ? "None" : "Open";
  }

  get finished(): boolean {
    return !["None", "Open", "Running", "Closing"].includes(this.status);
  }

  get committed(): number {
    return this.all("CheckpointCommitted").length;
  }

  get closing(): Entry | undefined {
    return this.last("JobClosing") ?? this.last("JobExpired");
  }

  get closedAt(): number {
    return this.closing?.time ?? Number.POSITIVE_INFINITY;
  }

  get windowEnd(): number {
    return this.closedAt + this.terms.window;
  }

  /** When the last commitment was made that did not close the job, or the job was accepted. */
  get snapshotAt(): number {
    const closedAt = this.last("JobClosing") === undefined ? undefined : this.closedAt;
    const before = this.all("CheckpointCommitted").filter(({ time }) => time !== closedAt);
    return before.at(-1)?.time ?? this.last("JobAccepted")?.time ?? 0;
  }

  /** The word that draws, once it is recorded. */
  get word(): Hex | undefined {
    const target = this.closing?.args.drawBlock;
    return target === undefined ? undefined : this.record.last("WordRecorded", { target })?.args.word;
  }

  get part(): Part {
    if (this.status !== "Closing") return "None";
    return partOf(this.now - this.closedAt, this.terms.window);
  }

  /** First second of a part. */
  startOf(part: Exclude<Part, "None">): number {
    return this.closedAt + partStart(part, this.terms.window);
  }

  get drawn(): readonly number[] {
    const { word, committed } = this;
    if (word === undefined) return [];
    const sampling = { committed, draws: Math.min(this.terms.draws, committed) };
    return Array.from({ length: committed }, (_, k) => k).filter((k) => isSegmentDrawn(word, this.id, k, sampling));
  }

  /** Whether a draw gives an account a seat on a drawn segment. */
  eligible(k: number, account: Address): boolean {
    const weights = this.#weights.get(account.toLowerCase());
    if (this.word === undefined || weights === undefined) return false;
    return isSeatDrawn(this.word, this.id, k, account, { ...weights, attestors: this.terms.attestors });
  }

  /** Place of the drawn state of a segment on its grid. */
  place(k: number): { readonly index: number; readonly states: number } {
    const { steps } = segmentOf(this.terms, k);
    return drawnState(this.word!, this.id, k, { steps, grid: this.terms.grid });
  }

  /** The opened state of a segment; its end where none is drawn. */
  opened(k: number): Hex | undefined {
    const { index, states } = this.place(k);
    return index + 1 === states ? this.claim(k).endRoot : this.last("StateOpened", { k })?.args.root;
  }

  seat(k: number, verifier: Address): SeatView {
    const of = (name: string): Entry | undefined => this.last(name, { k, verifier });
    return { sealed: of("Sealed"), attested: of("Attested"), revealed: of("SecretRevealed"), closed: of("SeatClosed") };
  }

  claim(k: number): Claim {
    const { programRoot, datasetRoot, seed, order, grid } = this.terms;
    const at = (n: number): Entry["args"] => this.last("CheckpointCommitted", { k: n })!.args;
    const startRoot = k === 0 ? this.terms.initialStateRoot : at(k - 1).stateRoot;
    const { stateRoot: endRoot, segmentRoot } = at(k);
    const cut = { ...segmentOf(this.terms, k), grid, seed, order };
    return { programRoot, datasetRoot, startRoot, endRoot, segmentRoot, ...cut };
  }

  /** Its games that somebody has to move in. */
  get games(): readonly GameState[] {
    return [...this.record.games.values()].filter(
      ({ jobId, game }) => jobId === this.id && expectedMove[game.phase] !== null,
    );
  }

  /** Whose move it is, and the last second in which he may make it. */
  toMove({ game, clocks, lastMoveAt }: GameState): { readonly side: Side; readonly until: number } {
    const { side } = expectedMove[game.phase]!;
    return { side, until: lastMoveAt + clocks[side] };
  }

  /** Times at which something may be done that may not be done before. */
  get turns(): readonly number[] {
    const deadline = this.last("CheckpointCommitted")?.time ?? this.last("JobAccepted")?.time;
    const games = this.games.map((game) => this.toMove(game).until + 1);
    const heartbeat = deadline === undefined ? [] : [deadline + this.terms.heartbeat + 1];
    if (this.closing === undefined) return [...games, ...heartbeat];
    const parts = (["Attest", "Accuse", "Open", "Prove", "Rest"] as const).map((part) => this.startOf(part));
    return [...games, ...parts, this.windowEnd];
  }
}
