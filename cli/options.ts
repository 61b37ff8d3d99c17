import { InvalidArgumentError, Option, type Command } from "commander";
import { isAddress, isHash, type Address, type Hex } from "viem";
import { privateKeyToAccount, type PrivateKeyAccount } from "viem/accounts";
import { TransientError } from "../common/index.ts";
import { developmentChainId, plainKeyWarning, readKey } from "../daemon/index.ts";
import { engineChoices } from "../engine/index.ts";
import { connect, explained, readDeployment, type Chain } from "../protocol/index.ts";
import type { Io } from "./io.ts";
import { passwordFor } from "./password.ts";

/** Options that several commands share. Each can be set by an environment variable, which its help names. */

export interface ChainOptions {
  readonly rpc: string;
  readonly deployment: string;
}

export const folder = ".pinpoint";

/** Adds `--rpc` and `--deployment`. */
export function withChain(command: Command): Command {
  return command
    .addOption(new Option("--rpc <url>", "the node").env("PINPOINT_RPC").default("http://127.0.0.1:8545"))
    .addOption(
      new Option("--deployment <file>", "addresses of the contracts")
        .env("PINPOINT_DEPLOYMENT")
        .default(`${folder}/deployment.json`),
    );
}

export interface KeyOptions {
  readonly keystore?: string;
  readonly passwordFile?: string;
  readonly keyFile?: string;
}

export function passwordOption(): Option {
  const text = "file whose first line is the keystore's password; asked for at a terminal if left out";
  return new Option("--password-file <file>", text).env("PINPOINT_PASSWORD_FILE");
}

/**
 * Adds `--keystore`, `--password-file` and `--key-file`. SAFETY: neither key nor password is an option, because every user
 * of a machine sees command lines.
 */
export function withKey(command: Command): Command {
  const plain = "development: file with the private key in the clear, or PINPOINT_KEY, the key itself";
  return command
    .addOption(
      new Option("--keystore <file>", "encrypted key to sign with (pinpoint key new)").env("PINPOINT_KEYSTORE"),
    )
    .addOption(passwordOption())
    .addOption(new Option("--key-file <file>", plain).env("PINPOINT_KEY_FILE"));
}

export function withJson(command: Command): Command {
  return command.option("--json", "print one JSON object; bigints are decimal strings");
}

export function engineOption(): Option {
  const text = "kernels; best: native ones where they are built and pass a self-test, else WebAssembly's";
  return new Option("--engine <engine>", text).choices(engineChoices).default("best");
}

/**
 * An option for a folder of artifacts. What a person compiles and what he fetches lie in one, named by their hashes: the model
 * that comes back is read with the bundle that went out, also when nobody serves that any more.
 */
export function storeOption(flags: string, text: string, env: string): Option {
  return new Option(flags, text).env(env).default(`${folder}/artifacts`);
}

/** Errors: OperatorError `deployment-missing`, `bad-deployment`, `wrong-chain`; TransientError `rpc-unreachable`. */
export async function openChain(options: ChainOptions): Promise<Chain> {
  return connect(options.rpc, await readDeployment(options.deployment));
}

/** Age of the newest block from which on a node is not believed. UNITS: seconds. */
const mostBehind = 600n;

/**
 * SAFETY: terms count from the newest block's time, and a node that is behind shows jobs as they were. On a development chain
 * time stands still while nobody acts. Errors: TransientError `node-behind`.
 */
async function requireFreshHead({ client, deployment }: Chain): Promise<void> {
  if (deployment.chainId === developmentChainId) return;
  const { number, timestamp } = await explained(client.getBlock());
  const age = BigInt(Math.floor(Date.now() / 1_000)) - timestamp;
  if (age <= mostBehind) return;
  const message = `The node's newest block ${number} is ${age} seconds old, and at most ${mostBehind} are believed: wait until it has caught up, or name another --rpc.`;
  throw new TransientError("node-behind", message, { number, age });
}

/** The account to sign with on a chain. Errors: those of `readKey`; TransientError `node-behind`. */
export async function openAccount(options: KeyOptions, io: Io, chain: Chain): Promise<PrivateKeyAccount> {
  await requireFreshHead(chain);
  const key = readKey(options, process.env, await passwordFor(io, options));
  const warning = plainKeyWarning(key, chain.deployment.chainId);
  if (warning !== undefined) io.stderr.write(`pinpoint: ${warning}\n`);
  return privateKeyToAccount(key.privateKey);
}

/** A parser of whole numbers in a range. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

/** Number of a job or a game. */
export function id(text: string): bigint {
  if (/^[1-9]\d{0,18}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("Give the number of a job or game: 1, 2, …");
}

/** An amount in the token's smallest unit, of 128 bits. */
export function amount(text: string): bigint {
  const value = /^\d{1,39}$/.test(text) ? BigInt(text) : undefined;
  if (value !== undefined && value < 2n ** 128n) return value;
  throw new InvalidArgumentError("Give a whole number of the token's smallest unit.");
}

export function address(text: string): Address {
  if (isAddress(text)) return text;
  throw new InvalidArgumentError("Give 0x and 40 hexadecimal digits, in lower case or with the right checksum.");
}

export function decimal(text: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give a decimal number.");
}

/** A share of a whole: 0 … 1. */
export function share(text: string): number {
  const value = /^(0(\.\d+)?|1(\.0+)?)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give a decimal number from 0 to 1.");
}

/** A number above 0 that f32 holds. */
export function positive(text: string): number {
  const value = decimal(text);
  if (value > 0 && Number.isFinite(1 / Math.fround(value)) && Number.isFinite(Math.fround(value))) return value;
  throw new InvalidArgumentError("Give a number above 0 that a 32-bit float holds.");
}

/** Collects an option that may be repeated. */
export function append(text: string, before: string[]): string[] {
  return [...before, text];
}

export function hash(text: string): Hex {
  if (isHash(text)) return text;
  throw new InvalidArgumentError("Give 0x and 64 hexadecimal digits.");
}

/** A parser of an option that may be repeated. */
export function listOf<T>(parse: (text: string) => T): (text: string, before?: T[]) => T[] {
  return (text, before = []) => [...before, parse(text)];
}

/** Adds `--gas-cost` and `--cost-per-unit`: what work costs a solver. */
export function withCosts(command: Command): Command {
  return command
    .option("--gas-cost <amount>", "what a unit of gas costs you (2,000,000,000)", amount)
    .option("--cost-per-unit <amount>", "what a work unit costs you (0)", amount);
}
