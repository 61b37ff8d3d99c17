import { parseEventLogs, toHex, type Hex, type Log } from "viem";
import { DefectError } from "../common/index.ts";
import {
  connect,
  deployContracts,
  devAccount,
  encodeCall,
  explained,
  jobMarketAbi,
  pinpointAbi,
  prevrandaoBeaconAbi,
  rpcClient,
  stakingAbi,
  startAnvil,
  verificationAbi,
  type Anvil,
  type Chain,
} from "../protocol/index.ts";
import type { Entry, Sending } from "./sending.ts";

/** A call that was mined. */
export interface Mined {
  readonly sending: Sending;
  readonly done: boolean;
  /** UNITS: gas. */
  readonly gas: bigint;
}

/** A block with all that its calls said. */
export interface MinedBlock {
  readonly number: bigint;
  /** UNITS: seconds since the epoch. */
  readonly time: number;
  readonly calls: readonly Mined[];
  readonly entries: readonly Entry[];
}

interface RawReceipt {
  readonly transactionHash: Hex;
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly logs: readonly Log[];
}

/** A round number, so that every start of the chain gives the same blocks and so the same draws. */
const genesisTime = 1_800_000_000;
/** Gas that a call may take; a judgement is given all that a transaction may have. */
const callGas = 3_000_000n;
const judgementGas = 16_000_000n;
/** As the shipped deployment has it: two epochs and two blocks. */
const beaconDelay = 66n;

const abi = [jobMarketAbi, pinpointAbi, stakingAbi, verificationAbi, prevrandaoBeaconAbi].flat();

/** The contracts on a chain of this process's own, whose blocks and clock it makes itself. Accounts need no key and no ether. */
export class LocalChain {
  readonly chain: Chain;
  readonly #anvil: Anvil;

  private constructor(anvil: Anvil, chain: Chain) {
    this.#anvil = anvil;
    this.chain = chain;
  }

  /** Errors: OperatorError `anvil-missing`, `not-built`. */
  static async start(): Promise<LocalChain> {
    const flags = [
      "--auto-impersonate",
      "--prune-history",
      "--transaction-block-keeper",
      "64",
      "--order",
      "fifo",
      "--gas-limit",
      "2000000000",
    ];
    const free = ["--base-fee", "0", "--gas-price", "0", "--timestamp", String(genesisTime)];
    const anvil = await startAnvil({ args: [...flags, ...free] });
    try {
      const request = (method: string, ...params: unknown[]) =>
        explained(rpcClient(anvil.rpc).request({ method, params } as never));
      await request("anvil_setLoggingEnabled", false);
      await request("anvil_setBlockTimestampInterval", 1);
      const deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), beaconDelay });
      await request("evm_setAutomine", false);
      return new LocalChain(anvil, await connect(anvil.rpc, deployment));
    } catch (error) {
      await anvil.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#anvil.stop();
  }

  /** @returns what `restore` takes, once */
  snapshot(): Promise<Hex> {
    return this.#request("evm_snapshot");
  }

  /** Takes the chain back: blocks, time and what waits to be mined. */
  async restore(snapshot: Hex): Promise<void> {
    await this.#request("evm_revert", snapshot);
  }

  async head(): Promise<{ readonly number: bigint; readonly time: number }> {
    const block = await this.#request<{ number: Hex; timestamp: Hex }>("eth_getBlockByNumber", "latest", false);
    return { number: BigInt(block.number), time: Number(block.timestamp) };
  }

  /** Mines empty blocks twelve seconds apart. @param time of the first one. UNITS: seconds */
  async pass(time: number, blocks: bigint): Promise<void> {
    await this.#request("evm_setNextBlockTimestamp", time);
    await this.#request("anvil_mine", toHex(blocks), toHex(12));
  }

  /** Mines the calls in one block, in their order. @param time of the block, after the last one's. UNITS: seconds */
  async mine(time: number, sendings: readonly Sending[]): Promise<MinedBlock> {
    const hashes = await Promise.all(sendings.map((sending) => this.#send(sending)));
    await this.#request("evm_setNextBlockTimestamp", time);
    await this.#request("evm_mine");
    const { number } = await this.head();
    if (sendings.length === 0) return { number, time, calls: [], entries: [] };
    const receipts = await this.#request<readonly RawReceipt[]>("eth_getBlockReceipts", "latest");
    const calls = sendings.map((sending, i): Mined => {
      const receipt = receipts.find(({ transactionHash }) => transactionHash === hashes[i]);
      if (receipt === undefined) throw new DefectError("not-mined", "A call was left out of its block.", { sending });
      return { sending, done: BigInt(receipt.status) === 1n, gas: BigInt(receipt.gasUsed) };
    });
    const logs = receipts.flatMap((receipt) => receipt.logs);
    const events = parseEventLogs({ abi, logs: [...logs] });
    const entries = events.map(({ eventName, args }) => ({ name: eventName, args, time }) as unknown as Entry);
    return { number, time, calls, entries };
  }

  #send({ from, call }: Sending): Promise<Hex> {
    const gas = toHex(call.functionName === "judge" ? judgementGas : callGas);
    return this.#request("eth_sendTransaction", { from, ...encodeCall(call), gas, gasPrice: "0x0" });
  }

  #request<T>(method: string, ...params: unknown[]): Promise<T> {
    return explained(this.chain.client.request({ method, params } as never) as Promise<T>);
  }
}
