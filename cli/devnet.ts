import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { formatEther, parseEther, type Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import {
  connect,
  devAccount,
  devKey,
  mintTokens,
  startAnvil,
  startMining,
  type Deployment,
} from "../protocol/index.ts";
import { print, table, untilStopped, type Io } from "./io.ts";
import { folder, integer, withJson } from "./options.ts";

interface Options {
  readonly port: number;
  readonly blockTime: number;
  readonly accounts: number;
  readonly out: string;
  readonly json?: boolean;
}

interface Devnet {
  readonly rpc: string;
  readonly deploymentFile: string;
  readonly deployment: Deployment;
  readonly tokens: bigint;
  readonly accounts: readonly { readonly address: string; readonly key: Hex }[];
}

function describe({ rpc, deploymentFile, deployment, accounts, tokens }: Devnet): string[] {
  const { token, staking, beacon, jobMarket, arbiter, pinpoint, verification, chainId } = deployment;
  return [
    ...table([
      ["node", `${rpc} (chain ${chainId})`],
      ["token", token],
      ["staking", staking],
      ["beacon", beacon],
      ["job market", jobMarket],
      ["arbiter", arbiter],
      ["pinpoint", pinpoint],
      ["verification", verification],
      ["availability", deployment.availability],
      ["model registry", deployment.modelRegistry],
      ["deployment file", deploymentFile],
    ]),
    "",
    `Accounts with ${formatEther(tokens)} test tokens each (their keys are known to everyone: never use them elsewhere):`,
    ...accounts.map(({ address, key }, index) => `${index}  ${address}  ${key}`),
    "",
    "The chain runs until you stop this command (Ctrl-C). A first job, in other terminals:",
    "  npx pinpoint compile examples/next-char.onnx --text examples/prose.txt --learning-rate 0.5",
    `  PINPOINT_KEY=${accounts[1]?.key ?? "<key>"} npx pinpoint solver`,
    `  PINPOINT_KEY=${accounts[2]?.key ?? "<key>"} npx pinpoint verifier`,
    `  PINPOINT_KEY=${accounts[0]?.key ?? "<key>"} npx pinpoint submit <manifest> --steps 200 --window 60 --serve`,
    "  npx pinpoint fetch 1 --evaluate",
  ];
}

async function run(options: Options, io: Io): Promise<void> {
  const { port, blockTime, out } = options;
  const anvil = await startAnvil({ port });
  try {
    const people = Array.from({ length: options.accounts }, (_, index) => index);
    const accounts = people.map((index) => ({ address: devAccount(index).address, key: devKey(index) }));
    const tokens = parseEther("1000000");
    const fund = accounts.map(({ address }) => address);
    mkdirSync(dirname(out), { recursive: true });
    // Hardhat looks for its configuration from the working directory upwards; ours is beside us wherever that is.
    process.env.HARDHAT_CONFIG ??= join(dirname(import.meta.dirname), "hardhat.config.ts");
    // Hardhat takes a second to load, which no other command should pay.
    const { deploy } = await import("../ignition/index.ts");
    const { deployment } = await deploy({ rpc: anvil.rpc, beaconDelay: 2n, folder: join(dirname(out), "deployments") });
    await mintTokens(await connect(anvil.rpc, deployment), devAccount(0), fund, tokens);
    if (blockTime > 0) await startMining(anvil.rpc, blockTime);
    writeFileSync(out, `${JSON.stringify(deployment, null, 2)}\n`);
    print(io, options.json, { rpc: anvil.rpc, deploymentFile: out, deployment, tokens, accounts }, describe);
    const ended = anvil.ended.then((how) => {
      throw new OperatorError("anvil-ended", `The development chain ended by itself (${how}).`, { how });
    });
    await Promise.race([untilStopped(io), ended]);
  } finally {
    rmSync(out, { force: true });
    await anvil.stop();
  }
}

/** `pinpoint devnet`: a chain on this machine with the contracts. */
export function devnetCommand(io: Io): Command {
  return withJson(
    new Command("devnet")
      .description("run a development chain with the contracts, in the foreground")
      .option("--port <number>", "port of the node; 0 takes a free one", integer(0, 65_535), 8_545)
      .option(
        "--block-time <seconds>",
        "seconds between blocks; with 0 every transaction has its own, and time stands still between them",
        integer(0, 3_600),
        1,
      )
      .option("--accounts <number>", "accounts that get test tokens", integer(1, 10), 10)
      .option(
        "--out <file>",
        "where to write the deployment file; it goes when the chain ends",
        `${folder}/deployment.json`,
      ),
  )
    .addHelpText("after", "\nExamples:\n  pinpoint devnet\n  pinpoint devnet --block-time 2 --port 8600")
    .action((options: Options) => run(options, io));
}
