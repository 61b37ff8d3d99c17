import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type {
  ContractAtFuture,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

/** Seconds from `unbond` to `withdraw`: two weeks. */
const unbondingSeconds = 14n * 86_400n;
/** Stake that a verifier needs: 1,000 tokens of 18 decimals. */
const verifierStake = 1_000n * 10n ** 18n;

type Token = NamedArtifactContractDeploymentFuture<"TestToken"> | ContractAtFuture;

/**
 * The contracts on a token, in order, each then bound to the one that may call it. Only the deployer can bind, once;
 * nobody can change anything afterwards.
 */
function contracts(m: IgnitionModuleBuilder, token: Token) {
  const arbiter = m.contract("Arbiter");
  const staking = m.contract("Staking", [token, m.getParameter("unbondingSeconds", unbondingSeconds)]);
  const jobMarket = m.contract("JobMarket", [token, staking, m.getParameter("verifierStake", verifierStake)]);
  const pinpoint = m.contract("Pinpoint", [token, jobMarket, arbiter]);
  m.call(staking, "bind", [jobMarket]);
  m.call(jobMarket, "bind", [pinpoint]);
  return { arbiter, staking, jobMarket, pinpoint };
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
