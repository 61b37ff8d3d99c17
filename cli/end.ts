import { Command } from "commander";
import { formatEther } from "viem";
import { endJob, type EndedJob } from "../submitter/index.ts";
import { print, table, type Io } from "./io.ts";
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

function describe(ended: EndedJob): string[] {
  const { jobId, committed, checkpoints, deadline, window, earned, refund } = ended;
  return [
    `Job ${jobId} is ended, with ${committed} of ${checkpoints} checkpoints. If its solver commits no more:`,
    ...table([
      ["to the solver", `${formatEther(earned)} tokens`],
      ["back to you", `${formatEther(refund)} tokens, and the fees of attestations that are not made`],
      ["last commitment", new Date(Number(deadline) * 1_000).toISOString()],
      ["then", `${window} seconds for disputes, and the settlement`],
    ]),
  ];
}

async function run(jobId: bigint, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const account = await openAccount(options, io, chain);
  print(io, options.json, await endJob({ chain, rpc: options.rpc, account }, jobId), describe);
}

/** `pinpoint end`: ends a running job and pays what was done. */
export function endCommand(io: Io): Command {
  return withJson(
    withKey(
      withChain(
        new Command("end")
          .description("end a running job early and pay for the checkpoints that are committed")
          .argument("<job>", "number of the job", id),
      ),
    ),
  )
    .addHelpText(
      "after",
      "\nThe solver has one extension (a term of the job) to commit what he is training; then the window for disputes opens,\n" +
        "and at the settlement he is paid for the committed steps. The rest comes back: pinpoint withdraw.\n\nExamples:\n" +
        "  pinpoint end 1 --keystore submitter.json\n  PINPOINT_KEY=0x… pinpoint end 1 --json",
    )
    .action((jobId: bigint, options: Options) => run(jobId, options, io));
}
