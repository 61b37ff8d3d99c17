import { expect } from "chai";
import { artifacts, network } from "hardhat";
import {
  concatHex,
  decodeErrorResult,
  decodeFunctionResult,
  encodeDeployData,
  encodeErrorResult,
  encodeFunctionData,
  getAddress,
  parseEventLogs,
  toHex,
  type Abi,
  type Address,
  type Hex,
  type Log,
} from "viem";
import {
  availabilityAbi,
  jobMarketAbi,
  modelRegistryAbi,
  pinpointAbi,
  stakingAbi,
  testTokenAbi,
  verificationAbi,
  type Chain,
} from "../../../protocol/index.ts";

/** A contract as the tests call it. */
export interface Target {
  readonly address: Address;
  readonly abi: Abi;
}

/** A mined transaction: what it cost and what it said. */
export interface Receipt {
  readonly gasUsed: bigint;
  readonly logs: readonly { readonly eventName: string; readonly args: Record<string, unknown> }[];
}

export const unbondingSeconds = 100_000n;
export const supplyEach = 10n ** 30n;
export const burnAddress: Address = "0x000000000000000000000000000000000000dEaD";

/** Names of the accounts, in the order of the chain's. */
const names = ["deployer", "submitter", "solver", "challenger", "rival", "verifier", "second", "stranger"] as const;
type Name = (typeof names)[number];

const connection = await network.create();
const { provider, networkHelpers } = connection;
const client = await connection.viem.getPublicClient();

/** The contracts on a chain in memory, with tokens approved, and calls that say exactly what went wrong. */
export class World {
  readonly accounts = {} as Record<Name, Address>;
  token!: Target;
  staking!: Target;
  market!: Target;
  pinpoint!: Target;
  arbiter!: Target;
  beacon!: Target;
  verification!: Target;
  availability!: Target;
  registry!: Target;

  /** What the SDK reads. */
  get chain(): Chain {
    const deployment = { pinpoint: this.pinpoint.address, jobMarket: this.market.address, block: 0 };
    return { client, deployment } as unknown as Chain;
  }

  /** Deploys with the arbiter that answers what a test tells it. @param token the token's contract */
  static async create(token: "TestToken" | "OddToken" = "TestToken", unbonding = unbondingSeconds): Promise<World> {
    const world = new World();
    const addresses = (await provider.request({ method: "eth_accounts" })) as Address[];
    names.forEach((name, index) => (world.accounts[name] = getAddress(addresses[index]!)));
    world.token = {
      ...(await world.deploy(token)),
      abi: token === "TestToken" ? testTokenAbi : (await artifactOf(token)).abi,
    };
    world.staking = { ...(await world.deploy("Staking", world.token.address, unbonding)), abi: stakingAbi };
    world.beacon = await world.deploy("BeaconDouble");
    world.market = {
      ...(await world.deploy("JobMarket", world.token.address, world.staking.address, world.beacon.address)),
      abi: jobMarketAbi,
    };
    world.arbiter = await world.deploy("ArbiterDouble");
    world.pinpoint = {
      ...(await world.deploy("Pinpoint", world.token.address, world.market.address, world.arbiter.address)),
      abi: [...pinpointAbi, ...world.arbiter.abi],
    };
    const { deployer } = world.accounts;
    const parts = [world.market, world.staking, world.pinpoint, world.beacon].map(({ address }) => address);
    world.verification = { ...(await world.deploy("Verification", ...parts)), abi: verificationAbi };
    const asked = [world.token, world.market, world.pinpoint].map(({ address }) => address);
    world.availability = { ...(await world.deploy("Availability", ...asked)), abi: availabilityAbi };
    world.registry = { ...(await world.deploy("ModelRegistry", world.market.address)), abi: modelRegistryAbi };
    const [verification, availability] = [world.verification.address, world.availability.address];
    await world.send(deployer, world.staking, "bind", [[world.market.address, verification]]);
    await world.send(deployer, world.market, "bind", [[world.pinpoint.address, verification, availability]]);
    await world.send(deployer, world.pinpoint, "bind", [[verification, availability]]);
    for (const account of Object.values(world.accounts)) {
      await world.send(account, world.token, "mint", [account, supplyEach]);
      for (const spender of [world.staking, world.market, world.pinpoint, world.availability]) {
        await world.send(account, world.token, "approve", [spender.address, 2n ** 256n - 1n]);
      }
    }
    return world;
  }

  async deploy(name: string, ...args: readonly unknown[]): Promise<Target> {
    const { abi, bytecode } = await artifactOf(name);
    const data = encodeDeployData({ abi, bytecode, args });
    const hash = await request<Hex>("eth_sendTransaction", [{ from: this.accounts.deployer, data }]);
    const receipt = await request<{ contractAddress: Address }>("eth_getTransactionReceipt", [hash]);
    return { address: getAddress(receipt.contractAddress), abi };
  }

  /** A deployment that must revert with exactly this error. */
  async deployFails(name: string, args: readonly unknown[], error: string, values: unknown[] = []): Promise<void> {
    const { abi, bytecode } = await artifactOf(name);
    let said = "success";
    try {
      await request("eth_call", [{ from: this.accounts.deployer, data: encodeDeployData({ abi, bytecode, args }) }]);
    } catch (cause) {
      const revert = revertData(cause);
      if (revert === null) throw cause;
      said = describeError(abi, revert);
    }
    expect(said, name).to.equal(describeError(abi, encodeErrorResult({ abi, errorName: error, args: values })));
  }

  /** Has an OddToken call a contract in the middle of the next transfer. */
  async duringTransfer(target: Target, functionName: string, args: readonly unknown[]): Promise<void> {
    const data = encodeFunctionData({ abi: target.abi, functionName, args });
    await this.send(this.accounts.deployer, this.token, "callDuringTransfer", [target.address, data]);
  }

  /** A transaction that must succeed. @param tail bytes after the arguments, which no contract looks at */
  async send(
    from: Address,
    target: Target,
    functionName: string,
    args: readonly unknown[] = [],
    tail = new Uint8Array(),
  ): Promise<Receipt> {
    const data = concatHex([encodeFunctionData({ abi: target.abi, functionName, args }), toHex(tail)]);
    try {
      const hash = await request<Hex>("eth_sendTransaction", [{ from, to: target.address, data }]);
      const receipt = await request<{ gasUsed: Hex; logs: Log[] }>("eth_getTransactionReceipt", [hash]);
      const contracts = [
        this.staking,
        this.market,
        this.pinpoint,
        this.verification,
        this.availability,
        this.registry,
        this.token,
      ];
      const abi = contracts.flatMap((contract) => contract?.abi ?? []);
      return { gasUsed: BigInt(receipt.gasUsed), logs: parseEventLogs({ abi, logs: receipt.logs }) as never };
    } catch (cause) {
      const error = revertData(cause);
      if (error === null) throw cause;
      const { errorName, args: values } = decodeErrorResult({ abi: target.abi, data: error });
      throw new Error(`${functionName} reverted: ${errorName}(${String(values ?? "")})`, { cause });
    }
  }

  /** A transaction that must revert with exactly this error and these arguments. */
  async fails(
    from: Address,
    target: Target,
    functionName: string,
    args: readonly unknown[],
    errorName: string,
    errorArgs: readonly unknown[] = [],
  ): Promise<void> {
    const data = encodeFunctionData({ abi: target.abi, functionName, args });
    const expected = encodeErrorResult({ abi: target.abi, errorName, args: errorArgs });
    let actual: Hex | null = null;
    try {
      await request("eth_sendTransaction", [{ from, to: target.address, data }]);
    } catch (cause) {
      actual = revertData(cause);
      if (actual === null) throw cause;
    }
    const said = actual === null ? "success" : describeError(target.abi, actual);
    expect(said, `${functionName} by ${this.nameOf(from)}`).to.equal(describeError(target.abi, expected));
  }

  async read<T>(target: Target, functionName: string, args: readonly unknown[] = []): Promise<T> {
    const data = encodeFunctionData({ abi: target.abi, functionName, args });
    const answer = await request<Hex>("eth_call", [{ to: target.address, data }, "latest"]);
    return decodeFunctionResult({ abi: target.abi, functionName, data: answer, args }) as T;
  }

  /** A view that must revert with exactly this error. */
  async readFails(target: Target, functionName: string, args: readonly unknown[], error: string, values: unknown[]) {
    const data = encodeFunctionData({ abi: target.abi, functionName, args });
    let said = "success";
    try {
      await request("eth_call", [{ to: target.address, data }, "latest"]);
    } catch (cause) {
      const revert = revertData(cause);
      if (revert === null) throw cause;
      said = describeError(target.abi, revert);
    }
    const expected = encodeErrorResult({ abi: target.abi, errorName: error, args: values });
    expect(said, functionName).to.equal(describeError(target.abi, expected));
  }

  /** Makes the next transaction's block have this time. */
  async at(seconds: bigint): Promise<void> {
    await networkHelpers.time.setNextBlockTimestamp(seconds);
  }

  /** Mines an empty block at this time. */
  async mineAt(seconds: bigint): Promise<void> {
    await networkHelpers.time.increaseTo(seconds);
  }

  async now(): Promise<bigint> {
    return BigInt(await networkHelpers.time.latest());
  }

  balance(account: Address): Promise<bigint> {
    return this.read(this.token, "balanceOf", [account]);
  }

  credit(target: Target, account: Address): Promise<bigint> {
    return this.read(target, "credit", [account]);
  }

  /** All events of a contract. */
  logs(address: Address): Promise<unknown> {
    return request("eth_getLogs", [{ address, fromBlock: "0x0", toBlock: "latest" }]);
  }

  /** Writes a value into the middle of a storage slot, where no test could bring it by calls. UNITS: `offset` in bytes */
  async poke({ address }: Target, slot: bigint, offset: number, bytes: number, value: bigint): Promise<void> {
    const old = BigInt(await networkHelpers.getStorageAt(address, slot));
    const shift = BigInt(8 * offset);
    const mask = ((1n << BigInt(8 * bytes)) - 1n) << shift;
    await networkHelpers.setStorageAt(address, slot, toHex((old & ~mask) | (value << shift), { size: 32 }));
  }

  /** Lets the tests send transactions as a contract. */
  async impersonate(account: Address): Promise<Address> {
    await networkHelpers.impersonateAccount(account);
    await networkHelpers.setBalance(account, 10n ** 20n);
    return account;
  }

  private nameOf(account: Address): string {
    return Object.entries(this.accounts).find(([, address]) => address === account)?.[0] ?? account;
  }
}

/** A fresh world for each test, from a snapshot. */
export function freshWorld(): Promise<World> {
  return networkHelpers.loadFixture(plainWorld);
}
export function oddWorld(): Promise<World> {
  return networkHelpers.loadFixture(oddTokenWorld);
}
async function plainWorld(): Promise<World> {
  return World.create();
}
async function oddTokenWorld(): Promise<World> {
  return World.create("OddToken");
}

async function artifactOf(name: string): Promise<{ abi: Abi; bytecode: Hex }> {
  const { abi, bytecode } = await artifacts.readArtifact(name);
  return { abi: abi as Abi, bytecode: bytecode as Hex };
}

/** Asks the chain's node. */
export function request<T>(method: string, params: unknown[]): Promise<T> {
  return provider.request({ method, params }) as Promise<T>;
}

/** What a call reverted with, null when it failed otherwise. */
function revertData(error: unknown): Hex | null {
  for (let at = error as { data?: unknown; cause?: unknown } | undefined; at !== undefined; at = at.cause as never) {
    const data = (typeof at.data === "object" ? (at.data as { data?: unknown } | null)?.data : at.data) as unknown;
    if (typeof data === "string" && data.startsWith("0x")) return data as Hex;
  }
  return null;
}

function describeError(abi: Abi, data: Hex): string {
  if (data === "0x") return "empty revert";
  const { errorName, args } = decodeErrorResult({ abi, data });
  return `${errorName}(${(args ?? []).join(", ")})`;
}

/** The one event of that name. */
export function event(receipt: Receipt, name: string): Record<string, unknown> {
  const found = receipt.logs.filter((log) => log.eventName === name);
  expect(found, `events ${name}`).to.have.length(1);
  return found[0]!.args;
}
