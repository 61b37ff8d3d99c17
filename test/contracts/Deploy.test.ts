import { expect } from "chai";
import { network } from "hardhat";
import { getAddress, type Address } from "viem";
import {
  PinpointCommitReveal,
  PinpointCommitRevealOnToken,
  PinpointModule,
  PinpointOnToken,
} from "../../ignition/index.ts";
import {
  commitRevealBeaconAbi,
  jobMarketAbi,
  pinpointAbi,
  prevrandaoBeaconAbi,
  stakingAbi,
} from "../../protocol/index.ts";

type Addresses = Readonly<Record<string, { readonly address: Address }>>;

describe("Deployment by Ignition", () => {
  it("binds every contract to the one that may call it, once", async () => {
    const { ignition, viem } = await network.create();
    const [deployer] = await viem.getWalletClients();
    const client = await viem.getPublicClient();
    const parameters = { Pinpoint: { unbondingSeconds: 12_345n, beaconDelay: 77n } };
    const contracts = (await ignition.deploy(PinpointModule, { parameters })) as unknown as Addresses;
    const address = (name: string) => getAddress(contracts[name]!.address);
    const read = (abi: readonly unknown[], name: string, functionName: string, ...args: readonly unknown[]) =>
      client.readContract({ address: address(name), abi, functionName, args });
    expect(await read(stakingAbi, "staking", "token")).to.equal(address("token"));
    expect(await read(stakingAbi, "staking", "unbondingSeconds")).to.equal(12_345n);
    expect(await read(stakingAbi, "staking", "bound", 0n)).to.equal(address("jobMarket"));
    expect(await read(stakingAbi, "staking", "bound", 1n)).to.equal(address("verification"));
    expect(await read(stakingAbi, "staking", "deployer")).to.equal(getAddress(deployer!.account.address));
    expect(await read(jobMarketAbi, "jobMarket", "token")).to.equal(address("token"));
    expect(await read(jobMarketAbi, "jobMarket", "staking")).to.equal(address("staking"));
    expect(await read(jobMarketAbi, "jobMarket", "beacon")).to.equal(address("beacon"));
    expect(await read(prevrandaoBeaconAbi, "beacon", "delay")).to.equal(77n);
    expect(await read(jobMarketAbi, "jobMarket", "bound", 0n)).to.equal(address("pinpoint"));
    expect(await read(jobMarketAbi, "jobMarket", "bound", 1n)).to.equal(address("verification"));
    expect(await read(pinpointAbi, "pinpoint", "bound", 0n)).to.equal(address("verification"));
    expect(await read(pinpointAbi, "pinpoint", "token")).to.equal(address("token"));
    expect(await read(pinpointAbi, "pinpoint", "market")).to.equal(address("jobMarket"));
    expect(await read(pinpointAbi, "pinpoint", "arbiter")).to.equal(address("arbiter"));
  });

  it("takes an existing token", async () => {
    const { ignition, viem } = await network.create();
    const existing = await viem.deployContract("TestToken");
    const parameters = { PinpointOnToken: { token: existing.address } };
    const contracts = (await ignition.deploy(PinpointOnToken, { parameters })) as unknown as Addresses;
    expect(getAddress(contracts["token"]!.address)).to.equal(getAddress(existing.address));
    const client = await viem.getPublicClient();
    const staking = { address: contracts["staking"]!.address, abi: stakingAbi } as const;
    expect(await client.readContract({ ...staking, functionName: "token" })).to.equal(getAddress(existing.address));
    expect(await client.readContract({ ...staking, functionName: "unbondingSeconds" })).to.equal(1_209_600n);
  });

  it("takes the beacon of rounds where headers have no randomness, and binds it to the verification", async () => {
    const { ignition, viem } = await network.create();
    const existing = await viem.deployContract("TestToken");
    const client = await viem.getPublicClient();
    const parameters = { PinpointCommitRevealOnToken: { token: existing.address, commitBlocks: 7, secretBond: 5n } };
    const contracts = (await ignition.deploy(PinpointCommitRevealOnToken, { parameters })) as unknown as Addresses;
    const address = (name: string) => getAddress(contracts[name]!.address);
    const beacon = { address: address("beacon"), abi: commitRevealBeaconAbi } as const;
    expect(await client.readContract({ ...beacon, functionName: "token" })).to.equal(getAddress(existing.address));
    expect(await client.readContract({ ...beacon, functionName: "bound", args: [0n] })).to.equal(
      address("verification"),
    );
    expect(await client.readContract({ ...beacon, functionName: "commitBlocks" })).to.equal(7n);
    expect(await client.readContract({ ...beacon, functionName: "roundBlocks" })).to.equal(39n);
    expect(await client.readContract({ ...beacon, functionName: "bond" })).to.equal(5n);
    expect(await client.readContract({ ...beacon, functionName: "places" })).to.equal(32);
    const market = { address: address("jobMarket"), abi: jobMarketAbi, functionName: "beacon" } as const;
    expect(await client.readContract(market)).to.equal(address("beacon"));
  });

  it("yields contracts within the size that chains accept", async () => {
    const { ignition, viem } = await network.create();
    const contracts = (await ignition.deploy(PinpointModule)) as unknown as Addresses;
    const others = (await ignition.deploy(PinpointCommitReveal)) as unknown as Addresses;
    const client = await viem.getPublicClient();
    for (const [name, { address }] of Object.entries({ ...contracts, rounds: others["beacon"]! })) {
      const code = await client.getCode({ address });
      const bytes = ((code?.length ?? 2) - 2) / 2;
      console.log(`      ${name.padEnd(10)}${bytes} bytes`);
      expect(bytes, name).to.be.within(1, 24_576);
    }
  });
});
