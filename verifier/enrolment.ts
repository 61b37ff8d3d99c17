import { concat, keccak256, stringToHex, type Hex } from "viem";
import { expectMined, lockStake, type Session, type VerifierConfig } from "../daemon/index.ts";
import { enrollVerifier, readVerifier, SecretTree } from "../protocol/index.ts";

/**
 * The secrets of an account on a chain: made from its key, so that they outlive the data folder and nobody else knows them.
 * @param privateKey of the account
 */
export function secretsOf({ chain }: Session, { privateKey }: Pick<VerifierConfig, "privateKey">): SecretTree {
  const { verification, genesisHash } = chain.deployment;
  return new SecretTree(keccak256(concat([privateKey, genesisHash, verification, stringToHex("secrets")])));
}

/** A word that only the account knows, the same whenever it is asked for. */
export function saltOf(secrets: SecretTree, purpose: string): Hex {
  return keccak256(concat([secrets.seed, stringToHex(purpose)]));
}

/**
 * Puts so much stake into the draws, and the secrets with it; what is enrolled already stays.
 * UNITS: `amount` in the token's smallest.
 * @throws OperatorError `tokens-short`
 */
export async function enroll(session: Session, secrets: SecretTree, amount: bigint): Promise<void> {
  const { chain, address, transactions, log } = session;
  const { enrolled, reserved, secretsRoot } = await readVerifier(chain, address);
  const missing = amount > enrolled ? amount - enrolled : 0n;
  const renews = secretsRoot !== secrets.root;
  // Secrets cannot change while seats are open.
  if (missing === 0n && (!renews || reserved > 0n)) return;
  const call = enrollVerifier(chain.deployment, missing, renews && reserved > 0n ? secretsRoot : secrets.root);
  const key = `enroll/${secrets.root.slice(2, 18)}`;
  await lockStake(session, missing, async () =>
    expectMined(await transactions.perform({ key, call, repeatable: true }), key),
  );
  log.info({ event: "enrolled", amount: String(enrolled + missing) }, `Enrolled with ${enrolled + missing}`);
}
