import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes, randomUUID, scryptSync } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { concat, getAddress, isHex, keccak256, size, toHex, type Address, type Hex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { z } from "zod";
import { OperatorError } from "../common/index.ts";

/** Hexadecimal digits of so many bytes, with or without 0x. */
const hex = (bytes: number) =>
  z
    .string()
    .transform((text): Hex => `0x${text.replace(/^0x/i, "").toLowerCase()}`)
    .refine((text) => isHex(text) && size(text) === bytes && text.length === 2 + 2 * bytes, `${bytes} bytes in hex`);
const salt = z.string().regex(/^(0x)?([0-9a-f]{2}){1,256}$/i);

// SAFETY: a keystore file is input: what it asks for is bounded before memory or time is spent.
const scryptParameters = z
  .object({
    dklen: z.literal(32),
    n: z
      .int()
      .min(2)
      .max(2 ** 22),
    r: z.int().min(1).max(64),
    p: z.int().min(1).max(64),
    salt,
  })
  .refine(({ n }) => Number.isInteger(Math.log2(n)), "n is a power of two")
  // RFC 7914, section 2; OpenSSL refuses others.
  .refine(({ n, r }) => Math.log2(n) < 16 * r, "n is too large for r")
  .refine(({ n, r, p }) => 128 * n * r <= 2 ** 30 && n * r * p <= 2 ** 24, "more work than a keystore needs");
const pbkdf2Parameters = z.object({
  dklen: z.literal(32),
  c: z.int().min(1).max(10_000_000),
  prf: z.literal("hmac-sha256"),
  salt,
});
const common = {
  cipher: z.literal("aes-128-ctr"),
  cipherparams: z.object({ iv: hex(16) }),
  ciphertext: hex(32),
  mac: hex(32),
};
const schema = z.object({
  version: z.literal(3),
  id: z.string().optional(),
  address: hex(20).optional(),
  crypto: z.discriminatedUnion("kdf", [
    z.object({ ...common, kdf: z.literal("scrypt"), kdfparams: scryptParameters }),
    z.object({ ...common, kdf: z.literal("pbkdf2"), kdfparams: pbkdf2Parameters }),
  ]),
});

/** An encrypted private key: Web3 Secret Storage, version 3. Source: ethereum.org, "Web3 secret storage definition". */
export type Keystore = Readonly<z.output<typeof schema>>;

export interface EncryptOptions {
  /** Cost of scrypt, a power of two: 128 · 8 bytes of memory for each; 2¹⁸ (256 MiB, about a second) if not given. */
  readonly n?: number;
}

const bytesOf = (digits: string): Buffer => Buffer.from(digits.replace(/^0x/i, ""), "hex");

type Derivation =
  | { readonly kdf: "scrypt"; readonly kdfparams: z.output<typeof scryptParameters> }
  | { readonly kdf: "pbkdf2"; readonly kdfparams: z.output<typeof pbkdf2Parameters> };

function derive({ kdf, kdfparams }: Derivation, password: string): Buffer {
  const saltBytes = bytesOf(kdfparams.salt);
  if (kdf === "pbkdf2") return pbkdf2Sync(password, saltBytes, kdfparams.c, kdfparams.dklen, "sha256");
  const { n, r, p, dklen } = kdfparams;
  return scryptSync(password, saltBytes, dklen, { N: n, r, p, maxmem: 2 ** 31 - 1 });
}

/** Of the second half of the derived key and the ciphertext: tells a wrong password from a right one. */
function macOf(derived: Buffer, ciphertext: Hex): Hex {
  return keccak256(concat([toHex(derived.subarray(16, 32)), ciphertext]));
}

/** Encrypts a private key. @param password not empty */
export function encryptKey(privateKey: Hex, password: string, { n = 2 ** 18 }: EncryptOptions = {}): Keystore {
  const kdfparams = { dklen: 32 as const, n, r: 8, p: 1, salt: randomBytes(32).toString("hex") };
  const derived = derive({ kdf: "scrypt", kdfparams }, password);
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-128-ctr", derived.subarray(0, 16), iv);
  const ciphertext = toHex(Buffer.concat([cipher.update(bytesOf(privateKey)), cipher.final()]));
  const address = privateKeyToAddress(privateKey).toLowerCase() as Hex;
  const mac = macOf(derived, ciphertext);
  const sealed = { cipher: "aes-128-ctr" as const, cipherparams: { iv: toHex(iv) }, ciphertext, mac };
  return { version: 3, id: randomUUID(), address, crypto: { ...sealed, kdf: "scrypt", kdfparams } };
}

/**
 * The private key in a keystore.
 * @throws OperatorError `wrong-password`; `bad-keystore` when the key is not that of the address the file names
 */
export function decryptKey({ crypto, address }: Keystore, password: string, source = "the keystore"): Hex {
  const derived = derive(crypto, password);
  if (macOf(derived, crypto.ciphertext) !== crypto.mac) {
    throw new OperatorError("wrong-password", `The password does not open ${source}.`, { source });
  }
  const decipher = createDecipheriv("aes-128-ctr", derived.subarray(0, 16), bytesOf(crypto.cipherparams.iv));
  const key = toHex(Buffer.concat([decipher.update(bytesOf(crypto.ciphertext)), decipher.final()]));
  if (address !== undefined && privateKeyToAddress(key).toLowerCase() !== address) {
    const message = `The key in ${source} is not that of ${address}, which the file names: use another copy of it.`;
    throw new OperatorError("bad-keystore", message, { source, address });
  }
  return key;
}

/** @throws OperatorError `bad-keystore` */
export function parseKeystore(text: string, source = "The keystore"): Keystore {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  // Some wallets of the first years wrote "Crypto".
  const old = json as { readonly Crypto?: unknown } | undefined;
  const parsed = schema.safeParse(old?.Crypto === undefined ? json : { ...old, crypto: old.Crypto });
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`).join("; ");
  throw new OperatorError("bad-keystore", `${source} is no keystore of version 3 (${places}).`, { source });
}

/** @throws OperatorError `no-keystore`, `bad-keystore` */
export function readKeystore(path: string): Keystore {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new OperatorError("no-keystore", `Cannot read the keystore ${path}.`, { path }, { cause });
  }
  return parseKeystore(text, path);
}

/** What a keystore says whose it is, with the checksum in its letters; undefined where it does not say. */
export function keystoreAddress({ address }: Keystore): Address | undefined {
  return address && getAddress(address);
}

const withoutPrefix = (digits: string): string => digits.replace(/^0x/, "");

/** In the field's spelling: digits without 0x. */
function encode({ crypto, address, ...rest }: Keystore): string {
  const { cipherparams, ciphertext, mac } = crypto;
  const sealed = { ...crypto, ciphertext: withoutPrefix(ciphertext), mac: withoutPrefix(mac) };
  const whole = { ...sealed, cipherparams: { iv: withoutPrefix(cipherparams.iv) } };
  return `${JSON.stringify({ ...rest, ...(address && { address: withoutPrefix(address) }), crypto: whole }, null, 2)}\n`;
}

/**
 * Writes a keystore that only its owner may read. SAFETY: whole or not at all, and never over a file that is there, whose
 * key would be lost.
 * @throws OperatorError `keystore-exists`, `keystore-write`
 */
export function writeKeystore(path: string, keystore: Keystore): void {
  const draft = `${path}.${randomUUID()}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(draft, "wx", 0o600);
    writeSync(file, encode(keystore));
    fsyncSync(file);
    closeSync(file);
    // A link, unlike a rename, fails where the name is taken.
    linkSync(draft, path);
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && syscall === "link") {
      throw new OperatorError("keystore-exists", `${path} is there already: name another file.`, { path }, { cause });
    }
    throw new OperatorError("keystore-write", `Cannot write the keystore ${path}.`, { path }, { cause });
  } finally {
    removeDraft(draft);
  }
}

function removeDraft(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made.
  }
}
