import { arbiterAbi } from "./abi/arbiter.ts";
import { jobMarketAbi } from "./abi/jobMarket.ts";
import { pinpointAbi } from "./abi/pinpoint.ts";
import { stakingAbi } from "./abi/staking.ts";
import { testTokenAbi } from "./abi/testToken.ts";

const all = [...jobMarketAbi, ...pinpointAbi, ...stakingAbi, ...arbiterAbi, ...testTokenAbi];

/** Every custom error that a call of our contracts may revert with. */
export const errorAbi = all.filter((item) => item.type === "error");
