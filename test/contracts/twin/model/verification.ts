import { zeroHash, type Address, type Hex } from "viem";
import {
  accusationSealOf,
  drawnState,
  isForced,
  isSeatDrawn,
  isSegmentDrawn,
  partOf,
  sealOf,
  truthHashOf,
  type SeatOutcome,
  type Part,
} from "../../../../protocol/index.ts";
import { forfeitJob } from "./games.ts";
import { lock, slash } from "./staking.ts";
import {
  accountOf,
  amountBefore,
  jobOf,
  least,
  most,
  require,
  segmentOf,
  type Account,
  type Job,
  type Seat,
  type State,
} from "./state.ts";

const forcedOneIn = 32n;
const mostAccusations = 8;

export function enroll(state: State, caller: Address, amount: bigint, secretsRoot: Hex): void {
  const account = accountOf(state, caller);
  require(account.enrolled + amount > 0n, "ZeroAmount");
  const renews = secretsRoot !== (account.secretsRoot ?? zeroHash);
  require(!renews || account.reserved === 0n, "StakeReserved");
  lock(account, amount);
  if (renews) [account.secretsRoot, account.secretsAt] = [secretsRoot, state.now];
  setEnrolled(state, account, account.enrolled + amount);
}

export function resign(state: State, caller: Address): void {
  const account = accountOf(state, caller);
  require(account.enrolled > 0n, "NotEnrolled");
  require(account.reserved === 0n, "StakeReserved");
  account.locked -= account.enrolled;
  setEnrolled(state, account, 0n);
}

function setEnrolled(state: State, account: Account, amount: bigint): void {
  const total = (state.totalWeights.at(-1)?.amount ?? 0n) + amount - account.enrolled;
  state.totalWeights.push({ at: state.now, amount: total });
  account.weights.push({ at: state.now, amount });
  account.enrolled = amount;
}

function reserve(account: Account, amount: bigint): void {
  require(amount <= account.enrolled - account.reserved, "EnrolledTooSmall");
  account.reserved += amount;
}

function release(state: State, account: Account, amount: bigint, burns: boolean): void {
  account.reserved -= amount;
  if (!burns || amount === 0n) return;
  setEnrolled(state, account, account.enrolled - amount);
  slash(state, account, amount);
}

/** The part that a job's window is in. */
export function currentPart(state: State, job: Job): Part {
  if (job.status !== "Closing") return "None";
  const closedAt = job.windowEnd - BigInt(job.terms.window);
  const part = partOf(Number(state.now - closedAt), job.terms.window);
  // The last part goes on until the job is settled.
  return part === "None" ? "Rest" : part;
}

function inPart(state: State, id: bigint, part: Part): Job {
  const job = jobOf(state, id);
  require(job !== undefined, "UnknownJob");
  require(job.status === "Closing", "JobNotClosing");
  require(currentPart(state, job) === part, "WrongPart");
  return job;
}

function finished(state: State, id: bigint): Job {
  const job = jobOf(state, id);
  require(job !== undefined, "UnknownJob");
  require(!["Open", "Running", "Closing"].includes(job.status), "JobNotFinished");
  return job;
}

function wordOf(state: State, job: Job): Hex {
  const word = state.words.get(job.drawBlock);
  require(word !== undefined, "NoWord");
  return word;
}

const drawsOf = ({ terms, committed }: Job): number => Math.min(terms.draws, committed);

export function isDrawn(state: State, id: bigint, k: number): boolean {
  const job = jobOf(state, id)!;
  return isSegmentDrawn(wordOf(state, job), id, k, { committed: job.committed, draws: drawsOf(job) });
}

/** Whether an account has a seat on a drawn segment. */
export function hasSeat(state: State, id: bigint, k: number, caller: Address): boolean {
  const job = jobOf(state, id)!;
  const word = wordOf(state, job);
  const { secretsAt, weights } = accountOf(state, caller);
  if (caller === job.solver || secretsAt === 0n || secretsAt >= job.snapshotAt) return false;
  const weight = amountBefore(weights, job.snapshotAt);
  const total = amountBefore(state.totalWeights, job.snapshotAt);
  return isSeatDrawn(word, id, k, caller, { weight, total, attestors: job.terms.attestors });
}

/** Place of the drawn state on the grid of segment k, and how many there are. */
export function placeOf(state: State, id: bigint, k: number): { index: number; states: number } {
  const { terms, drawBlock } = jobOf(state, id)!;
  const steps = Math.min(terms.interval, terms.steps - k * terms.interval);
  return drawnState(state.words.get(drawBlock) ?? zeroHash, id, k, { steps, grid: terms.grid });
}

/** The drawn state as far as it is public. */
export function openedState(state: State, id: bigint, k: number): Hex | undefined {
  const { index, states } = placeOf(state, id, k);
  return index + 1 === states ? jobOf(state, id)!.roots[k] : segmentOf(state, id, k).opened;
}

export function seal(
  state: State,
  caller: Address,
  { id, k, drawing, sealed }: { id: bigint; k: number; drawing: Hex; sealed: Hex },
): void {
  const job = inPart(state, id, "Seal");
  require(wordOf(state, job) === drawing, "WrongWord");
  require(isDrawn(state, id, k), "NotDrawn");
  require(hasSeat(state, id, k, caller), "NoSeat");
  const { seats } = segmentOf(state, id, k);
  require(!seats.has(caller), "AlreadySealed");
  require(seats.size < 2 * job.terms.attestors, "SeatsFull");
  reserve(accountOf(state, caller), job.terms.verifierStake);
  seats.set(caller, {
    seal: sealed,
    attested: false,
    revealed: false,
    forced: false,
    root: zeroHash,
    truthHash: zeroHash,
    truth: zeroHash,
    catches: 0,
    jackpot: 0n,
    outcome: "None",
    accusations: new Map(),
  });
}

export function attest(
  state: State,
  caller: Address,
  { id, k, root, truthHash }: { id: bigint; k: number; root: Hex; truthHash: Hex },
): void {
  const job = inPart(state, id, "Attest");
  const segment = segmentOf(state, id, k);
  const seat = segment.seats.get(caller);
  require(seat !== undefined && !seat.attested, "WrongSeat");
  require(sealOf(id, k, caller, root, truthHash) === seat.seal, "WrongSeal");
  seat.attested = true;
  seat.root = root;
  seat.truthHash = truthHash;
  job.attested++;
  if (root === zeroHash) segment.failed.push(caller);
}

export function accuse(state: State, caller: Address, id: bigint, k: number, account: Address, sealed: Hex): void {
  const job = inPart(state, id, "Accuse");
  require(account !== caller, "OwnSeat");
  const seat = segmentOf(state, id, k).seats.get(account);
  require(seat?.attested === true, "WrongSeat");
  require(!seat.accusations.has(caller), "AlreadyAccused");
  require(seat.accusations.size < mostAccusations, "AccusationsFull");
  reserve(accountOf(state, caller), job.terms.attestationFee);
  seat.accusations.set(caller, { seal: sealed, proved: false, closed: false });
}

/** @param opens whether root and proof are those that the segment root commits to */
export function openState(state: State, _caller: Address, id: bigint, k: number, root: Hex, opens: boolean): void {
  const job = inPart(state, id, "Open");
  wordOf(state, job);
  require(isDrawn(state, id, k), "NotDrawn");
  const { index, states } = placeOf(state, id, k);
  const segment = segmentOf(state, id, k);
  require(segment.opened === undefined && index + 1 !== states, "NothingToOpen");
  require(opens, "RootMismatch");
  segment.opened = root;
}

export function reveal(
  state: State,
  caller: Address,
  { id, k, truth, salt, secret, secretsRoot }: { id: bigint; k: number; truth: Hex; salt: Hex; secret: Hex; secretsRoot: Hex }, // prettier-ignore
): void {
  const job = inPart(state, id, "Open");
  const seat = segmentOf(state, id, k).seats.get(caller);
  require(seat?.attested === true && !seat.revealed, "WrongSeat");
  require(truthHashOf(truth, salt) === seat.truthHash, "WrongSeal");
  require(secretsRoot === accountOf(state, caller).secretsRoot, "WrongSeal");
  seat.revealed = true;
  seat.forced = isForced(wordOf(state, job), id, k, secret);
  seat.truth = truth;
}

export function proveAccusation(
  state: State,
  caller: Address,
  { id, k, account, truth, salt }: { id: bigint; k: number; account: Address; truth: Hex; salt: Hex },
): void {
  const job = inPart(state, id, "Prove");
  const seat = segmentOf(state, id, k).seats.get(account);
  const accusation = seat?.accusations.get(caller);
  require(seat !== undefined && accusation !== undefined && !accusation.proved, "NoAccusation");
  require(accusationSealOf(id, k, account, caller, truth, salt) === accusation.seal, "WrongSeal");
  const opened = openedState(state, id, k);
  require(opened !== undefined, "NotOpened");
  require(truth === opened && seat.root !== opened, "NotWrong");
  accusation.proved = true;
  seat.catches++;
  if (seat.catches === 1 && seat.forced) keepJackpot(state, job, seat);
}

/** At most a third of what the pool has left, and what the fees of all jobs carry. */
function keepJackpot(state: State, job: Job, seat: Seat): void {
  const { jackpotFee, attestors } = job.terms;
  const left = most(0n, state.pool - state.jackpotsKept);
  const carried = (jackpotFee * forcedOneIn) / (2n * BigInt(drawsOf(job)) * BigInt(attestors));
  seat.jackpot = least(left / 3n, carried);
  state.jackpotsKept += seat.jackpot;
}

export function forfeit(state: State, caller: Address, id: bigint, k: number): void {
  const job = jobOf(state, id);
  require(job !== undefined, "UnknownJob");
  require(job.status === "Closing", "JobNotClosing");
  require(["Prove", "Rest"].includes(currentPart(state, job)), "WrongPart");
  const attested = [...segmentOf(state, id, k).seats.values()].some((seat) => seat.attested);
  require(attested, "NothingToOpen");
  require(openedState(state, id, k) === undefined, "NothingToOpen");
  forfeitJob(state, caller, job, k);
}

/** How a seat of a finished job ends: the first line that fits. SPEC: spec/verification.md, Outcomes. */
export function outcome(state: State, id: bigint, k: number, account: Address): SeatOutcome {
  const job = jobOf(state, id)!;
  const segment = segmentOf(state, id, k);
  const seat = segment.seats.get(account)!;
  const opened = openedState(state, id, k);
  const challenged = segment.challengers.has(account);
  const convicted = job.status === "Convicted";
  const { attested, revealed, forced, root, truth } = seat;
  const lines: readonly (readonly [boolean, SeatOutcome])[] = [
    [convicted && job.convictedCheckpoint <= k, "Void"],
    [convicted && (!attested || !revealed || opened === undefined), "Void"],
    [!attested, "Missing"],
    [!revealed, "Hidden"],
    [opened === undefined, "Void"],
    [forced && (root === opened || root === zeroHash), "Disobeyed"],
    [forced && truth === opened, "Obeyed"],
    [forced && truth === zeroHash && challenged, "Challenged"],
    [forced, "Wrong"],
    [root === opened, "Right"],
    [root !== zeroHash, "Wrong"],
    [challenged, "Challenged"],
  ];
  return lines.find(([fits]) => fits)?.[1] ?? "Unchallenged";
}

export const burns = (how: SeatOutcome): boolean =>
  ["Wrong", "Disobeyed", "Missing", "Hidden", "Unchallenged"].includes(how);

/** What each of n catchers of a forced error gets. */
const shareOf = ({ jackpot, catches }: Seat): bigint => (catches === 0 ? 0n : jackpot >> BigInt(catches - 1));

export function closeSeat(state: State, _caller: Address, id: bigint, k: number, account: Address): void {
  const job = finished(state, id);
  const seat = segmentOf(state, id, k).seats.get(account);
  require(seat !== undefined && seat.outcome === "None", "WrongSeat");
  seat.outcome = outcome(state, id, k, account);
  const obeyed = seat.outcome === "Obeyed";
  state.jackpotsKept -= seat.jackpot - (obeyed ? shareOf(seat) * BigInt(seat.catches) : 0n);
  release(state, accountOf(state, account), job.terms.verifierStake, burns(seat.outcome));
  if (!seat.attested) return;
  const payee = obeyed || seat.outcome === "Right" ? account : job.submitter;
  accountOf(state, payee).marketCredit += job.terms.attestationFee;
}

export function closeAccusation(
  state: State,
  _caller: Address,
  { id, k, account, accuser }: { id: bigint; k: number; account: Address; accuser: Address },
): void {
  const job = finished(state, id);
  const seat = segmentOf(state, id, k).seats.get(account);
  const accusation = seat?.accusations.get(accuser);
  require(seat !== undefined && accusation !== undefined && !accusation.closed, "NoAccusation");
  require(seat.outcome !== "None", "WrongSeat");
  accusation.closed = true;
  const wrong = !accusation.proved && seat.outcome !== "Void" && job.status !== "Convicted";
  release(state, accountOf(state, accuser), job.terms.attestationFee, wrong);
  if (!accusation.proved || seat.outcome !== "Obeyed") return;
  state.jackpotsKept -= shareOf(seat);
  state.pool -= shareOf(seat);
  accountOf(state, accuser).marketCredit += shareOf(seat);
}
