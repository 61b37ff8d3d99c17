import { encodeFunctionData, type Abi, type Address, type Hex } from "viem";

/** A transaction that is not sent yet: who keeps a journal sends it. */
export interface Call {
  readonly address: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
}

/** The same as recipient and data. */
export function encodeCall(call: Call): { readonly to: Address; readonly data: Hex } {
  return { to: call.address, data: encodeFunctionData(call as never) };
}
