/** Deployment of the contracts by Hardhat Ignition, recorded in a file. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  errorDeploymentResultToExceptionMessage,
  HardhatArtifactResolver,
} from "@nomicfoundation/hardhat-ignition/helpers";
import {
  deploy as runIgnition,
  DeploymentResultType,
  type DeploymentResult,
  type IgnitionModule,
} from "@nomicfoundation/ignition-core";
import hre, { network } from "hardhat";
import { getAddress, type Address, type Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import PinpointModule, {
  PinpointCommitReveal,
  PinpointCommitRevealOnToken,
  PinpointOnToken,
  type BeaconKind,
} from "./modules/Pinpoint.ts";
import { devKey, parseDeployment, rpcClient, type Deployment } from "../protocol/index.ts";

const devChainId = 31_337;

export interface DeployOptions {
  readonly rpc: string;
  /** Where `<chainId>/addresses.json` and Ignition's journal go. */
  readonly folder: string;
  /** Pays, and binds the contracts. A development chain's first account if not given. */
  readonly privateKey?: Hex;
  /** An existing token; a test token is deployed if not given. */
  readonly token?: Address;
  /** UNITS: seconds; two weeks if not given. */
  readonly unbondingSeconds?: bigint;
  /** Whose words draw; the chain's own blocks if not given. */
  readonly beacon?: BeaconKind;
  /** Blocks from the end of a job to the one that draws what is verified; 66, more than two epochs, if not given. */
  readonly beaconDelay?: bigint;
}

/** An answer of Ignition as addresses by contract. Errors: OperatorError `deployment-failed`. */
function addressesOf(result: DeploymentResult): Record<string, Address> {
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    const message = `The deployment failed. ${errorDeploymentResultToExceptionMessage(result)}`;
    throw new OperatorError("deployment-failed", message, { type: result.type });
  }
  const contracts = Object.values(result.contracts);
  return Object.fromEntries(contracts.map(({ contractName, address }) => [contractName, getAddress(address)]));
}

/** The block at which the first run of a deployment found the chain: at or before its first contract. */
function firstBlock(deploymentDir: string, current: bigint): number {
  const path = join(deploymentDir, "first-block");
  if (existsSync(path)) return Number(readFileSync(path, "utf8"));
  mkdirSync(deploymentDir, { recursive: true });
  writeFileSync(path, String(current));
  return Number(current);
}

function deployerKey({ privateKey }: DeployOptions, chainId: number): Hex {
  if (privateKey !== undefined) return privateKey;
  if (chainId === devChainId) return devKey(0);
  const message = `Chain ${chainId} is no development chain: set PINPOINT_DEPLOYER_KEY to the key of the account that pays.`;
  throw new OperatorError("no-deployer-key", message, { chainId });
}

function moduleOf({ token, beacon = "prevrandao" }: DeployOptions): IgnitionModule {
  if (beacon === "prevrandao") return token === undefined ? PinpointModule : PinpointOnToken;
  return token === undefined ? PinpointCommitReveal : PinpointCommitRevealOnToken;
}

/**
 * Deploys to the chain behind `rpc`. A run that was cut off is taken up where it stopped; the journal is the chain's, told
 * from others of the same id by the hash of its first block, so a fresh development chain gets a fresh deployment.
 * Errors: OperatorError `not-built`, `no-deployer-key`, `deployment-failed`; those of `rpcClient`.
 */
export async function deploy(options: DeployOptions): Promise<{ deployment: Deployment; file: string }> {
  const { rpc, folder, token, unbondingSeconds, beaconDelay } = options;
  const client = rpcClient(rpc);
  if (!(await hre.artifacts.artifactExists("Pinpoint"))) {
    throw new OperatorError("not-built", "The contracts are not compiled: run `npm run build` first.", {});
  }
  const [chainId, genesis, current] = await Promise.all([
    client.getChainId(),
    client.getBlock({ blockNumber: 0n }),
    client.getBlockNumber({ cacheTime: 0 }),
  ]);
  const override = { url: rpc, accounts: [deployerKey(options, chainId)] };
  const { provider } = await network.create({ network: "local", override });
  const home = join(folder, String(chainId));
  const deploymentDir = join(home, `ignition-${genesis.hash.slice(2, 18)}`);
  const file = join(home, "addresses.json");
  const block = firstBlock(deploymentDir, current);
  const ignitionModule = moduleOf(options);
  const given = Object.entries({ token, unbondingSeconds, beaconDelay }).filter(([, value]) => value !== undefined);
  const result = await runIgnition({
    ignitionModule,
    deploymentDir,
    provider,
    artifactResolver: new HardhatArtifactResolver(hre.artifacts),
    deploymentParameters: { [ignitionModule.id]: Object.fromEntries(given) as Record<string, string | bigint> },
    accounts: (await provider.request({ method: "eth_accounts" })) as string[],
    config: { requiredConfirmations: 1, blockPollingInterval: 100 },
  });
  const at = addressesOf(result);
  const deployment = parseDeployment({
    chainId,
    genesisHash: genesis.hash,
    block,
    token: at.TestToken,
    staking: at.Staking,
    beacon: at.PrevrandaoBeacon ?? at.CommitRevealBeacon,
    jobMarket: at.JobMarket,
    arbiter: at.Arbiter,
    pinpoint: at.Pinpoint,
    verification: at.Verification,
    availability: at.Availability,
    modelRegistry: at.ModelRegistry,
  });
  writeFileSync(`${file}.new`, `${JSON.stringify(deployment, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  return { deployment, file };
}
