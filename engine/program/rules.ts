import { dtypeCodes, foldCodes, sampleCodes, spaceCodes } from "./codes.ts";
import { maxRank } from "./layout.ts";
import type { OperatorKind } from "./types.ts";

const { f32, i32 } = dtypeCodes;

/** What the record's kind allows and uses. */
export interface KindRules {
  /** Least and greatest number of operands. */
  readonly operands: readonly [number, number];
  readonly instructions: readonly [number, number];
  readonly ranks: readonly [number, number];
  /** Output dtypes. */
  readonly dtypes: readonly number[];
  /** Parameters that may differ from zero. */
  readonly uses: readonly ("k" | "l" | "aux0" | "aux1" | "fill")[];
  /** Greatest K; 0 where there is none. */
  readonly maxK: number;
  /** Space codes that operands may name. */
  readonly spaces: readonly number[];
}

const anyRank = [1, maxRank] as const;
const anyDtype = [f32, i32];
const computed = [spaceCodes.state, spaceCodes.constant, spaceCodes.operator];
const usual = { instructions: [0, 0], ranks: anyRank, dtypes: [f32], uses: [], maxK: 0, spaces: computed } as const;

/** Rules of a kind and fn that are already known to exist. */
export function rulesOf(kind: OperatorKind, fn: number): KindRules {
  switch (kind) {
    case "Sample":
      return fn === sampleCodes.dataset
        ? { ...usual, operands: [1, 1], ranks: [2, 2], dtypes: anyDtype, uses: ["aux0"], spaces: [spaceCodes.field] }
        : { ...usual, operands: [0, 0], dtypes: [i32], uses: ["aux0"] };
    case "Schedule":
      return { ...usual, operands: [1, 1], ranks: [1, 1], dtypes: anyDtype, spaces: [spaceCodes.constant] };
    case "View":
      return { ...usual, operands: [1, 4], dtypes: anyDtype, uses: ["fill"] };
    case "Map":
      return { ...usual, operands: [1, 6], instructions: [1, 24], dtypes: anyDtype };
    case "Dot":
      return { ...usual, operands: [2, 3], ranks: [1, 4], uses: ["k"], maxK: 4096 };
    case "Fold": {
      const operands = fn === foldCodes.dot ? ([2, 3] as const) : ([1, 2] as const);
      return { ...usual, operands, uses: ["k", "l"], maxK: 1024 };
    }
    case "Gather":
      return { ...usual, operands: [2, 2], dtypes: anyDtype, uses: ["aux0", "aux1"] };
    case "Scatter":
      return { ...usual, operands: [2, 3], uses: ["aux0", "k"], maxK: 4096 };
  }
}
