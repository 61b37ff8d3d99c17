import { Command } from "commander";
import { formatEther, type Address } from "viem";
import { withdrawAll } from "../submitter/index.ts";
import { print, type Io } from "./io.ts";
import {
  address,
  openAccount,
  openChain,
  withChain,
  withJson,
  withKey,
  type ChainOptions,
  type KeyOptions,
} from "./options.ts";

interface Options extends ChainOptions, KeyOptions {
  readonly to?: Address;
  readonly json?: boolean;
}

async function run(options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const account = await openAccount(options, io, chain);
  const withdrawals = await withdrawAll({ chain, rpc: options.rpc, account }, options.to);
  const recipient = options.to ?? account.address;
  print(io, options.json, { recipient, withdrawals }, () =>
    withdrawals.length === 0
      ? [`Nothing is owed to ${account.address}.`]
      : withdrawals.map(({ contract, amount }) => `${formatEther(amount)} tokens from ${contract} to ${recipient}.`),
  );
}

/** `pinpoint withdraw`: takes what the contracts owe. */
export function withdrawCommand(io: Io): Command {
  return withJson(
    withKey(
      withChain(new Command("withdraw").description("take what the contracts owe an account: refunds, fees, prizes")),
    ),
  )
    .option("--to <address>", "whom to pay; the account itself if left out", address)
    .addHelpText(
      "after",
      "\nThe daemons take their own. Nothing owed is no error.\n\nExamples:\n" +
        "  pinpoint withdraw --keystore submitter.json\n  PINPOINT_KEY=0x… pinpoint withdraw --to 0x…",
    )
    .action((options: Options) => run(options, io));
}
