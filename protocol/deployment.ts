import { readFile } from "node:fs/promises";
import { isAddress, isHash, type Address, type Hex } from "viem";
import { z } from "zod";
import { OperatorError } from "../common/index.ts";

const address = z.custom<Address>(
  (value) => typeof value === "string" && isAddress(value),
  "an address is 0x and 40 hex digits",
);
const hash = z.custom<Hex>((value) => typeof value === "string" && isHash(value), "a hash is 0x and 64 hex digits");

const schema = z.object({
  chainId: z.int().positive(),
  /** Hash of block 0: two development chains share a chain id but not this. */
  genesisHash: hash,
  /** Block at or before the first contract; where an index starts. */
  block: z.int().nonnegative(),
  token: address,
  staking: address,
  beacon: address,
  jobMarket: address,
  arbiter: address,
  pinpoint: address,
  verification: address,
  availability: address,
  modelRegistry: address,
});

/** The contracts that owe credits. */
export const payers = ["jobMarket", "pinpoint", "availability"] as const;
export type Payer = (typeof payers)[number];
/** The contracts that take tokens. */
export type Spender = Payer | "staking";

/** Where the contracts of one deployment are. */
export type Deployment = Readonly<z.infer<typeof schema>>;

/** Errors: OperatorError `bad-deployment`. */
export function parseDeployment(json: unknown, source = "The deployment"): Deployment {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = z.prettifyError(parsed.error).replaceAll("\n", " ");
  throw new OperatorError("bad-deployment", `${source} is not a deployment file: ${problems}.`, { source });
}

/** Errors: OperatorError `deployment-missing` (no such file), `bad-deployment`. */
export async function readDeployment(path: string): Promise<Deployment> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const message = `Cannot read the deployment file ${path}: start a chain with \`pinpoint devnet\` or name another file.`;
    throw new OperatorError("deployment-missing", message, { path }, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new OperatorError("bad-deployment", `${path} is not JSON.`, { path }, { cause });
  }
  return parseDeployment(json, path);
}
