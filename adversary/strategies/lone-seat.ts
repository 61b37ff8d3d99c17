import type { Strategy } from "../strategy.ts";
import { weightSplice } from "./weight-splice.ts";

/** One seat a segment, half of the stake honest: with probability e^−½ no honest verifier has it. */
export const loneSeat: Strategy = {
  ...weightSplice,
  name: "lone-seat",
  summary: "As weight-splice, in a job with one draw and one seat.",
  limit: "with one seat a draw finds less than the half that the stake is computed with",
  setting: { attestors: 1, draws: 1 },
};
