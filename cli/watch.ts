import { Command } from "commander";
import type { Job } from "../protocol/index.ts";
import { watchJob } from "../submitter/index.ts";
import { progress, type Io } from "./io.ts";
import { id, integer, openChain, withChain, withJson, type ChainOptions } from "./options.ts";

/** A job in one line. */
export function jobLine(job: Job): string {
  const { id: jobId, status, committed, checkpoints, openGames, convictedCheckpoint, ended } = job;
  const games = openGames > 0 ? `, ${openGames} open games` : "";
  const early = ended && status !== "Ended" ? ", ended by its submitter" : "";
  const fell = status === "Convicted" ? `, checkpoint ${convictedCheckpoint} fell` : "";
  return `job ${jobId}: ${status}, ${committed} of ${checkpoints} checkpoints${games}${early}${fell}`;
}

interface Options extends ChainOptions {
  readonly poll: number;
  readonly json?: boolean;
}

async function run(jobId: bigint, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  let bar: ReturnType<typeof progress> | undefined;
  try {
    for await (const job of watchJob(chain, jobId, { pollMs: options.poll, signal: io.signal })) {
      const line = JSON.stringify(job, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
      bar?.stop();
      io.stdout.write(`${options.json === true ? line : jobLine(job)}\n`);
      bar = progress(io, `job ${jobId}`, job.checkpoints, "checkpoints");
      bar.update(job.committed);
    }
  } finally {
    bar?.stop();
  }
}

/** `pinpoint watch`: a job until it is finished. */
export function watchCommand(io: Io): Command {
  return withJson(
    withChain(
      new Command("watch")
        .description("print a line for every change of a job, until it is finished")
        .argument("<job>", "number of the job", id),
    ).option("--poll <ms>", "milliseconds between looks", integer(10, 60_000), 1_000),
  )
    .addHelpText(
      "after",
      "\nWith --json every line is one JSON object.\n\nExamples:\n  pinpoint watch 1\n  pinpoint watch 1 --json | jq .status",
    )
    .action((jobId: bigint, options: Options) => run(jobId, options, io));
}
