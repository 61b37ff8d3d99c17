import { OperatorError } from "../common/index.ts";
import { alwaysPass } from "./strategies/always-pass.ts";
import { beaconGrinder } from "./strategies/beacon-grinder.ts";
import { blockSkipper } from "./strategies/block-skipper.ts";
import { bountyTaker } from "./strategies/bounty-taker.ts";
import { colludingVerifiers } from "./strategies/colluding-verifiers.ts";
import { copyingVerifier } from "./strategies/copying-verifier.ts";
import { dataOrderCheat } from "./strategies/data-order-cheat.ts";
import { earlyStopper } from "./strategies/early-stopper.ts";
import { endAttester } from "./strategies/end-attester.ts";
import { falseAlarm } from "./strategies/false-alarm.ts";
import { griefer } from "./strategies/griefer.ts";
import { hedgingSolver } from "./strategies/hedging-solver.ts";
import { jackpotFarmer } from "./strategies/jackpot-farmer.ts";
import { jackpotSharer } from "./strategies/jackpot-sharer.ts";
import { lastSecond } from "./strategies/last-second.ts";
import { learningRateCheat } from "./strategies/learning-rate-cheat.ts";
import { poisonedRestart } from "./strategies/poisoned-restart.ts";
import { rewardSniper } from "./strategies/reward-sniper.ts";
import { selfChallenger } from "./strategies/self-challenger.ts";
import { staller } from "./strategies/staller.ts";
import { thrownGame } from "./strategies/thrown-game.ts";
import { toldVerifiers } from "./strategies/told-verifiers.ts";
import { unbonder } from "./strategies/unbonder.ts";
import { weightSplice } from "./strategies/weight-splice.ts";
import { withheldCheckpoints } from "./strategies/withheld-checkpoints.ts";
import { withheldState } from "./strategies/withheld-state.ts";
import type { Strategy } from "./strategy.ts";

/** Every strategy: those of solvers, of coalitions, of verifiers, of challengers, and then those that the rules leave a gain. */
export const strategies: readonly Strategy[] = [
  weightSplice,
  earlyStopper,
  dataOrderCheat,
  learningRateCheat,
  withheldState,
  withheldCheckpoints,
  unbonder,
  staller,
  beaconGrinder,
  blockSkipper,
  poisonedRestart,
  colludingVerifiers,
  thrownGame,
  selfChallenger,
  hedgingSolver,
  bountyTaker,
  copyingVerifier,
  alwaysPass,
  falseAlarm,
  jackpotFarmer,
  rewardSniper,
  griefer,
  lastSecond,
  toldVerifiers,
  endAttester,
  jackpotSharer,
];

/** Errors: OperatorError `unknown-strategy`. */
export function strategyNamed(name: string): Strategy {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  const names = strategies.map((strategy) => strategy.name).join(", ");
  const message = `There is no strategy "${name}": choose one of ${names}.`;
  throw new OperatorError("unknown-strategy", message, { name });
}
