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

/** Blocks of a round's two parts, each long enough for a block proposer who leaves transactions out; bond and places of a secret. */
const rounds = { commitBlocks: 32, revealBlocks: 32, secretBond: 10n ** 21n, places: 32 };

export type BeaconKind = "prevrandao" | "commit-reveal";

type Token = NamedArtifactContractDeploymentFuture<"TestToken"> | ContractAtFuture;

/**
 * The contracts on a token, in order, each then bound to the one that may call it. Only the deployer can bind, once;
 * nobody can change anything afterwards.
 */
function contracts(m: IgnitionModuleBuilder, token: Token, kind: BeaconKind) {
  const arbiter = m.contract("Arbiter");
  const staking = m.contract("Staking", [token, m.getParameter("unbondingSeconds", unbondingSeconds)]);
  const beacon = beaconOf(m, token, kind);
  const jobMarket = m.contract("JobMarket", [token, staking, beacon]);
  const pinpoint = m.contract("Pinpoint", [token, jobMarket, arbiter]);
  const verification = m.contract("Verification", [jobMarket, staking, pinpoint, beacon]);
  const availability = m.contract("Availability", [token, jobMarket, pinpoint]);
  const modelRegistry = m.contract("ModelRegistry", [jobMarket]);
  m.call(staking, "bind", [[jobMarket, verification]]);
  m.call(jobMarket, "bind", [[pinpoint, verification, availability]]);
  m.call(pinpoint, "bind", [[verification, availability]]);
  if (kind === "commit-reveal") m.call(beacon, "bind", [[verification]]);
  return { arbiter, staking, beacon, jobMarket, pinpoint, verification, availability, modelRegistry };
}

function beaconOf(m: IgnitionModuleBuilder, token: Token, kind: BeaconKind) {
  if (kind === "prevrandao") return m.contract("PrevrandaoBeacon", [m.getParameter("beaconDelay", beaconDelay)]);
  const { commitBlocks, revealBlocks, secretBond, places } = rounds;
  return m.contract("CommitRevealBeacon", [
    token,
    m.getParameter("commitBlocks", commitBlocks),
    m.getParameter("revealBlocks", revealBlocks),
    m.getParameter("secretBond", secretBond),
    m.getParameter("places", places),
  ]);
}

/** A module on an existing token: parameter `token`. */
function onToken<Id extends string>(id: Id, kind: BeaconKind) {
  return buildModule(id, (m) => {
    const token = m.contractAt("TestToken", m.getParameter<string>("token"));
    return { token, ...contracts(m, token as never, kind) };
  });
}

/** A module with a test token that anyone mints: for development chains. */
function withTestToken<Id extends string>(id: Id, kind: BeaconKind) {
  return buildModule(id, (m) => {
    const token = m.contract("TestToken");
    return { token, ...contracts(m, token, kind) };
  });
}

export const PinpointOnToken = onToken("PinpointOnToken", "prevrandao");
/** For chains whose headers have no randomness. */
export const PinpointCommitReveal = withTestToken("PinpointCommitReveal", "commit-reveal");
export const PinpointCommitRevealOnToken = onToken("PinpointCommitRevealOnToken", "commit-reveal");
export default withTestToken("Pinpoint", "prevrandao");
