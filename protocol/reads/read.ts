import type { Abi, Address, ContractFunctionArgs, ContractFunctionName, ReadContractReturnType } from "viem";
import type { Chain } from "../chain.ts";
import { explained } from "../explain-error.ts";

/** Which block a read is of; the latest if not given. */
export interface At {
  readonly blockNumber?: bigint;
}

/** One view call, its failure explained. */
export function read<
  const A extends Abi,
  N extends ContractFunctionName<A, "view" | "pure">,
  const P extends ContractFunctionArgs<A, "view" | "pure", N>,
>(
  chain: Chain,
  contract: { address: Address; abi: A },
  functionName: N,
  args: P,
  at: At = {},
): Promise<ReadContractReturnType<A, N, P>> {
  const parameters = { ...contract, functionName, args, ...at } as never;
  return explained(chain.client.readContract(parameters) as Promise<ReadContractReturnType<A, N, P>>);
}
