import { Command } from "commander";
import { formatEther } from "viem";
import { cancelJob, withdrawAll } from "../submitter/index.ts";
import { print, type Io } from "./io.ts";
import {
  id,
  openAccount,
  openChain,
  withChain,
  withJson,
  withKey,
  type ChainOptions,
  type KeyOptions,
} from "./options.ts";

interface Options extends ChainOptions, KeyOptions {
  readonly json?: boolean;
}

async function run(jobId: bigint, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const sender = { chain, rpc: options.rpc, account: await openAccount(options, io, chain) };
  const cancelled = await cancelJob(sender, jobId);
  const withdrawals = await withdrawAll(sender);
  print(io, options.json, { ...cancelled, withdrawals }, ({ escrow }) => [
    `Job ${jobId} is cancelled: its escrow of ${formatEther(escrow)} tokens is back on ${sender.account.address}.`,
  ]);
}

/** `pinpoint cancel`: takes a job back. */
export function cancelCommand(io: Io): Command {
  return withJson(
    withKey(
      withChain(
        new Command("cancel")
          .description("take a job back that nobody has accepted, with its whole escrow")
          .argument("<job>", "number of the job", id),
      ),
    ),
  )
    .addHelpText(
      "after",
      "\nA job that a solver has accepted is ended by pinpoint end.\n\nExamples:\n" +
        "  pinpoint cancel 1 --keystore submitter.json\n  PINPOINT_KEY=0x… pinpoint cancel 1 --json",
    )
    .action((jobId: bigint, options: Options) => run(jobId, options, io));
}
