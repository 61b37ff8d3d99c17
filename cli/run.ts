import { Command, CommanderError, InvalidArgumentError } from "commander";
import { OperatorError, TransientError } from "../common/index.ts";
import type { Io } from "./io.ts";
import { attackCommand } from "./attack.ts";
import { breakerCommand } from "./breaker.ts";
import { cancelCommand } from "./cancel.ts";
import { compileCommand } from "./compile.ts";
import { indexerCommand, solverCommand, verifierCommand } from "./daemons.ts";
import { demandCommand } from "./demand.ts";
import { devnetCommand } from "./devnet.ts";
import { doctorCommand } from "./doctor.ts";
import { disputeCommand } from "./dispute.ts";
import { draftCommand } from "./draft.ts";
import { endCommand } from "./end.ts";
import { fetchCommand } from "./fetch.ts";
import { jobsCommand } from "./jobs.ts";
import { keyCommand } from "./key.ts";
import { serveCommand } from "./serve.ts";
import { simulateCommand } from "./simulate.ts";
import { statusCommand } from "./status.ts";
import { submitCommand } from "./submit.ts";
import { verifyCommand } from "./verify.ts";
import { watchCommand } from "./watch.ts";
import { withdrawCommand } from "./withdraw.ts";

/** Exit statuses: the first three are promised to scripts; 70 asks for a report to us. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, defect: 70 } as const;

function pinpointCommand(io: Io): Command {
  const command = new Command("pinpoint")
    .description("Verifiable machine-learning compute: submit, solve, verify and dispute training jobs.")
    .showHelpAfterError("(add --help for more information)")
    .helpCommand(false);
  const makers = [
    devnetCommand,
    compileCommand,
    draftCommand,
    submitCommand,
    serveCommand,
    jobsCommand,
    statusCommand,
    watchCommand,
    fetchCommand,
    cancelCommand,
    endCommand,
    withdrawCommand,
    verifyCommand,
    disputeCommand,
    demandCommand,
    solverCommand,
    verifierCommand,
    indexerCommand,
    keyCommand,
    doctorCommand,
    breakerCommand,
    simulateCommand,
    attackCommand,
  ];
  const subcommands = makers.map((make) => make(io));
  for (const subcommand of subcommands) command.addCommand(subcommand);
  for (const each of [command, ...subcommands, ...subcommands.flatMap(({ commands }) => commands)]) {
    each.exitOverride();
    each.configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
    each.showHelpAfterError("(add --help for more information)");
  }
  return command;
}

/** One line for people whose request or world is at fault; the whole trace only where we are. */
function report(io: Io, error: unknown): number {
  // What commander itself refuses it has told already; what an action refuses nobody has.
  if (error instanceof InvalidArgumentError) io.stderr.write(`error: ${error.message}\n`);
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof OperatorError || error instanceof TransientError) {
    io.stderr.write(`pinpoint: ${error.message.replaceAll("\n", " ")} (${error.code})\n`);
    return exitCodes.failed;
  }
  io.stderr.write("pinpoint: this is a defect of pinpoint; please report it with these lines.\n");
  io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.defect;
}

/** Runs one command line (without program and script name); the exit status. */
export async function runCli(words: readonly string[], io: Io): Promise<number> {
  try {
    await pinpointCommand(io).parseAsync([...words], { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    return report(io, error);
  }
}
