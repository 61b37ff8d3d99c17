import { createPublicClient, http, type PublicClient } from "viem";
import { OperatorError, TransientError } from "../common/index.ts";
import type { Deployment } from "./deployment.ts";
import { explained } from "./explain-error.ts";

/** A deployment as seen through one node. */
export interface Chain {
  readonly client: PublicClient;
  readonly deployment: Deployment;
}

/** A client of a node at an HTTP address; calls made at once travel together. */
export function rpcClient(rpc: string): PublicClient {
  const url = URL.parse(rpc);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new OperatorError("bad-rpc", `"${rpc}" is not the http or https address of a node.`, { rpc });
  }
  return createPublicClient({ transport: http(rpc, { batch: true, retryCount: 2 }), pollingInterval: 200 });
}

/**
 * Connects and makes sure that the node serves the chain of the deployment.
 * Errors: TransientError `rpc-unreachable`, `node-behind`; OperatorError `bad-rpc`, `wrong-chain`.
 */
export async function connect(rpc: string, deployment: Deployment): Promise<Chain> {
  const client = rpcClient(rpc);
  const [genesis, head] = await explained(
    Promise.all([client.getBlock({ blockNumber: 0n }), client.getBlockNumber({ cacheTime: 0 })]),
  );
  if (genesis.hash !== deployment.genesisHash) {
    const message = `The node at ${rpc} serves another chain than the deployment file names: choose another of either.`;
    throw new OperatorError("wrong-chain", message, { rpc, genesis: genesis.hash, expected: deployment.genesisHash });
  }
  if (head < BigInt(deployment.block)) {
    const message = `The node at ${rpc} is at block ${head}, before the contracts' block ${deployment.block}: wait until it has caught up, or name another node.`;
    throw new TransientError("node-behind", message, { rpc, head, deployed: deployment.block });
  }
  return { client, deployment };
}
