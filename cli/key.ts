import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import type { Hex } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { OperatorError } from "../common/index.ts";
import { encryptKey, keystoreAddress, parsePrivateKey, readKey, readKeystore, writeKeystore } from "../daemon/index.ts";
import { print, table, type Io } from "./io.ts";
import { folder, passwordOption, withJson } from "./options.ts";
import { askPrivateKey, newPassword, passwordFor } from "./password.ts";

interface Options {
  readonly keystore?: string;
  readonly passwordFile?: string;
  readonly from?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

async function seal(io: Io, { keystore, passwordFile, json }: Options, privateKey: Hex): Promise<void> {
  const address = privateKeyToAddress(privateKey);
  const file = keystore ?? join(folder, "keys", `${address}.json`);
  writeKeystore(file, encryptKey(privateKey, await newPassword(io, passwordFile)));
  print(io, json, { address, keystore: file }, () => [
    ...table([
      ["address", address],
      ["keystore", file],
    ]),
    "Keep a copy of the file and of its password in two places: who loses either loses the account.",
  ]);
}

async function importKey(io: Io, options: Options): Promise<void> {
  const { from } = options;
  let text: string;
  try {
    text = from === undefined ? await askPrivateKey(io) : readFileSync(from, "utf8");
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    throw new OperatorError("no-key", `Cannot read the private key from ${from}.`, { from }, { cause });
  }
  await seal(io, options, parsePrivateKey(text, from));
}

async function tellAddress(io: Io, options: Options): Promise<void> {
  const { keystore, check, json } = options;
  if (keystore === undefined) {
    throw new OperatorError("no-keystore", "Name a --keystore (or set PINPOINT_KEYSTORE) to read the address of.");
  }
  const named = keystoreAddress(readKeystore(keystore));
  const opened = check === true || named === undefined;
  const key = opened ? readKey(options, {}, await passwordFor(io, options)) : undefined;
  const address = key === undefined ? named : privateKeyToAddress(key.privateKey);
  print(io, json, { address, keystore, opened }, () => [String(address)]);
}

const keystoreOption = (text: string): Option => new Option("--keystore <file>", text).env("PINPOINT_KEYSTORE");

/** `pinpoint key`: encrypted keys of accounts. */
export function keyCommand(io: Io): Command {
  const where = `where to write it; ${folder}/keys/<address>.json if left out`;
  const create = new Command("new")
    .description("make an account and keep its key in a new keystore")
    .addOption(keystoreOption(where))
    .addOption(passwordOption())
    .action((options: Options) => seal(io, options, generatePrivateKey()));
  const take = new Command("import")
    .description("keep a private key, read from standard input or a file, in a new keystore")
    .addOption(keystoreOption(where))
    .option("--from <file>", "file with the key, 64 hexadecimal digits; standard input if left out")
    .addOption(passwordOption())
    .action((options: Options) => importKey(io, options));
  const tell = new Command("address")
    .description("print the address of a keystore")
    .addOption(keystoreOption("the keystore"))
    .option("--check", "open it with its password, and see that the key is the address's")
    .addOption(passwordOption())
    .action((options: Options) => tellAddress(io, options));
  const command = new Command("key").description("keep an account's key encrypted, in the format that wallets share");
  for (const each of [create, take, tell]) command.addCommand(withJson(each));
  return command.addHelpText(
    "after",
    "\nExamples:\n  pinpoint key new --keystore solver.json\n" +
      "  pinpoint key import --from old.key --keystore solver.json --password-file password\n" +
      "  pinpoint key address --keystore solver.json --check",
  );
}
