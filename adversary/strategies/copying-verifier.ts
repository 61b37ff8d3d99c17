import { coalitionOf, type Strategy } from "../strategy.ts";

export const copyingVerifier: Strategy = {
  name: "copying-verifier",
  summary: "verifiers seal what others have sealed instead of replaying",
  coalition: coalitionOf(),
  plan: () => ({ attest: "copy" }),
};
