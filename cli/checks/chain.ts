import { erc20Abi, formatEther, type Address } from "viem";
import {
  compareCode,
  explained,
  readStake,
  readTokens,
  rpcClient,
  wiringProblems,
  type Chain,
  type Deployment,
} from "../../protocol/index.ts";
import { fail, ok, warn, type Result } from "./check.ts";

/** Whether the node serves the chain of the deployment. */
export async function checkIdentity(rpc: string, deployment: Deployment): Promise<Result> {
  const client = rpcClient(rpc);
  const [chainId, genesis] = await Promise.all([
    explained(client.getChainId()),
    explained(client.getBlock({ blockNumber: 0n })),
  ]);
  const advice = "Choose another --rpc or another --deployment.";
  if (chainId !== deployment.chainId) {
    return fail(`the node serves chain ${chainId}, the deployment file is of ${deployment.chainId}`, advice);
  }
  if (genesis.hash === deployment.genesisHash) return ok(`chain ${chainId}, genesis ${genesis.hash.slice(0, 10)}…`);
  return fail(`the node's chain begins with ${genesis.hash}, the deployment's with ${deployment.genesisHash}`, advice);
}

/** Whether the contracts are this build's, know each other, and pay in a token. */
export async function checkContracts(chain: Chain): Promise<Result> {
  const findings = await compareCode(chain);
  const wrong = findings.filter(({ code }) => code !== "same");
  if (wrong.length > 0) {
    const told = wrong.map(({ contract, address, code }) =>
      code === "none" ? `no contract at ${address} (${contract})` : `${contract} differs`,
    );
    const advice = "Use the release that these contracts were deployed from, or the deployment file of this one.";
    return fail(told.join(", "), advice);
  }
  const wiring = await wiringProblems(chain);
  if (wiring.length > 0) return fail(wiring.join("; "), "The deployment file mixes deployments: write it anew.");
  const token = { address: chain.deployment.token, abi: erc20Abi } as const;
  const decimals = await explained(chain.client.readContract({ ...token, functionName: "decimals" }));
  if (decimals !== 18) return warn(`as this build has them; the token has ${decimals} decimals`, "Amounts are shown as if there were 18."); // prettier-ignore
  return ok(`as this build has them: ${findings.map(({ contract }) => contract).join(", ")}`);
}

/** UNITS: seconds. */
const [mostAhead, mostBehind] = [15n, 120n];

/** Whether clock and chain agree on the time. @param now of this machine, in seconds since the epoch */
export async function checkClock({ client }: Chain, now: bigint): Promise<Result> {
  const { timestamp, number } = await explained(client.getBlock({ blockTag: "latest" }));
  const age = now - timestamp;
  if (age < -mostAhead) {
    return fail(`block ${number} is ${-age} s in the future`, "Set this machine's clock: deadlines are read from it.");
  }
  const told = `block ${number} is ${age < 0n ? 0n : age} s old`;
  if (age <= mostBehind) return ok(told);
  const advice = "The node is behind, nobody makes blocks, or this machine's clock is ahead.";
  return warn(told, advice);
}

/** Gas that a long game of either side takes, judgement and opening included. */
const gameGas = 3_000_000n;

/** Whether an account can act: coin for gas; what it owns and has staked is told. */
export async function checkAccount(chain: Chain, account: Address): Promise<Result> {
  const { client } = chain;
  const [coin, fees, owned, stake] = await Promise.all([
    explained(client.getBalance({ address: account })),
    explained(client.estimateFeesPerGas()),
    readTokens(chain, account),
    readStake(chain, account),
  ]);
  const tokens = `${formatEther(owned)} tokens, ${formatEther(stake.free)} of stake free, ${formatEther(stake.locked)} locked`;
  const found = `${account} has ${formatEther(coin)} coin, ${tokens}`;
  const needed = fees.maxFeePerGas * gameGas;
  if (coin === 0n) return fail(found, "Send it coin: without gas it can neither commit nor defend.");
  if (coin < needed)
    return warn(found, `A dispute may take ${formatEther(needed)} coin at the present fee: send more.`);
  if (owned + stake.staked - stake.unbonding === 0n)
    return warn(found, "Verifiers enroll stake, solvers lock what each job asks: send tokens.");
  return ok(found);
}
