import { keccak256, toHex, toRlp, type Hex } from "viem";
import { DefectError } from "../common/index.ts";
import type { Chain } from "./chain.ts";
import { explained } from "./explain-error.ts";

/** Members of a block header in the order of its encoding; those after the nonce came with later hard forks. */
const hashes = [
  "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom",
] as const; // prettier-ignore
const later = ["withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"] as const;

/** A block as the node's own interface gives it, every number in hexadecimal. */
type RawBlock = Readonly<Record<string, Hex | undefined>>;

/** A number without leading zeros, as headers hold it. */
function scalar(value: Hex | undefined): Hex {
  const digits = BigInt(value ?? "0x0");
  return digits === 0n ? "0x" : toHex(digits);
}

/**
 * The RLP encoding of a block's header, which hashes to the block's hash.
 * @throws DefectError `unknown-header` when it does not: the chain has members of headers that are not known here
 */
export function encodeHeader(block: RawBlock): Hex {
  const members: Hex[] = hashes.map((name) => block[name] ?? "0x");
  for (const name of ["difficulty", "number", "gasLimit", "gasUsed", "timestamp"]) members.push(scalar(block[name]));
  members.push(block["extraData"] ?? "0x", block["mixHash"] ?? "0x", block["nonce"] ?? "0x");
  if (block["baseFeePerGas"] !== undefined) members.push(scalar(block["baseFeePerGas"]));
  for (const name of later) {
    const value = block[name];
    if (value === undefined) continue;
    members.push(name.endsWith("Gas") || name.endsWith("Used") ? scalar(value) : value);
  }
  const encoded = toRlp(members);
  if (keccak256(encoded) === block["hash"]) return encoded;
  const facts = { number: block["number"], hash: block["hash"] };
  throw new DefectError("unknown-header", "The chain's block headers have members that are not known here.", facts);
}

/** The encoded header of a block. */
export async function readHeader({ client }: Chain, number: bigint): Promise<Hex> {
  const parameters = { method: "eth_getBlockByNumber", params: [toHex(number), false] } as never;
  return encodeHeader((await explained(client.request(parameters))) as RawBlock);
}
