import { expect } from "chai";
import { encodeAbiParameters, keccak256, toRlp, zeroHash, type Hex } from "viem";
import { encodeHeader, prevrandaoBeaconAbi } from "../../protocol/index.ts";
import { request, World, type Target } from "./support/world.ts";

/** Words of the chain's own blocks, proved by their headers. */
describe("PrevrandaoBeacon", () => {
  let world: World;
  let beacon: Target;
  const raw = (number: bigint) =>
    request<Record<string, Hex>>("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
  const header = async (number: bigint) => encodeHeader(await raw(number));
  const height = async () => BigInt(await request<Hex>("eth_blockNumber", []));
  /** One by one: blocks that the node mines many at a time have no randomness. */
  const mine = async (blocks: bigint) => {
    for (let n = 0n; n < blocks; n++) await request("evm_mine", []);
  };

  beforeEach(async () => {
    world = await World.create();
    beacon = { ...(await world.deploy("PrevrandaoBeacon", 3n)), abi: prevrandaoBeaconAbi };
  });

  const record = (target: bigint, encoded: Hex) =>
    world.send(world.accounts.stranger, beacon, "record", [target, encoded]);
  const refused = (target: bigint, encoded: Hex, error: string, ...values: unknown[]) =>
    world.fails(world.accounts.stranger, beacon, "record", [target, encoded], error, values);

  it("asks for a block to come, and takes its word from that block's header alone", async () => {
    const target = await world.read<bigint>(beacon, "targetBlock");
    expect(target).to.equal((await height()) + 3n);
    expect(await world.read(beacon, "wordOf", [target])).to.equal(zeroHash);
    await mine(2n);
    await refused(target, "0x", "TooEarlyFor", target, (await height()) + 1n);
    await mine(2n);
    const other = await header(target - 1n);
    const own = await header(target);
    await refused(target, other, "WrongHeader", target, keccak256(own), keccak256(other));
    const { mixHash } = await raw(target);
    const types = [{ type: "uint64" }, { type: "bytes32" }] as const;
    const word = keccak256(encodeAbiParameters(types, [target, mixHash!]));
    await record(target, own);
    expect(await world.read(beacon, "wordOf", [target])).to.equal(word);
    await refused(target, own, "AlreadyRecorded", target);
  });

  it("falls back to the block 256 later, and again, where nobody recorded the word in time", async () => {
    const target = await world.read<bigint>(beacon, "targetBlock");
    await mine(3n + 256n);
    expect(await world.read(beacon, "answeringBlock", [target])).to.equal(target);
    await mine(1n);
    const answering = await world.read<bigint>(beacon, "answeringBlock", [target]);
    expect(answering).to.equal(target + 256n);
    await mine(600n);
    const later = await world.read<bigint>(beacon, "answeringBlock", [target]);
    expect((later - target) % 256n).to.equal(0n);
    expect((await height()) - later < 256n).to.equal(true);
    const missed = await header(target);
    await refused(target, missed, "WrongHeader", later, keccak256(await header(later)), keccak256(missed));
    await record(target, await header(later));
    expect(await world.read(beacon, "wordOf", [target])).to.not.equal(zeroHash);
  });

  it("takes no word from a block without randomness", async () => {
    const target = await world.read<bigint>(beacon, "targetBlock");
    await request("hardhat_mine", ["0x40"]);
    expect((await raw(target)).mixHash).to.equal(zeroHash);
    await refused(target, await header(target), "NoRandomness", target);
  });

  it("is not deployed without a delay, and nothing but a header's bytes has its hash", async () => {
    await world.deployFails("PrevrandaoBeacon", [0n], "ZeroDelay");
    const target = await world.read<bigint>(beacon, "targetBlock");
    await mine(4n);
    const own = await header(target);
    const forged = toRlp(["0x01", "0x02"]);
    for (const bytes of ["0x", forged, `${own}00`, own.slice(0, -2)] as Hex[])
      await refused(target, bytes, "WrongHeader", target, keccak256(own), keccak256(bytes));
  });
});
