import {
  createWalletClient,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  http,
  parseEther,
  type Address,
  type Hex,
} from "viem";
import type { LocalAccount } from "viem/accounts";
import { OperatorError } from "../../common/index.ts";
import { stakingAbi } from "../abi/staking.ts";
import { testTokenAbi } from "../abi/testToken.ts";
import { rpcClient } from "../chain.ts";
import type { Deployment } from "../deployment.ts";
import { explained } from "../explain-error.ts";
import { readContractArtifact } from "./artifact.ts";

export interface DeployOptions {
  readonly rpc: string;
  /** Pays for the gas and binds the contracts to each other. */
  readonly deployer: LocalAccount;
  /** Accounts that get test tokens. */
  readonly fund?: readonly Address[];
  /** Test tokens for each of them; 1,000,000 if not given. UNITS: the token's smallest. */
  readonly tokens?: bigint;
  /** UNITS: seconds from `unbond` to `withdraw`; 14 days if not given. */
  readonly unbondingSeconds?: bigint;
  /** UNITS: blocks from the end of a job to the one that draws what is verified; 2 if not given. */
  readonly beaconDelay?: bigint;
}

/** Most gas of one transaction (EIP-7825) is 16,777,216; what is not used is not paid. */
const callGas = 500_000n;

/** Sends transactions one after another without waiting for blocks: addresses follow from the sender's nonces. */
class Sender {
  readonly #deployer: LocalAccount;
  readonly #client;
  readonly #wallet;
  readonly #hashes: Hex[] = [];
  #nonce: number;

  private constructor(options: DeployOptions, nonce: number) {
    this.#deployer = options.deployer;
    this.#client = rpcClient(options.rpc);
    this.#wallet = createWalletClient({ account: options.deployer, transport: http(options.rpc) });
    this.#nonce = nonce;
  }

  static async create(options: DeployOptions): Promise<Sender> {
    const { address } = options.deployer;
    return new Sender(options, await explained(rpcClient(options.rpc).getTransactionCount({ address })));
  }

  async deploy(name: string, ...args: readonly unknown[]): Promise<Address> {
    const { abi, bytecode } = readContractArtifact(name);
    const data = encodeDeployData({ abi, bytecode, args });
    const address = getContractAddress({ from: this.#deployer.address, nonce: BigInt(this.#nonce) });
    const gas = await explained(this.#client.estimateGas({ account: this.#deployer, data }));
    await this.#send({ data, gas: (gas * 11n) / 10n });
    return address;
  }

  async call(to: Address, data: Hex): Promise<void> {
    await this.#send({ to, data, gas: callGas });
  }

  async #send(transaction: { to?: Address; data: Hex; gas: bigint }): Promise<void> {
    const nonce = this.#nonce++;
    this.#hashes.push(await explained(this.#wallet.sendTransaction({ ...transaction, nonce, chain: null })));
  }

  /** Waits until all are mined; number of the first block that holds one. */
  async mined(): Promise<number> {
    const receipts = await Promise.all(
      this.#hashes.map((hash) => explained(this.#client.waitForTransactionReceipt({ hash }))),
    );
    const failed = receipts.find(({ status }) => status !== "success");
    if (failed !== undefined) {
      const facts = { transaction: failed.transactionHash };
      throw new OperatorError(
        "deployment-failed",
        `Transaction ${failed.transactionHash} of the deployment failed.`,
        facts,
      );
    }
    return Math.min(...receipts.map(({ blockNumber }) => Number(blockNumber)));
  }
}

/**
 * Deploys the contracts with a test token to a development chain, binds them and hands out tokens.
 * Errors: OperatorError `not-built`, `deployment-failed`; those of `explainError`.
 */
export async function deployContracts(options: DeployOptions): Promise<Deployment> {
  const { fund = [], tokens = parseEther("1000000") } = options;
  const { unbondingSeconds = 14n * 86_400n, beaconDelay = 2n } = options;
  const client = rpcClient(options.rpc);
  const genesis = await explained(client.getBlock({ blockNumber: 0n }));
  const sender = await Sender.create(options);
  const token = await sender.deploy("TestToken");
  const staking = await sender.deploy("Staking", token, unbondingSeconds);
  const beacon = await sender.deploy("PrevrandaoBeacon", beaconDelay);
  const jobMarket = await sender.deploy("JobMarket", token, staking, beacon);
  const arbiter = await sender.deploy("Arbiter");
  const pinpoint = await sender.deploy("Pinpoint", token, jobMarket, arbiter);
  const verification = await sender.deploy("Verification", jobMarket, staking, pinpoint, beacon);
  const availability = await sender.deploy("Availability", token, jobMarket, pinpoint);
  const modelRegistry = await sender.deploy("ModelRegistry", jobMarket);
  const bindings = [
    [staking, [jobMarket, verification]],
    [jobMarket, [pinpoint, verification, availability]],
    [pinpoint, [verification, availability]],
  ] as const;
  for (const [contract, bound] of bindings)
    await sender.call(contract, encodeFunctionData({ abi: stakingAbi, functionName: "bind", args: [bound] }));
  for (const account of fund) {
    await sender.call(token, encodeFunctionData({ abi: testTokenAbi, functionName: "mint", args: [account, tokens] }));
  }
  const block = await sender.mined();
  const chainId = await explained(client.getChainId());
  const contracts = { token, staking, beacon, jobMarket, arbiter, pinpoint, verification, availability, modelRegistry };
  return { chainId, genesisHash: genesis.hash, block, ...contracts };
}
