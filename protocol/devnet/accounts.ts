import { mnemonicToAccount, type HDAccount } from "viem/accounts";
import { toHex } from "../../common/index.ts";
import type { Hex } from "viem";

/** The words every development chain starts with: known to all, so never to be used where money is real. */
const mnemonic = "test test test test test test test test test test test junk";

/** Account `index` (0–9) of a development chain. */
export function devAccount(index: number): HDAccount {
  return mnemonicToAccount(mnemonic, { addressIndex: index });
}

/** Its private key. */
export function devKey(index: number): Hex {
  return toHex(devAccount(index).getHdKey().privateKey!);
}
