import type { Facts } from "../common/index.ts";
import { parts } from "./draw.ts";
import { phases } from "./game.ts";
import { statuses } from "./job.ts";

/** Members of `Terms`, in the order of the contract's enum `Term`. */
const terms = [
  "none", "steps", "firstStep", "interval", "grid", "states of a segment", "checkpoints", "order", "floorPrice", "escrow", "valueAtRisk",
  "draws", "attestors", "verifierStake", "stakes of all seats", "stake", "acceptBy", "auction", "heartbeat", "window",
  "extension", "clock", "uri", "window plus the longest game",
] as const; // prettier-ignore

function time(seconds: string | undefined): string {
  return new Date(Number(seconds) * 1_000).toISOString();
}
type Values = Readonly<Record<string, string>>;
const status = (facts: Values): string => statuses[Number(facts.status)] ?? "unknown";
const part = (index: string | undefined): string => parts[Number(index)] ?? "None";
const phase = (facts: Values): string => phases[Number(facts.phase)] ?? "unknown";

/** What a custom error means to the person who must act, by its name; amounts in the token's smallest unit. */
const sentences: Readonly<Record<string, (facts: Values) => string>> = {
  UnknownJob: (f) => `There is no job ${f.jobId}.`,
  WrongStatus: (f) => `Job ${f.jobId} is ${status(f)}, which does not allow this.`,
  TermOutOfRange: (f) =>
    `The term "${terms[Number(f.term)] ?? f.term}" is ${f.value}; it must be from ${f.least} to ${f.most}.`,
  NotSubmitter: (f) => `Only the submitter ${f.submitter} of job ${f.jobId} may do this, not ${f.caller}.`,
  AlreadyEnded: (f) => `Job ${f.jobId} is ended already; its solver may commit until ${time(f.deadline)}.`,
  NotSolver: (f) => `Only the solver ${f.solver} of job ${f.jobId} may do this, not ${f.caller}.`,
  WrongTerms: (f) => `Job ${f.jobId} has other terms than those meant: read them again.`,
  TooLate: (f) => `It is too late for this on job ${f.jobId}: the time ended at ${time(f.last)}.`,
  TooEarly: (f) => `It is too early for this on job ${f.jobId}: wait until ${time(f.first)}.`,
  UriTooLong: (f) => `The address has ${f.length} bytes; at most ${f.most} are allowed.`,
  WrongCheckpoint: (f) => `The next checkpoint of job ${f.jobId} is ${f.next}, not ${f.k}.`,
  NotCommitted: (f) => `Checkpoint ${f.k} of job ${f.jobId} is not committed; ${f.committed} are.`,
  NotNamedSolver: (f) => `Job ${f.jobId} is for the solver ${f.solver} alone, not for ${f.caller}.`,
  WrongParentState: (f) =>
    `A job starts from the last state of its parent ${f.parent}, ${f.last}, not from ${f.given}.`,
  ParentUnsettled: (f) => `Job ${f.jobId} cannot end before its parent ${f.parent} does: settle that first.`,
  GamesOpen: (f) => `Job ${f.jobId} cannot be settled while ${f.openGames} games and demands are open.`,
  NotEnrolled: (f) => `${f.account} has no stake in the draws.`,
  StakeReserved: (f) => `${f.reserved} of ${f.verifier}'s stake are behind open seats: close those first.`,
  EnrolledTooSmall: (f) => `${f.verifier} has ${f.unreserved} enrolled and free, and needs ${f.needed}: enroll more.`,
  WrongPart: (f) => `The window of job ${f.jobId} is in its part ${part(f.part)}; this belongs into ${part(f.needed)}.`,
  JobNotClosing: (f) => `Job ${f.jobId} is not in its window.`,
  JobNotFinished: (f) => `Job ${f.jobId} is not finished.`,
  NoWord: (f) => `Nobody has recorded the word of block ${f.target} yet: wait for it, or record it.`,
  NotDrawn: (f) => `Segment ${f.k} of job ${f.jobId} is not drawn.`,
  NoSeat: (f) => `The draw gives ${f.verifier} no seat on segment ${f.k} of job ${f.jobId}.`,
  AlreadySealed: (f) => `${f.verifier} has sealed segment ${f.k} of job ${f.jobId} before.`,
  SeatsFull: (f) => `All ${f.most} seats of segment ${f.k} of job ${f.jobId} are taken.`,
  WrongWord: () => "Another word draws than the one that was sealed for: the chain was reorganised; look again.",
  WrongSeal: () => "What is revealed is not what was sealed.",
  AlreadyAccused: (f) => `${f.accuser} has accused this seat of ${f.verifier} before.`,
  AccusationsFull: (f) => `This seat of ${f.verifier} has all ${f.most} accusations that it may have.`,
  NothingToOpen: (f) => `Segment ${f.k} of job ${f.jobId} has no drawn state that waits to be opened.`,
  NotOpened: (f) => `The drawn state of segment ${f.k} of job ${f.jobId} is not opened.`,
  AlreadyRecorded: (f) => `The word of block ${f.target} is known.`,
  DemandNotOpen: (f) => `Demand ${f.demandId} waits for nothing: there is none of this number, or it has ended.`,
  WrongState: (f) => `The checkpoint's state is ${f.committed}, not ${f.given}: read it again.`,
  NoSuchState: (f) => `The program has ${f.tensors} states; there is no tensor ${f.tensor} among them.`,
  WrongLength: (f) => `${f.expected} bytes belong here, not ${f.given}.`,
  AnswerTooLate: (f) => `The answer to demand ${f.demandId} was due until ${time(f.answerBy)}.`,
  AnswerNotDue: (f) => `Demand ${f.demandId} may be answered until ${time(f.answerBy)}.`,
  JobNotConvicted: (f) => `Job ${f.jobId} is not convicted.`,
  NotCommitting: (f) => `Block ${f.blockNumber} is not in the commit part of round ${f.round}.`,
  NotRevealing: (f) => `Block ${f.blockNumber} is not in the reveal part of round ${f.round}.`,
  AlreadyCommitted: (f) => `${f.account} has committed to a secret of round ${f.round} before.`,
  RoundFull: (f) => `All places of round ${f.round} are taken by verifiers with ${f.least} enrolled or more.`,
  NoCommitment: (f) => `${f.account} has no secret to reveal in round ${f.round}.`,
  WrongSecret: () => "The secret is not the one that was committed to.",
  RoundOpen: (f) => `Round ${f.round} is not over before block ${f.end}.`,
  NothingToBurn: (f) => `Round ${f.round} has no bonds to burn.`,
  NotFinal: (f) =>
    `Job ${f.jobId} has no state that cannot fall: only the last state of a job that is settled, ended or expired is a model.`,
  AlreadyRegistered: (f) => `The model of job ${f.jobId} is registered.`,
  ParentNotRegistered: (f) => `Register the model of job ${f.parent}, the parent of job ${f.jobId}, first.`,
  WrongRecipient: (f) => `Money sent to ${f.recipient} would be lost: name another recipient.`,
  NothingOwed: (f) => `${f.account} is owed nothing.`,
  ZeroAmount: () => "The amount must be more than nothing.",
  InsufficientFree: (f) => `${f.account} has ${f.free} of free stake and needs ${f.needed}: deposit more.`,
  InsufficientLocked: (f) => `${f.account} has ${f.locked} locked, less than ${f.needed}.`,
  InsufficientStake: (f) => `${f.account} has ${f.staked} staked, less than ${f.needed}.`,
  NothingUnbonding: (f) => `Nothing of ${f.account}'s stake is on its way out: unbond first.`,
  StillUnbonding: (f) => `The stake can be withdrawn from ${time(f.unbondedAt)} on.`,
  UnknownGame: (f) => `There is no game ${f.gameId}.`,
  WrongPhase: (f) => `Game ${f.gameId} is in phase ${phase(f)}, which waits for another move.`,
  NotMover: (f) => `In game ${f.gameId} it is ${f.mover}'s turn, not ${f.caller}'s.`,
  WrongPosition: (f) => `Game ${f.gameId} has moved on (or the chain was reorganised): choose the move again.`,
  WrongRoots: (f) =>
    `The roots named are not those of game ${f.gameId}, which its events tell: choose the move again from them.`,
  ClockExpired: (f) => `The mover of game ${f.gameId} took ${f.elapsed} s and had ${f.left} s left.`,
  ClockRunning: (f) => `The mover of game ${f.gameId} still has time: ${f.elapsed} of ${f.left} s have passed.`,
  GameIsVoid: (f) => `Another game convicted the job of game ${f.gameId}: reclaim its bond.`,
  GameNotVoid: (f) => `The job of game ${f.gameId} is not convicted, so the game goes on.`,
  GameFinished: (f) => `Game ${f.gameId} is over: ${phase(f)}.`,
  WrongEndRoot: (f) => `The committed end root is ${f.committed}, not ${f.given}.`,
  NothingDisputed: () => "The proposed root is the committed one: there is nothing to dispute.",
  ERC20InsufficientAllowance: (f) =>
    `The contract ${f.spender} may take ${f.allowance} tokens and needs ${f.needed}: approve more.`,
  ERC20InsufficientBalance: (f) => `${f.sender} has ${f.balance} tokens and needs ${f.needed}.`,
};

/** The errors that have a sentence of their own. */
export const explainedErrors = Object.keys(sentences);

/** One sentence for a custom error; those that only a faulty program meets are told by name and values. */
export function errorSentence(name: string, facts: Facts): string {
  const texts = Object.entries(facts).map(([key, value]) => [key, String(value)] as const);
  const sentence = sentences[name];
  if (sentence !== undefined) return sentence(Object.fromEntries(texts));
  const values = texts.map(([key, value]) => `${key} ${value}`);
  return `The contract refused: ${name}${values.length > 0 ? ` (${values.join(", ")})` : ""}.`;
}
