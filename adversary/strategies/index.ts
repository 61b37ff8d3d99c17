import type { Strategy } from "../strategy.ts";
import { alwaysPass } from "./always-pass.ts";
import { beaconGrinder } from "./beacon-grinder.ts";
import { bitFlip } from "./bit-flip.ts";
import { colludingVerifiers } from "./colluding-verifiers.ts";
import { copyingVerifier } from "./copying-verifier.ts";
import { dataOrder } from "./data-order.ts";
import { earlyStopper } from "./early-stopper.ts";
import { everySegment } from "./every-segment.ts";
import { griefer } from "./griefer.ts";
import { jackpotFarmer } from "./jackpot-farmer.ts";
import { lastSecondMover } from "./last-second-mover.ts";
import { learningRate } from "./learning-rate.ts";
import { poisonedRestart } from "./poisoned-restart.ts";
import { rewardSniper } from "./reward-sniper.ts";
import { selfChallenger } from "./self-challenger.ts";
import { silentSolver } from "./silent-solver.ts";
import { staller } from "./staller.ts";
import { thrownGame } from "./thrown-game.ts";
import { unbonder } from "./unbonder.ts";
import { weightSplice } from "./weight-splice.ts";
import { withholder } from "./withholder.ts";

/** Nothing differs: what the others are compared with. */
export const honest: Strategy = {
  name: "honest",
  summary: "everybody does what he should",
  coalition: ["solver", "attacker", "accomplice1", "accomplice2"],
  plan: () => ({}),
};

/** Solvers first, then verifiers, then challengers. */
export const strategies: readonly Strategy[] = [
  bitFlip,
  everySegment,
  dataOrder,
  learningRate,
  earlyStopper,
  weightSplice,
  colludingVerifiers,
  beaconGrinder,
  unbonder,
  staller,
  silentSolver,
  withholder,
  thrownGame,
  selfChallenger,
  poisonedRestart,
  copyingVerifier,
  alwaysPass,
  rewardSniper,
  jackpotFarmer,
  griefer,
  lastSecondMover,
];
