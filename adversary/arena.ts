import { keccak256, parseEther, type Address, type Hex } from "viem";
import { OperatorError, type Prng } from "../common/index.ts";
import {
  approveTokens,
  connect,
  depositStake,
  devAccount,
  deployContracts,
  encodeCall,
  enrollVerifier,
  explainError,
  readCredit,
  readStake,
  readTokens,
  SecretTree,
  startAnvil,
  wordCall,
  type Anvil,
  type Call,
  type Chain,
} from "../protocol/index.ts";

/** Who takes part. Accomplices are verifiers of the attacker's; the honest verifiers have as much stake as they. */
export const roles = [
  "submitter", "solver", "attacker", "accomplice1", "accomplice2", "verifier1", "verifier2", "other",
] as const; // prettier-ignore
export type Role = (typeof roles)[number];

export const honestVerifiers = ["verifier1", "verifier2"] as const;
export const accomplices = ["accomplice1", "accomplice2"] as const;

/** What befalls honest parties. Chances of one action each. */
export interface Trouble {
  /** The party is away for `awaySeconds` before it acts. */
  readonly crash: number;
  /** The chain is reorganised by up to 3 blocks after it. */
  readonly reorganisation: number;
  /** It lands up to 8 blocks late. */
  readonly slow: number;
  /** UNITS: seconds. */
  readonly awaySeconds: number;
}

// Deriving a key takes milliseconds.
const addresses = Object.fromEntries(roles.map((role, i) => [role, devAccount(1 + i).address])) as Record<
  Role,
  Address
>;

const tokens = parseEther("1000000");
/** What every verifier has in the draws. UNITS: the token's smallest. */
const enrolled = parseEther("1000");

interface Sent {
  readonly from: Address;
  readonly call: Call;
  readonly hash: Hex;
}

/** A local chain with the contracts and everybody's money, the same at the start of every run. */
export class Arena {
  readonly chain: Chain;
  readonly secrets: ReadonlyMap<Role, SecretTree>;
  readonly #anvil: Anvil;
  #start: Hex = "0x";
  #recent: Sent[] = [];
  #spent = new Map<Role, bigint>();
  #trouble: { readonly chances: Trouble; readonly prng: Prng } | undefined;
  readonly troubles = { actions: 0, crashes: 0, reorganisations: 0, late: 0 };

  private constructor(chain: Chain, anvil: Anvil) {
    this.chain = chain;
    this.#anvil = anvil;
    this.secrets = new Map(roles.map((role) => [role, new SecretTree(keccak256(this.address(role)))]));
  }

  static async start(): Promise<Arena> {
    const anvil = await startAnvil();
    const fund = Object.values(addresses);
    const deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), fund, beaconDelay: 2n });
    const arena = new Arena(await connect(anvil.rpc, deployment), anvil);
    await arena.#prepare();
    return arena;
  }

  async stop(): Promise<void> {
    await this.#anvil.stop();
  }

  address(role: Role): Address {
    return addresses[role];
  }

  /** Everything is approved and staked, and the verifiers are in the draws. */
  async #prepare(): Promise<void> {
    const { deployment } = this.chain;
    for (const role of roles) {
      for (const spender of ["staking", "jobMarket", "pinpoint"] as const)
        await this.act(role, approveTokens(deployment, spender, 2n ** 255n));
      await this.act(role, depositStake(deployment, tokens / 2n));
    }
    for (const role of [...honestVerifiers, ...accomplices])
      await this.act(role, enrollVerifier(deployment, enrolled, this.secrets.get(role)!.root));
    await this.pass(60);
    this.#start = await this.request<Hex>("evm_snapshot");
  }

  /**
   * Back to the start.
   * @param prng of the run: a local node's randomness is the same at the same height, so every run has heights of its own
   * @param trouble what befalls who acts from now on
   */
  async reset(prng: Prng, trouble?: { readonly chances: Trouble; readonly prng: Prng }): Promise<void> {
    await this.request("evm_revert", this.#start);
    this.#start = await this.request<Hex>("evm_snapshot");
    await this.request("anvil_mine", `0x${(1 + prng.below(100)).toString(16)}`);
    this.#recent = [];
    this.#spent = new Map();
    this.#trouble = trouble;
  }

  request<T>(method: string, ...params: unknown[]): Promise<T> {
    return this.chain.client.request({ method, params } as never) as Promise<T>;
  }

  /** Moves the chain's clock, with so many blocks. UNITS: seconds. */
  async pass(seconds: number, blocks = 1): Promise<void> {
    await this.request("evm_increaseTime", seconds);
    await this.request("anvil_mine", `0x${blocks.toString(16)}`);
  }

  async now(): Promise<bigint> {
    return (await this.chain.client.getBlock()).timestamp;
  }

  /** Makes a call, once. Errors: OperatorError, what it reverts with. */
  async act(role: Role, call: Call): Promise<Hex> {
    if (this.#trouble === undefined) return this.#send(role, call);
    const { chances, prng } = this.#trouble;
    const happens = (chance: number): boolean => prng.unit() < chance;
    this.troubles.actions++;
    if (happens(chances.crash)) {
      this.troubles.crashes++;
      await this.pass(chances.awaySeconds);
    }
    if (happens(chances.slow)) {
      this.troubles.late++;
      await this.request("anvil_mine", `0x${(1 + prng.below(8)).toString(16)}`);
    }
    const hash = await this.#send(role, call);
    if (happens(chances.reorganisation)) await this.#reorganise(1 + prng.below(3));
    return hash;
  }

  async #send(role: Role, call: Call): Promise<Hex> {
    const { to, data } = encodeCall(call);
    const from = this.address(role);
    try {
      const receipt = await this.request<{ transactionHash: Hex; gasUsed: Hex; status: Hex }>(
        "eth_sendTransactionSync",
        { from, to, data, gas: "0x989680" },
      );
      const { transactionHash: hash } = receipt;
      if (receipt.status !== "0x1") await this.request("eth_call", { from, to, data }, "latest");
      this.#spent.set(role, (this.#spent.get(role) ?? 0n) + BigInt(receipt.gasUsed));
      this.#recent = [...this.#recent, { from, call, hash }].slice(-6);
      return hash;
    } catch (error) {
      throw explainError(error);
    }
  }

  /** Takes blocks back; whoever finds a transaction of his gone sends it again. */
  async #reorganise(depth: number): Promise<void> {
    this.troubles.reorganisations++;
    const before = await this.now();
    await this.request("anvil_reorg", depth, []);
    // The local node takes back what its clock was moved by, too; time itself does not run backwards.
    const after = await this.now();
    if (after < before) await this.pass(Number(before - after));
    for (const { from, call, hash } of this.#recent.splice(0)) {
      const receipt = await this.request("eth_getTransactionReceipt", hash);
      const role = roles.find((each) => this.address(each) === from)!;
      if (receipt === null) await this.#again(role, call);
    }
  }

  /** What the chain as it is now has no place for is not sent again; a word is proved by the new block. */
  async #again(role: Role, call: Call): Promise<void> {
    const { chain } = this;
    const number = await chain.client.getBlockNumber({ cacheTime: 0 });
    const records = call.functionName === "record";
    const now = records ? await wordCall(chain, call.args[0] as bigint, number) : call;
    if (now === undefined) return;
    try {
      await this.#send(role, now);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
    }
  }

  /** Whether a call is refused now, by its code. */
  async refusal(role: Role, call: Call): Promise<string | undefined> {
    const { to, data } = encodeCall(call);
    try {
      await this.request("eth_call", { from: this.address(role), to, data }, "latest");
      return undefined;
    } catch (error) {
      const told = explainError(error);
      return told instanceof OperatorError ? told.code : String(told);
    }
  }

  /** What a role has, staked or owed or free. UNITS: the token's smallest. */
  async worth(role: Role): Promise<{ readonly all: bigint; readonly staked: bigint }> {
    const address = this.address(role);
    const [free, { staked }, market, games] = await Promise.all([
      readTokens(this.chain, address),
      readStake(this.chain, address),
      readCredit(this.chain, "jobMarket", address),
      readCredit(this.chain, "pinpoint", address),
    ]);
    return { all: free + staked + market + games, staked };
  }

  /** Gas that a role spent since the start of the run. */
  gasOf(role: Role): bigint {
    return this.#spent.get(role) ?? 0n;
  }
}
