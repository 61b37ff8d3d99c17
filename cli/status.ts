import { Command, Option } from "commander";
import { formatEther, zeroAddress } from "viem";
import { OperatorError } from "../common/index.ts";
import {
  escrowOf,
  listGames,
  listJobs,
  readSeatsTaken,
  readCheckpoint,
  readJob,
  readTerms,
  segmentOf,
  type Chain,
  type GameView,
  type Job,
  type Terms,
} from "../protocol/index.ts";
import { print, table, type Io } from "./io.ts";
import { id, integer, openChain, withChain, withJson, type ChainOptions } from "./options.ts";
import { tellAtRisk } from "./at-risk.ts";
import { jobLine } from "./watch.ts";

interface Options extends ChainOptions {
  readonly limit: number;
  readonly atRisk?: boolean;
  readonly data?: string;
  readonly json?: boolean;
}

interface CheckpointStatus {
  readonly k: number;
  readonly firstStep: number;
  readonly steps: number;
  readonly stateRoot: string;
  readonly seats: bigint;
}

interface JobStatus {
  readonly job: Job;
  readonly terms: Terms;
  readonly escrow: bigint;
  readonly checkpoints: readonly CheckpointStatus[];
  readonly games: readonly GameView[];
}

function time(seconds: bigint): string {
  return seconds === 0n ? "not yet" : new Date(Number(seconds) * 1_000).toISOString();
}

/** The latest checkpoints, newest first. */
async function checkpointsOf(chain: Chain, job: Job, terms: Terms, limit: number): Promise<CheckpointStatus[]> {
  const count = Math.min(limit, job.committed);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const k = job.committed - 1 - i;
      const [checkpoint, seats] = await Promise.all([
        readCheckpoint(chain, job.id, k),
        readSeatsTaken(chain, job.id, k),
      ]);
      return { k, ...segmentOf(terms, k), stateRoot: checkpoint.stateRoot, seats };
    }),
  );
}

function statusText({ status, convictedCheckpoint, ended }: Job): string {
  if (status === "Convicted") return `Convicted (checkpoint ${convictedCheckpoint} fell)`;
  return ended && status !== "Ended" ? `${status} (ended by its submitter)` : status;
}

function describe({ job, terms, escrow, checkpoints, games }: JobStatus): string[] {
  const rows = table([
    ["status", statusText(job)],
    ["submitter", job.submitter],
    ["solver", job.solver === zeroAddress ? "none yet" : `${job.solver} at ${job.uri}`],
    ["steps", `${terms.steps}, a checkpoint every ${terms.interval}`],
    ["checkpoints", `${job.committed} of ${job.checkpoints}`],
    ["unit price", job.unitPrice === 0n ? `${terms.floorPrice} to ${terms.unitPrice}` : job.unitPrice],
    ["drawn", `${terms.draws} segments, about ${terms.attestors} seats each`],
    ["open games", job.openGames],
    ["escrow", `${formatEther(escrow)} tokens`],
    ["stake", `${formatEther(terms.stake)} tokens`],
    ["accept by", time(terms.acceptBy)],
    ["deadline", time(job.deadline)],
    ["window ends", time(job.windowEnd)],
    ["bundle", terms.uri],
    ["program", terms.programRoot],
  ]);
  const lines = checkpoints.map(
    ({ k, firstStep, steps, stateRoot, seats }) =>
      `checkpoint ${k}: steps ${firstStep}–${firstStep + steps - 1}, ${stateRoot}, ${seats} seats taken`,
  );
  const disputes = games.map(
    ({ id: game, checkpoint, game: { phase } }) => `game ${game} on checkpoint ${checkpoint}: ${phase}`,
  );
  return [`Job ${job.id}`, ...rows, ...lines, ...disputes];
}

async function run(jobId: bigint | undefined, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  if (options.atRisk === true) return tellAtRisk(chain, jobId, options, io);
  if (jobId === undefined) {
    const jobs = await listJobs(chain, { limit: options.limit });
    return print(io, options.json, jobs, () => (jobs.length === 0 ? ["There are no jobs yet."] : jobs.map(jobLine)));
  }
  const job = await readJob(chain, jobId);
  if (job.status === "None") throw new OperatorError("no-job", `There is no job ${jobId}.`, { jobId });
  const terms = await readTerms(chain, jobId);
  const checkpoints = await checkpointsOf(chain, job, terms, options.limit);
  const games = (await listGames(chain, { limit: 100 })).filter((game) => game.jobId === jobId);
  print(io, options.json, { job, terms, escrow: escrowOf(terms), checkpoints, games }, describe);
}

/** `pinpoint status`: one job, or the latest ones. */
export function statusCommand(io: Io): Command {
  return withJson(
    withChain(
      new Command("status")
        .description("show a job with its checkpoints and games, or list the latest jobs")
        .argument("[job]", "number of the job", id),
    )
      .option("--limit <number>", "jobs or checkpoints to show", integer(1, 1_000), 10)
      .option("--at-risk", "show the open games instead: clocks, money, who is expected to win, what comes next")
      .addOption(
        new Option("--data <folder>", "with --at-risk: a daemon's data folder, to forecast by what it found").env(
          "PINPOINT_HOME",
        ),
      ),
  )
    .addHelpText(
      "after",
      "\nExamples:\n  pinpoint status\n  pinpoint status 1\n  pinpoint status 1 --json\n" +
        "  pinpoint status --at-risk --data .pinpoint/verifier",
    )
    .action((jobId: bigint | undefined, options: Options) => run(jobId, options, io));
}
