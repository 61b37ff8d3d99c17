import { parseEther, zeroAddress } from "viem";
import { OperatorError } from "../common/index.ts";
import {
  checkpointsOf,
  defaultGasCost,
  escrowOf,
  feesOf,
  priceOf,
  readMinimumStake,
  type Chain,
  type Terms,
} from "../protocol/index.ts";
import type { PreparedJob } from "./prepare.ts";

/** What a submitter may choose; the rest follows. */
export type TermChoices = Partial<Omit<Terms, keyof PreparedJob["roots"] | "workUnits" | "uri" | "steps">> & {
  readonly steps: number;
  /** Where the bundle is served. */
  readonly uri: string;
};

const day = 86_400;
/** In which the price rises from its floor to its cap. UNITS: seconds. */
const auctionSeconds = 3_600;

/**
 * Gas that one side of a game is repaid at most: one and a half times the dearest game there can be, which
 * test/contracts/gas.test.ts measures. More would only make bonds and stakes dearer.
 */
export const defaultGasCap = 10_000_000;

/** Steps of a segment: about eight segments, at most 4,096 steps each. */
export function defaultInterval(steps: number): number {
  return Math.max(1, Math.min(4_096, Math.ceil(steps / 8)));
}

/** Steps between committed states: near the root, so that both rounds of a game reveal about as many. */
export function defaultGrid(interval: number): number {
  return Math.min(64, Math.max(Math.ceil(Math.sqrt(interval)), Math.ceil(interval / 64)));
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** An amount of the contracts has 128 bits. */
const mostAmount = 2n ** 128n - 1n;

function checkTerms(terms: Terms): Terms {
  const url = URL.parse(terms.uri);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    const message = `"${terms.uri}" is no address to fetch the bundle from: give one that starts with http:// or https://.`;
    throw new OperatorError("bad-uri", message, { uri: terms.uri });
  }
  const amounts = { ...terms, price: priceOf(terms, terms.unitPrice), escrow: escrowOf(terms) };
  const names = [
    "price", "escrow", "valueAtRisk", "verifierStake", "stake", "bounty", "replayCompensation", "latePenalty",
  ] as const; // prettier-ignore
  for (const name of names) {
    if (amounts[name] <= mostAmount) continue;
    const message = `The ${name} would be ${amounts[name]} of the token's smallest unit, and at most ${mostAmount} can be paid: choose less money or fewer steps.`;
    throw new OperatorError("amount-too-large", message, { name, amount: amounts[name] });
  }
  return terms;
}

/** SAFETY: past the end of its table a learning rate is 0, and the steps there would be paid for nothing. */
function checkSchedule({ manifest }: Pick<PreparedJob, "manifest">, firstStep: number, steps: number): void {
  const covered = manifest.training.schedule?.steps;
  const last = firstStep + steps;
  if (covered === undefined || last <= covered) return;
  const has = firstStep === 0 ? `the job has ${steps}` : `the job's last is number ${last}`;
  const message = `The learning rate's schedule covers ${covered} steps and ${has}: submit fewer, or compile with --schedule-steps ${last}.`;
  throw new OperatorError("schedule-too-short", message, { covered, firstStep, steps });
}

function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** Segments drawn: a twentieth, at least one. */
export function defaultDraws(checkpoints: number): number {
  return Math.ceil(checkpoints / 20);
}

/** Terms of money and of verification for what is not chosen, as docs/simulation.md recommends. */
function moneyOf(choices: TermChoices, workUnits: bigint, checkpoints: number) {
  const unitPrice = choices.unitPrice ?? 1_000_000_000n;
  const price = workUnits * unitPrice;
  const perSegment = ceilDiv(price, BigInt(checkpoints));
  const attestors = choices.attestors ?? 2;
  const draws = choices.draws ?? defaultDraws(checkpoints);
  const valueAtRisk = choices.valueAtRisk ?? price;
  const perSeat = ceilDiv(valueAtRisk, BigInt(Math.max(1, draws * attestors)));
  return {
    solver: choices.solver ?? zeroAddress,
    parent: choices.parent ?? 0n,
    floorPrice: choices.floorPrice ?? unitPrice / 2n,
    unitPrice,
    auction: choices.auction ?? auctionSeconds,
    valueAtRisk,
    draws,
    attestors,
    attestationFee: choices.attestationFee ?? max((perSegment * 5n) / 4n, parseEther("0.01")),
    verifierStake: choices.verifierStake ?? max(perSegment, perSeat),
    jackpotFee: choices.jackpotFee ?? 0n,
    bounty: choices.bounty ?? max(price, parseEther("10")),
    gasRate: choices.gasRate ?? defaultGasCost,
    gasCap: choices.gasCap ?? defaultGasCap,
    replayCompensation: choices.replayCompensation ?? perSegment,
    latePenalty: choices.latePenalty ?? price / 10n,
  };
}

/**
 * Terms with sensible values for what is not chosen. The stake is the least that makes cheating a loss.
 *
 * @param now seconds since the epoch, by the chain's clock
 * @throws OperatorError `bad-uri`, `amount-too-large`, `schedule-too-short`
 */
export async function completeTerms(
  chain: Chain,
  job: Pick<PreparedJob, "roots" | "workUnitsPerStep" | "manifest">,
  choices: TermChoices,
  now: bigint,
): Promise<Terms> {
  const { steps, uri, firstStep = 0 } = choices;
  checkSchedule(job, firstStep, steps);
  const interval = choices.interval ?? defaultInterval(steps);
  const workUnits = job.workUnitsPerStep * BigInt(steps);
  const terms: Terms = {
    ...job.roots,
    ...moneyOf(choices, workUnits, checkpointsOf({ steps, interval })),
    firstStep,
    steps,
    interval,
    grid: choices.grid ?? defaultGrid(interval),
    seed: choices.seed ?? 1,
    order: choices.order ?? "shuffled",
    workUnits,
    stake: 0n,
    acceptBy: choices.acceptBy ?? now + BigInt(day),
    heartbeat: choices.heartbeat ?? day,
    window: choices.window ?? day,
    clock: choices.clock ?? 3_600,
    extension: choices.extension ?? 600,
    uri,
  };
  // What cannot be encoded is told before the chain is asked what stake it takes.
  checkTerms(terms);
  return checkTerms({ ...terms, stake: choices.stake ?? (await readMinimumStake(chain, terms)) });
}

/** One amount of a job with the reason for it. UNITS: the token's smallest. */
export interface Cost {
  readonly name: string;
  readonly amount: bigint;
  readonly why: string;
}

/** What the submitter pays and what comes back. */
export function explainCosts(terms: Terms): Cost[] {
  const { workUnits, floorPrice, unitPrice, draws, attestors, attestationFee, jackpotFee } = terms;
  return [
    {
      name: "price",
      amount: priceOf(terms, unitPrice),
      why: `${workUnits} work units at ${unitPrice} or less: the auction rises from ${floorPrice} in ${terms.auction} s`,
    },
    {
      name: "attestation fees",
      amount: feesOf(terms),
      why: `${draws} of ${checkpointsOf(terms)} segments drawn, about ${attestors} seats each, twice as many at most, at ${attestationFee}; unused ones come back`,
    },
    {
      name: "jackpot fee",
      amount: jackpotFee,
      why: "for who watches the verifiers; comes back unless the job settles",
    },
    { name: "escrow", amount: escrowOf(terms), why: "taken now; all of it comes back if nobody accepts" },
    {
      name: "solver's stake",
      amount: terms.stake,
      why: `not paid by you: what a solver must lock so that cheating for ${terms.valueAtRisk} is a loss`,
    },
  ];
}
