import type { SolverConfig } from "../daemon/index.ts";
import { executionBytes, residentDatasetBytes, type Program } from "../engine/index.ts";
import { priceOf, type Costs, type Estimate, type Job, type Terms } from "../protocol/index.ts";

/** What a solver looks at before he fetches anything. */
export type Policy = Pick<
  SolverConfig,
  | "minUnitPrice"
  | "minPrice"
  | "maxStake"
  | "maxWorkUnits"
  | "minExtension"
  | "minGasCap"
  | "minGasRate"
  | "submitters"
  | "programs"
>;

/** Whether a list names a value, whatever the case of its hexadecimal digits; a list that is empty names everything. */
function allows(list: readonly string[], value: string): boolean {
  return list.length === 0 || list.some((each) => each.toLowerCase() === value.toLowerCase());
}

/**
 * Why the terms are not worth the work, in one sentence; undefined when they are. Pure.
 * @param own address of the solver
 * @param now UNITS: seconds since the epoch
 */
export function refusalOf(
  { submitter }: Pick<Job, "submitter">,
  terms: Terms,
  policy: Policy,
  own: string,
  now: bigint,
): string | undefined {
  if (BigInt(terms.solver) !== 0n && terms.solver.toLowerCase() !== own.toLowerCase())
    return `It is for the solver ${terms.solver} alone.`;
  if (!allows(policy.submitters, submitter)) return `Its submitter ${submitter} is not among those that are allowed.`;
  if (!allows(policy.programs, terms.programRoot))
    return `Its program ${terms.programRoot} is not among those that are allowed.`;
  const low = tooLow(terms, policy);
  if (low !== undefined) return low;
  if (terms.stake > policy.maxStake) return `It locks ${terms.stake}, more than ${policy.maxStake}.`;
  if (terms.workUnits > policy.maxWorkUnits)
    return `It has ${terms.workUnits} work units, more than ${policy.maxWorkUnits}.`;
  // SAFETY: whoever lets a clock run out loses his stake, so a clock that cannot be kept is a trap.
  if (terms.extension < policy.minExtension)
    return `It leaves ${terms.extension} seconds for a move, fewer than ${policy.minExtension}.`;
  // SAFETY: what a game costs its defender beyond these is his loss, game after game, at little cost to who opens them.
  if (terms.gasCap < policy.minGasCap) return `It repays ${terms.gasCap} gas of a game, less than ${policy.minGasCap}.`;
  if (terms.gasRate < policy.minGasRate) return `It pays ${terms.gasRate} for gas, less than ${policy.minGasRate}.`;
  if (terms.gasRate === 0n && terms.replayCompensation === 0n) return "Anyone may challenge it for nothing.";
  if (now > terms.acceptBy) return "The time to accept it is over.";
  return undefined;
}

/** Why the price is too low, in one sentence; undefined when it is not. Pure. */
export function tooLow(
  terms: Pick<Terms, "workUnits" | "unitPrice">,
  { minUnitPrice, minPrice }: Pick<Policy, "minUnitPrice" | "minPrice">,
): string | undefined {
  if (terms.unitPrice < minUnitPrice) return `It pays ${terms.unitPrice} a work unit, less than ${minUnitPrice}.`;
  const price = priceOf(terms, terms.unitPrice);
  return price < minPrice ? `It pays ${price}, less than ${minPrice}.` : undefined;
}

/** Why a program asks for more than this machine gives, in one sentence; undefined when it does not. UNITS: bytes. Pure. */
export function tooLarge(
  program: Program,
  { maxMemoryBytes, maxArtifactBytes }: Pick<SolverConfig, "maxMemoryBytes" | "maxArtifactBytes">,
  datasetBytes = 0,
): string | undefined {
  // The rest of it is read from the disk.
  const memory = executionBytes(program) + Math.min(datasetBytes, residentDatasetBytes);
  if (memory > maxMemoryBytes) return `It needs ${memory} bytes of memory, more than ${maxMemoryBytes}.`;
  const state = program.states.reduce((sum, { words }) => sum + 4 * words, 0);
  const largest = Math.max(state, ...program.constants.map(({ words }) => 4 * words));
  if (largest <= maxArtifactBytes) return undefined;
  return `One of its artifacts has ${largest} bytes, more than ${maxArtifactBytes}.`;
}

/** What this solver's work costs him. */
export function costsOf({ gasCost, costPerUnit, costPerHour }: SolverConfig): Costs {
  return { perGas: gasCost, perWorkUnit: costPerUnit, perHour: costPerHour };
}

/** Why a job is not worth the work, in one sentence; undefined when it is or nobody asked. Pure. */
export function tooPoor(
  { price, gasCost, computeCost, profit }: Estimate,
  { minProfit }: Pick<SolverConfig, "minProfit">,
): string | undefined {
  if (minProfit === undefined || profit >= minProfit) return undefined;
  return `It pays ${price} and costs ${gasCost} of gas and ${computeCost} of computing: the profit of ${profit} is less than ${minProfit}.`;
}

/** Share of a checkpoint's time that training may fill: the rest is for restarts, disputes and slow blocks. */
const longestShare = 0.8;

/** Replays of a segment that must fit into the least time for a move: the move's own, and one more for a busy machine. */
const replaysPerMove = 2;

/** Why a measured step is too slow for the job's heartbeat or for its games; undefined when it is not. UNITS: ms a step. Pure. */
export function tooSlow(
  { heartbeat, interval, extension }: Pick<Terms, "heartbeat" | "interval" | "extension">,
  stepMs: number,
): string | undefined {
  const seconds = (stepMs * interval) / 1000;
  if (seconds > heartbeat * longestShare)
    return `A segment would train for ${Math.ceil(seconds)} of its ${heartbeat} seconds.`;
  const move = (replaysPerMove * stepMs * interval) / 1000;
  if (move > extension) return `A move in a game may take ${Math.ceil(move)} of its ${extension} seconds.`;
  return undefined;
}
