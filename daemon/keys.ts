import { readFileSync } from "node:fs";
import { isHex, type Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import { decryptKey, readKeystore } from "./keystore.ts";

/** Where an account's key is. SAFETY: neither key nor password is ever an argument, because every user of a machine sees those. */
export interface KeySources {
  /** An encrypted key: for keys that hold money. */
  readonly keystore?: string | undefined;
  /** File whose first line is the keystore's password. */
  readonly passwordFile?: string | undefined;
  /** The key in the clear, in a file: for development. */
  readonly keyFile?: string | undefined;
}

export interface SigningKey {
  readonly privateKey: Hex;
  /** Whether it was read from where it stands in the clear: `PINPOINT_KEY` or a key file. */
  readonly plain: boolean;
}

/** A chain that anybody starts on his own machine, with money that is worth nothing. */
export const developmentChainId = 31_337;

/** What to say where a key stands in the clear and the chain's money is real; undefined where that does no harm. */
export function plainKeyWarning({ plain }: Pick<SigningKey, "plain">, chainId: number): string | undefined {
  if (!plain || chainId === developmentChainId) return undefined;
  return "The private key stands in the clear: move it into a keystore (pinpoint key import) before it holds real money.";
}

/** @throws OperatorError `bad-key`; the text itself stays out of message and facts */
export function parsePrivateKey(text: string, source?: string): Hex {
  const trimmed = text.trim();
  const key = trimmed.startsWith("0x") ? trimmed : `0x${trimmed}`;
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  if (isHex(key) && key.length === 66 && BigInt(key) > 0n && BigInt(key) < order) return key;
  throw new OperatorError("bad-key", "The private key is not 64 hexadecimal digits that make a key.", { source });
}

function readText(path: string, code: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new OperatorError(code, `Cannot read the ${what} ${path}.`, { path }, { cause });
  }
}

/** The first line of a password file. @throws OperatorError `no-password` */
export function readPassword(passwordFile: string): string {
  const [line = ""] = readText(passwordFile, "no-password", "password file").split(/\r?\n/, 1);
  if (line !== "") return line;
  throw new OperatorError("no-password", `The first line of ${passwordFile} is empty: write the password there.`, {
    passwordFile,
  });
}

/** Whether a keystore is named whose password must be asked for. */
export function needsPassword({ keystore, passwordFile }: KeySources): boolean {
  return keystore !== undefined && passwordFile === undefined;
}

/**
 * The key to sign with: of the keystore if one is named, else `PINPOINT_KEY`, else of the key file.
 * @param password of the keystore, where a person was asked for it
 * @throws OperatorError `no-key`, `bad-key`, `two-keys`, `no-password`, `wrong-password`, `no-keystore`, `bad-keystore`
 */
export function readKey(
  { keystore, passwordFile, keyFile }: KeySources,
  env: Readonly<Record<string, string | undefined>>,
  password?: string,
): SigningKey {
  const { PINPOINT_KEY: plain } = env;
  if (keystore !== undefined) {
    if (plain !== undefined || keyFile !== undefined) {
      const other = plain === undefined ? `the key file ${keyFile}` : "PINPOINT_KEY";
      throw new OperatorError("two-keys", `The keystore ${keystore} and ${other} both name a key: keep one.`, {
        keystore,
      });
    }
    const secret = password ?? (passwordFile === undefined ? undefined : readPassword(passwordFile));
    if (secret === undefined) {
      const message = `The keystore ${keystore} needs its password: name a --password-file, or start from a terminal.`;
      throw new OperatorError("no-password", message, { keystore });
    }
    return { privateKey: decryptKey(readKeystore(keystore), secret, keystore), plain: false };
  }
  if (plain !== undefined) return { privateKey: parsePrivateKey(plain, "PINPOINT_KEY"), plain: true };
  if (keyFile !== undefined) {
    return { privateKey: parsePrivateKey(readText(keyFile, "no-key", "key file"), keyFile), plain: true };
  }
  const message =
    "No key to sign with: name a --keystore (pinpoint key new makes one), or in development set PINPOINT_KEY.";
  throw new OperatorError("no-key", message);
}
