import type { SQLInputValue } from "node:sqlite";
import { DefectError } from "../common/index.ts";
import { creditReasons, orderOf, outcomes, phases, reasons, statuses, verdicts } from "../protocol/index.ts";
import type { Database } from "./database.ts";
import type { ChainEvent, Sent } from "./events.ts";

/** JSON with bigints as decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? String(member) : member));
}

type EventOf<C extends ChainEvent["contract"]> = Extract<ChainEvent, { contract: C }>;

/** Writes what one event says; every row carries the event's place, so that it goes with it. */
class Recorder {
  readonly #database: Database;
  readonly #place: readonly [number, number];

  constructor(database: Database, event: ChainEvent) {
    this.#database = database;
    this.#place = [Number(event.blockNumber), event.logIndex];
  }

  row(table: string, ...values: SQLInputValue[]): void {
    const all = [...values, ...this.#place];
    this.#database.run(`insert into ${table} values (${all.map(() => "?").join(", ")})`, ...all);
  }

  /** A signed change of what an account has in a ledger. UNITS: the token's smallest. */
  entry(account: string, ledger: string, reason: string, amount: bigint, subject: bigint | null = null): void {
    this.row("entries", account.toLowerCase(), ledger, reason, String(amount), subject);
  }

  change(job: bigint, status: string, detail: Readonly<Record<string, unknown>>): void {
    this.row("job_changes", job, status, toJson(detail));
  }
}

function recordMarket(recorder: Recorder, event: EventOf<"jobMarket">): void {
  switch (event.eventName) {
    case "JobSubmitted": {
      const { jobId, submitter, termsHash, escrow, checkpoints, terms } = event.args;
      const readable = { ...terms, order: orderOf(terms.order) };
      recorder.row("jobs", jobId, submitter, termsHash, String(escrow), checkpoints, toJson(readable));
      recorder.change(jobId, "Open", {});
      return recorder.entry(submitter, "paid", "Escrow", escrow, jobId);
    }
    case "JobAccepted": {
      const { jobId, solver, unitPrice, deadline, uri } = event.args;
      return recorder.change(jobId, "Running", { solver, unitPrice, deadline: Number(deadline), uri });
    }
    case "JobEnded":
      return recorder.change(event.args.jobId, "Running", { ended: true, deadline: Number(event.args.deadline) });
    case "JobCancelled":
      return recorder.change(event.args.jobId, "Cancelled", {});
    case "JobClosing":
      return recorder.change(event.args.jobId, "Closing", closingDetail(event.args));
    case "JobExpired":
      return recorder.change(event.args.jobId, "Closing", closingDetail(event.args));
    case "JobSettled": {
      const { jobId, status, penalty } = event.args;
      return recorder.change(jobId, statuses[status] ?? "None", { penalty });
    }
    case "JobConvicted": {
      const { jobId, k, slashed, paid } = event.args;
      return recorder.change(jobId, "Convicted", { convictedCheckpoint: k, slashed, paid });
    }
    case "CheckpointCommitted": {
      const { jobId, k, stateRoot, segmentRoot, deadline } = event.args;
      recorder.row("checkpoints", jobId, k, stateRoot, segmentRoot);
      return recorder.change(jobId, "Running", { deadline: Number(deadline) });
    }
    case "Credited":
    case "Withdrawn":
      return recordCredit(recorder, event);
    default:
  }
}

function closingDetail({ windowEnd, drawBlock }: { readonly windowEnd: bigint; readonly drawBlock: bigint }) {
  return { windowEnd: Number(windowEnd), drawBlock: Number(drawBlock) };
}

/** What becomes of seats, and how a verifier's stake enters the draws and leaves them. */
function recordVerification(recorder: Recorder, event: EventOf<"verification">): void {
  if (event.eventName === "Enrolled")
    return recorder.entry(event.args.verifier, "draws", "Enrolled", event.args.amount);
  if (event.eventName === "Resigned")
    return recorder.entry(event.args.verifier, "draws", "Resigned", -event.args.amount);
  if (event.eventName === "StateOpened") {
    const { jobId, k, root } = event.args;
    return recorder.row("seat_changes", jobId, k, "", "StateOpened", toJson({ root }));
  }
  const { jobId, k, verifier, ...detail } = event.args;
  const told = "outcome" in detail ? { ...detail, outcome: outcomes[detail.outcome] } : detail;
  recorder.row("seat_changes", jobId, k, verifier, event.eventName, toJson(told));
  if (!("burned" in detail) || detail.burned === 0n) return;
  recorder.entry("accuser" in detail ? detail.accuser : verifier, "draws", "Burned", -detail.burned, jobId);
}

function recordModel(recorder: Recorder, { args }: EventOf<"modelRegistry">): void {
  const { jobId, parent, stateRoot, generation, steps } = args;
  recorder.row("models", jobId, parent, stateRoot, generation, String(steps));
}

function recordCredit(
  recorder: Recorder,
  event: Extract<
    EventOf<"jobMarket"> | EventOf<"pinpoint"> | EventOf<"availability">,
    { eventName: "Credited" | "Withdrawn" }
  >,
): void {
  const { account, amount } = event.args;
  if (event.eventName === "Withdrawn") return recorder.entry(account, event.contract, "Withdrawn", -amount);
  const { reason, subject } = event.args;
  recorder.entry(account, event.contract, creditReasons[reason] ?? "None", amount, subject);
}

/** Demands for chunks, and what their answers bring. */
function recordDemand(recorder: Recorder, event: EventOf<"availability">): void {
  switch (event.eventName) {
    case "ChunkDemanded": {
      const { demandId, jobId, checkpoint, demander, tensor, chunk, answerBy, price } = event.args;
      recorder.row("demands", demandId, jobId, checkpoint, demander, tensor, chunk, Number(answerBy), String(price));
      return recorder.entry(demander, "paid", "Demand", price, demandId);
    }
    case "ChunkAnswered":
      return recorder.row("demand_ends", event.args.demandId, "Answered");
    case "DemandForfeited":
      return recorder.row("demand_ends", event.args.demandId, "Forfeited");
    case "DemandVoided":
      return recorder.row("demand_ends", event.args.demandId, "Void");
    default:
      return recordCredit(recorder, event);
  }
}

function recordStake(recorder: Recorder, event: EventOf<"staking">): void {
  switch (event.eventName) {
    case "Deposited":
      return recorder.entry(event.args.account, "staking", "Deposited", event.args.amount);
    case "UnbondingStarted":
      return recorder.entry(event.args.account, "staking", "UnbondingStarted", event.args.amount);
    case "Unbonded":
      return recorder.entry(event.args.account, "staking", "Unbonded", event.args.amount);
    case "Locked":
      return recorder.entry(event.args.account, "staking", "Locked", event.args.amount);
    case "Unlocked":
      return recorder.entry(event.args.account, "staking", "Unlocked", event.args.amount);
    case "Slashed":
      return recorder.entry(event.args.account, "staking", "Slashed", event.args.amount);
    default:
  }
}

/** What a move says in short: long lists by their length, a judgement in words. */
function moveSummary(
  event: EventOf<"pinpoint">,
): { type: string; side: string; summary: Record<string, unknown> } | null {
  switch (event.eventName) {
    case "StepsRevealed":
      return { type: "revealSteps", side: "defender", summary: { roots: event.args.roots.length } };
    case "StepPicked": {
      const { index, before, at } = event.args;
      return { type: "pickStep", side: "challenger", summary: { index, before, at } };
    }
    case "TraceRevealed":
      return { type: "revealTrace", side: "defender", summary: { left: event.args.left } };
    case "SidePicked":
      return { type: "pickSide", side: "challenger", summary: { side: event.args.right ? "right" : "left" } };
    case "NodesRevealed":
      return { type: "revealNodes", side: "defender", summary: { nodes: event.args.nodes.length } };
    case "NodePicked":
      return { type: "pickNode", side: "challenger", summary: { index: event.args.index, node: event.args.node } };
    case "TensorOpened": {
      const { words, dtype, nodes } = event.args;
      return { type: "openTensor", side: "defender", summary: { words, dtype, nodes: nodes.length } };
    }
    case "ChunkRevealed":
      return { type: "revealChunk", side: "defender", summary: { bytes: (event.args.chunk.length - 2) / 2 } };
    case "Judged": {
      const { operator, element, claimed, expected } = event.args;
      const words = { verdict: verdicts[event.args.verdict], reason: reasons[event.args.reason] };
      return { type: "judge", side: "challenger", summary: { operator, element, ...words, claimed, expected } };
    }
    default:
      return null;
  }
}

function recordGame(recorder: Recorder, event: EventOf<"pinpoint">, sent: Sent | undefined): void {
  const move = moveSummary(event);
  if (move !== null) {
    if (sent === undefined)
      throw new DefectError("no-receipt", "A move was recorded without its transaction.", { event });
    const { gameId } = event.args as { gameId: bigint };
    return recorder.row("moves", gameId, move.type, move.side, sent.from, String(sent.gasUsed), toJson(move.summary));
  }
  switch (event.eventName) {
    case "GameOpened": {
      const { gameId, jobId, checkpoint, challenger, defender, endRoot, proposedRoot, bond } = event.args;
      recorder.row("games", gameId, jobId, checkpoint, challenger, defender, endRoot, proposedRoot, String(bond));
      return recorder.entry(challenger, "paid", "Bond", bond, gameId);
    }
    case "GameEnded": {
      const { gameId, phase, winnerGas, paid } = event.args;
      return recorder.row("game_ends", gameId, phases[phase] ?? "None", winnerGas, String(paid));
    }
    case "Credited":
    case "Withdrawn":
      return recordCredit(recorder, event);
    default:
  }
}

/** Adds one event and what it says to the tables. ORDER: of the chain. */
export function recordEvent(database: Database, event: ChainEvent, sent: Sent | undefined): void {
  const { blockNumber, logIndex, transactionHash, contract, eventName, args } = event;
  const values = [Number(blockNumber), logIndex, transactionHash, contract, eventName, toJson(args)];
  database.run("insert into events values (?, ?, ?, ?, ?, ?)", ...values);
  const recorder = new Recorder(database, event);
  if (event.contract === "jobMarket") return recordMarket(recorder, event);
  if (event.contract === "staking") return recordStake(recorder, event);
  if (event.contract === "verification") return recordVerification(recorder, event);
  if (event.contract === "availability") return recordDemand(recorder, event);
  if (event.contract === "modelRegistry") return recordModel(recorder, event);
  recordGame(recorder, event, sent);
}
