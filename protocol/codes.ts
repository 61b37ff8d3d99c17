/** Enums of the contracts as words, in their order. */

/** Why an account is owed money. SPEC: contracts/types/CreditReason.sol. */
export const creditReasons = [
  "None",
  "Cancelled",
  "Saving",
  "Price",
  "PriceRefund",
  "UnusedFees",
  "AttestationFee",
  "ReturnedFee",
  "Jackpot",
  "Bond",
  "Gas",
  "Bounty",
  "ReplayCompensation",
  "TimeoutTip",
  "ForfeitTip",
  "Answer",
  "Demand",
] as const;
export type CreditReason = (typeof creditReasons)[number];

/** Where a demand for a chunk stands. SPEC: contracts/types/Demand.sol. */
export const demandStatuses = ["None", "Open", "Answered", "Forfeited", "Void"] as const;
export type DemandStatus = (typeof demandStatuses)[number];

/** Who was wrong. SPEC: contracts/types/Judgement.sol. */
export const verdicts = ["None", "DefenderWrong", "ChallengerWrong"] as const;
export type Verdict = (typeof verdicts)[number];

/** The fact that a verdict rests on. */
export const reasons = ["None", "Element", "Record", "Declaration", "Padding"] as const;
export type Reason = (typeof reasons)[number];
