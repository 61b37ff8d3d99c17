import { parseEther } from "viem";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const jackpotFarmer: Strategy = {
  name: "jackpot-farmer",
  summary: "accuses every attestation, his own verifiers' above all, where the terms pay jackpots",
  coalition: coalitionOf(),
  plan: () => ({ attest: "honest", accusesAll: true, terms: { jackpotFee: parseEther("0.05") } }),
};
