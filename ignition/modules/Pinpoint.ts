import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type {
  ContractAtFuture,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

/** Seconds from `unbond` to `withdraw`: two weeks. */
const unbondingSeconds = 14n * 86_400n;
/** Blocks from the end of a job to the one that draws what is verified: more than two epochs of 32. */
const beaconDelay = 66n;

type Token = NamedArtifactContractDeploymentFuture<"TestToken"> | ContractAtFuture;

/**
 * The contracts on a token, in order, each then bound to the one that may call it. Only the deployer can bind, once;
 * nobody can change anything afterwards.
 */
function contracts(m: IgnitionModuleBuilder, token: Token) {
  const arbiter = m.contract("Arbiter");
  const staking = m.contract("Staking", [token, m.getParameter("unbondingSeconds", unbondingSeconds)]);
  const beacon = m.contract("PrevrandaoBeacon", [m.getParameter("beaconDelay", beaconDelay)]);
  const jobMarket = m.contract("JobMarket", [token, staking, beacon]);
  const pinpoint = m.contract("Pinpoint", [token, jobMarket, arbiter]);
  const verification = m.contract("Verification", [jobMarket, staking, pinpoint, beacon]);
  const availability = m.contract("Availability", [token, jobMarket, pinpoint]);
  const modelRegistry = m.contract("ModelRegistry", [jobMarket]);
  m.call(staking, "bind", [[jobMarket, verification]]);
  m.call(jobMarket, "bind", [[pinpoint, verification, availability]]);
  m.call(pinpoint, "bind", [[verification, availability]]);
  return { arbiter, staking, beacon, jobMarket, pinpoint, verification, availability, modelRegistry };
}

/** On an existing token: parameter `token`. */
export const PinpointOnToken = buildModule("PinpointOnToken", (m) => {
  const token = m.contractAt("TestToken", m.getParameter<string>("token"));
  return { token, ...contracts(m, token as never) };
});

/** With a test token that anyone mints: for development chains. */
export default buildModule("Pinpoint", (m) => {
  const token = m.contract("TestToken");
  return { token, ...contracts(m, token) };
});
