import { checkpointsOf, type Terms } from "./job.ts";

/** What calls of a solver's ordinary job cost; test/contracts/gas.test.ts measures them. UNITS: gas. */
export const usualJobGas = {
  accept: 140_000,
  commit: 92_000,
  open: 100_000,
  settle: 135_000,
  withdraw: 42_000,
} as const;

/** Gas of a job that nobody disputes: acceptance, every checkpoint, every drawn state, settlement, and taking the price. */
export function jobGas(terms: Pick<Terms, "steps" | "interval" | "draws">): bigint {
  const { accept, commit, open, settle, withdraw } = usualJobGas;
  return BigInt(accept + checkpointsOf(terms) * commit + terms.draws * open + settle + withdraw);
}

/** What work costs a solver, by his own reckoning. UNITS: the token's smallest. */
export interface Costs {
  /** A unit of gas. */
  readonly perGas: bigint;
  readonly perWorkUnit: bigint;
  readonly perHour: bigint;
}

/** What a unit of gas costs where a solver says nothing: as terms reckon it. UNITS: the token's smallest. */
export const defaultGasCost = 2_000_000_000n;

/** What a job is worth to a solver whom nobody disputes. UNITS: the token's smallest; `profit` may be negative. */
export interface Estimate {
  readonly price: bigint;
  readonly gas: bigint;
  readonly gasCost: bigint;
  readonly computeCost: bigint;
  readonly profit: bigint;
}

const msPerHour = 3_600_000n;

/** Price less gas and computation. UNITS: `trainingMs` milliseconds, 0 where the time is not known. Pure. */
export function estimateProfit(
  terms: Pick<Terms, "steps" | "interval" | "draws" | "workUnits" | "unitPrice">,
  costs: Costs,
  trainingMs = 0,
): Estimate {
  const price = terms.workUnits * terms.unitPrice;
  const gas = jobGas(terms);
  const gasCost = gas * costs.perGas;
  const time = (BigInt(Math.ceil(trainingMs)) * costs.perHour) / msPerHour;
  const computeCost = terms.workUnits * costs.perWorkUnit + time;
  return { price, gas, gasCost, computeCost, profit: price - gasCost - computeCost };
}
