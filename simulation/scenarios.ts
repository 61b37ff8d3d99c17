import type { Mechanism } from "./mechanism.ts";
import type { Start } from "./population.ts";
import { USUAL_TERMS, type Terms } from "./rules.ts";

/** One of the compared sets of mechanisms, in what differs from the usual. */
export interface Scenario {
  /** Of the mechanisms. */
  readonly name: string;
  /** What differs from the usual; empty where nothing does. */
  readonly variation: string;
  readonly start: Start;
  readonly mechanism: Mechanism;
  readonly terms: Terms;
}

const sets = {
  audits: { name: "audits alone", attention: false, forced: false },
  attention: { name: "attention checks", attention: true, forced: false },
  forced: { name: "forced errors", attention: false, forced: true },
  all: { name: "all", attention: true, forced: true },
} as const;

type Set = keyof typeof sets;

/** What may differ. */
interface Change {
  readonly start?: Start;
  readonly terms?: Partial<Terms>;
  readonly behaviour?: Partial<Pick<Mechanism, "watchers" | "feeding" | "freeRiders">>;
}

function scenario(set: Set, variation = "", { start = "honest", terms, behaviour }: Change = {}): Scenario {
  const { name, ...mechanism } = sets[set];
  return {
    name,
    variation,
    start,
    terms: { ...USUAL_TERMS, ...terms },
    mechanism: { ...mechanism, watchers: true, feeding: true, freeRiders: true, ...behaviour },
  };
}

/** The four sets under the usual terms, with everything against them that participants can do. */
export const comparison: readonly Scenario[] = (Object.keys(sets) as Set[]).map((set) => scenario(set));

const variations: readonly (readonly [string, readonly Set[], Change])[] = [
  ["nobody without a seat looks", ["audits", "attention", "all"], { behaviour: { watchers: false } }],
  ["cheaters hand nothing out", ["attention"], { behaviour: { feeding: false } }],
  ["nobody rides free", ["forced", "all"], { behaviour: { freeRiders: false } }],
  ["nobody rides free, jackpot fee 15", ["forced", "all"], { behaviour: { freeRiders: false }, terms: { jackpotFee: 15 } }],
  ["jackpot fee 15", ["forced", "all"], { terms: { jackpotFee: 15 } }],
  ["one of 8 forced", ["forced", "all"], { terms: { forcedOneIn: 8 } }],
  ["one of 128 forced", ["forced", "all"], { terms: { forcedOneIn: 128 } }],
  ["1 attestor", ["attention", "all"], { terms: { attestors: 1 } }],
  ["3 attestors", ["attention", "all"], { terms: { attestors: 3 } }],
  ["4 attestors", ["attention"], { terms: { attestors: 4 } }],
  ["2 draws", ["attention"], { terms: { draws: 2 } }],
  ["10 draws", ["attention"], { terms: { draws: 10 } }],
  ["fee 1", ["attention"], { terms: { attestationFee: 1 } }],
  ["fee 1.5", ["attention"], { terms: { attestationFee: 1.5 } }],
  ["starts dishonest", ["audits", "attention", "all"], { start: "dishonest" }],
  ["starts dishonest, bounty 50", ["attention"], { start: "dishonest", terms: { bounty: 50 } }],
  ["starts dishonest, bounty 15", ["attention", "all"], { start: "dishonest", terms: { bounty: 15 } }],
  ["starts dishonest, bounty 15, nobody rides free, jackpot fee 15", ["all"], { start: "dishonest", behaviour: { freeRiders: false }, terms: { bounty: 15, jackpotFee: 15 } }],
]; // prettier-ignore

/** One thing changed at a time, for the sets that it can matter to. */
export const variationsOfUsual: readonly Scenario[] = variations.flatMap(([name, of, change]) =>
  of.map((set) => scenario(set, name, change)),
);
