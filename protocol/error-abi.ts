import { arbiterAbi } from "./abi/arbiter.ts";
import { availabilityAbi } from "./abi/availability.ts";
import { commitRevealBeaconAbi } from "./abi/commitRevealBeacon.ts";
import { jobMarketAbi } from "./abi/jobMarket.ts";
import { modelRegistryAbi } from "./abi/modelRegistry.ts";
import { pinpointAbi } from "./abi/pinpoint.ts";
import { prevrandaoBeaconAbi } from "./abi/prevrandaoBeacon.ts";
import { stakingAbi } from "./abi/staking.ts";
import { testTokenAbi } from "./abi/testToken.ts";
import { verificationAbi } from "./abi/verification.ts";

const all = [
  ...jobMarketAbi,
  ...pinpointAbi,
  ...stakingAbi,
  ...arbiterAbi,
  ...testTokenAbi,
  ...verificationAbi,
  ...availabilityAbi,
  ...prevrandaoBeaconAbi,
  ...commitRevealBeaconAbi,
  ...modelRegistryAbi,
];

/** Every custom error that a call of our contracts may revert with. */
export const errorAbi = all.filter((item) => item.type === "error");
