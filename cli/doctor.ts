import { Command, Option } from "commander";
import type { Address } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { OperatorError, TransientError } from "../common/index.ts";
import { chooseEngine, type EngineChoice } from "../engine/index.ts";
import { keystoreAddress, readKey, readKeystore } from "../daemon/index.ts";
import { connect, explained, readDeployment, rpcClient, type Chain, type Deployment } from "../protocol/index.ts";
import { checkAccount, checkClock, checkContracts, checkIdentity } from "./checks/chain.ts";
import { check, fail, ok, warn, type Check, type Result } from "./checks/check.ts";
import { checkBest, checkDisk, checkEngine, checkNode, checkRedisServer } from "./checks/machine.ts";
import { print, type Io } from "./io.ts";
import {
  address,
  engineOption,
  folder,
  withChain,
  withJson,
  withKey,
  type ChainOptions,
  type KeyOptions,
} from "./options.ts";

interface Options extends ChainOptions, KeyOptions {
  readonly account?: Address;
  readonly data: string;
  readonly engine: EngineChoice;
  readonly json?: boolean;
}

/** The account to look at: no password is asked for, as a keystore names its address. */
function accountOf({ account, keystore, keyFile }: Options): Address | undefined {
  if (account !== undefined) return account;
  if (keystore !== undefined) return keystoreAddress(readKeystore(keystore));
  if (keyFile === undefined && process.env.PINPOINT_KEY === undefined) return undefined;
  return privateKeyToAddress(readKey({ keyFile }, process.env).privateKey);
}

async function checkNodeOfChain(rpc: string): Promise<Result> {
  try {
    return ok(`${rpc} answers, at block ${await explained(rpcClient(rpc).getBlockNumber({ cacheTime: 0 }))}`);
  } catch (error) {
    if (error instanceof TransientError) return fail(error.message, `Start the node at ${rpc}, or name another --rpc.`);
    throw error;
  }
}

function noAccount(): Result {
  return warn("none is named", "Name a --keystore or an --account to have its coin and stake looked at.");
}

/** Checks of the chain, each only where those it needs hold. */
async function chainChecks(options: Options, add: (check: Check) => Check): Promise<void> {
  const { rpc } = options;
  let deployment: Deployment | undefined;
  const file = add(
    await check("deployment", async () => {
      deployment = await readDeployment(options.deployment);
      return ok(`${options.deployment}, chain ${deployment.chainId}`);
    }),
  );
  const node = add(await check("chain", () => checkNodeOfChain(rpc)));
  if (deployment === undefined || file.status === "fail" || node.status === "fail") return;
  const of = deployment;
  if (add(await check("identity", () => checkIdentity(rpc, of))).status === "fail") return;
  const chain: Chain = await connect(rpc, of);
  const contracts = add(await check("contracts", () => checkContracts(chain)));
  add(await check("clock", () => checkClock(chain, BigInt(Math.floor(Date.now() / 1_000)))));
  if (contracts.status === "fail") return;
  add(
    await check("account", () => {
      const account = accountOf(options);
      return account === undefined ? noAccount() : checkAccount(chain, account);
    }),
  );
}

function line({ name, status, message, advice }: Check): string {
  return `${status.padEnd(5)} ${name.padEnd(11)} ${message}${advice === undefined ? "" : `\n${" ".repeat(18)}→ ${advice}`}`;
}

async function run(options: Options, io: Io): Promise<void> {
  const checks: Check[] = [];
  const add = (one: Check): Check => {
    checks.push(one);
    if (options.json !== true) io.stdout.write(`${line(one)}\n`);
    return one;
  };
  add(await check("node", () => checkNode(process.versions.node)));
  if (options.engine === "best") add(await check("engine", checkBest));
  const engine = await chooseEngine(options.engine);
  add(await check(engine, () => checkEngine(engine)));
  if (engine !== "reference") add(await check("reference", () => checkEngine("reference")));
  add(await check("redis", () => checkRedisServer(process.env)));
  add(await check("disk", () => checkDisk(options.data)));
  await chainChecks(options, add);
  const failed = checks.filter(({ status }) => status === "fail").map(({ name }) => name);
  if (options.json === true) print(io, true, { ok: failed.length === 0, checks }, () => []);
  if (failed.length === 0) return;
  throw new OperatorError("not-ready", `Not ready: ${failed.join(", ")}.`, { failed });
}

/** `pinpoint doctor`: whether this machine, chain and account are ready. */
export function doctorCommand(io: Io): Command {
  const command = new Command("doctor").description(
    "check machine, engine, Redis, chain, contracts, clock and account",
  );
  return withJson(withKey(withChain(command)))
    .addOption(new Option("--account <address>", "the account to look at; the key's if left out").argParser(address))
    .addOption(engineOption())
    .addOption(new Option("--data <folder>", "data folder of the daemon").env("PINPOINT_HOME").default(folder))
    .addHelpText(
      "after",
      "\nExits with 1 if a check fails.\n\nExamples:\n  pinpoint doctor\n  pinpoint doctor --keystore solver.json --json",
    )
    .action((options: Options) => run(options, io));
}
