import { keccak256, zeroAddress } from "viem";
import type { Terms } from "../protocol/index.ts";
import type { Course } from "./course.ts";
import { cut, gasRate, price, segmentCost, valueAtRisk, type Setting } from "./setting.ts";

/**
 * The terms of all jobs but for stake and deadline: as submitter/terms.ts completes them, but for a jackpot fee, so that there
 * is a pool to attack, and a cap of gas that fits so small a program.
 */
export function shippedTerms(course: Course, { attestors, draws, grid }: Setting): Terms {
  const perSeat = (valueAtRisk + BigInt(draws * attestors) - 1n) / BigInt(draws * attestors);
  return {
    ...course.roots,
    ...cut,
    manifestHash: keccak256("0x01"),
    firstStep: 0,
    grid,
    workUnits: price,
    solver: zeroAddress,
    parent: 0n,
    floorPrice: 1n,
    unitPrice: 1n,
    auction: 0,
    valueAtRisk,
    draws,
    attestors,
    attestationFee: (segmentCost * 5n) / 4n,
    verifierStake: perSeat > segmentCost ? perSeat : segmentCost,
    jackpotFee: price / 100n,
    stake: 0n,
    bounty: price,
    gasRate,
    gasCap: 3_000_000,
    replayCompensation: segmentCost,
    latePenalty: price / 10n,
    acceptBy: 0n,
    heartbeat: 86_400,
    window: 86_400,
    clock: 3_600,
    extension: 600,
    uri: "http://127.0.0.1/",
  };
}
