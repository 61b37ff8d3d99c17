import { join } from "node:path";
import { Command, Option } from "commander";
import type { Address, Hex } from "viem";
import { createLog, logLevels, parseSolverConfig, parseVerifierConfig, runUntil } from "../daemon/index.ts";
import type { EngineChoice } from "../engine/index.ts";
import { startIndexer } from "../indexer/index.ts";
import { readDeployment } from "../protocol/index.ts";
import { startSolver } from "../solver/index.ts";
import { startVerifier } from "../verifier/index.ts";
import { serveIndexStatus } from "./index-status.ts";
import type { Io } from "./io.ts";
import {
  address,
  amount,
  engineOption,
  folder,
  hash,
  integer,
  listOf,
  share,
  withChain,
  withCosts,
  withKey,
  type ChainOptions,
  type KeyOptions,
} from "./options.ts";
import { passwordFor } from "./password.ts";

interface ServerOptions {
  readonly host: string;
  readonly port: number;
}

interface DaemonOptions extends ChainOptions, KeyOptions {
  readonly data: string;
  readonly payout?: Address;
  readonly poll: number;
  readonly maxLag?: number;
  readonly engine: EngineChoice;
  readonly workers: number;
  readonly threads: number;
  readonly maxDataset?: number;
  readonly logLevel: (typeof logLevels)[number];
  readonly metricsPort: number | false;
}

interface SolverOptions extends DaemonOptions, ServerOptions {
  readonly publicUrl?: string;
  readonly minUnitPrice?: bigint;
  readonly minPrice?: bigint;
  readonly minProfit?: bigint;
  readonly gasCost?: bigint;
  readonly costPerUnit?: bigint;
  readonly costPerHour?: bigint;
  readonly maxStake?: bigint;
  readonly maxWorkUnits?: bigint;
  readonly maxMemory?: number;
  readonly maxArtifact?: number;
  readonly submitter?: Address[];
  readonly program?: Hex[];
  readonly minGasRate?: bigint;
  readonly maxJobs?: number;
  readonly diverge?: string;
}

const bytes = integer(1, Number.MAX_SAFE_INTEGER);

/** What a running command of its own has besides the chain. */
function withData(command: Command, name: string, pollMs: number): Command {
  return withChain(command)
    .addOption(
      new Option("--data <folder>", "where it keeps everything").env("PINPOINT_HOME").default(`${folder}/${name}`),
    )
    .option("--poll <ms>", "milliseconds between looks at the chain", integer(10, 60_000), pollMs)
    .addOption(
      new Option(
        "--metrics-port <number>",
        "port of /metrics and /health, for this machine; 0 takes a free one, or off",
      )
        .env("PINPOINT_METRICS_PORT")
        .argParser((text) => (text === "off" ? false : integer(0, 65_535)(text)))
        .default(0),
    )
    .addOption(new Option("--log-level <level>", "what to log").choices(logLevels).default("info"));
}

function withCompute(command: Command): Command {
  return withKey(command)
    .addOption(engineOption())
    .option("--workers <number>", "segments trained or replayed at the same time", integer(1, 64), 1)
    .option("--threads <number>", "threads of each; together no more than the machine's cores", integer(1, 64), 1)
    .option(
      "--max-lag <seconds>",
      "do nothing about a newest block older than this; 600, any age on a development chain",
      integer(1, 1_000_000),
    )
    .option("--max-dataset <bytes>", "leave jobs with a larger dataset, which stays on the disk (16 GiB)", bytes)
    .option("--payout <address>", "whom the contracts pay what they owe the account; itself if left out", address);
}

function withServer(command: Command): Command {
  return command
    .option("--host <address>", "address to serve on", "127.0.0.1")
    .option("--port <number>", "port to serve on; 0 takes a free one", integer(0, 65_535), 0);
}

/** The options that both configurations name alike. */
function common(options: DaemonOptions) {
  const { rpc: rpcUrl, data: dataDir, poll: pollMs, deployment, engine, workers, threads, logLevel } = options;
  const { keystore, passwordFile, keyFile, payout, metricsPort, maxDataset: maxDatasetBytes } = options;
  const key = { keystore, passwordFile, keyFile, payout, maxLagSeconds: options.maxLag };
  return {
    rpcUrl,
    dataDir,
    pollMs,
    deployment,
    engine,
    workers,
    threads,
    maxDatasetBytes,
    logLevel,
    metricsPort,
    ...key,
  };
}

async function solve(options: SolverOptions, io: Io): Promise<void> {
  const { host, port, publicUrl, maxJobs, diverge } = options;
  const all = { ...common(options), ...policyOf(options), maxJobs, diverge, artifacts: { host, port, publicUrl } };
  const config = parseSolverConfig(all, process.env, await passwordFor(io, options));
  await runUntil(await startSolver(config), io.signal);
}

/** Which jobs a solver takes, under the names of his configuration. */
function policyOf(options: SolverOptions) {
  const { minUnitPrice, minPrice, minProfit, gasCost, costPerUnit, costPerHour, maxStake, maxWorkUnits } = options;
  const {
    maxMemory: maxMemoryBytes,
    maxArtifact: maxArtifactBytes,
    submitter: submitters,
    program: programs,
    minGasRate,
  } = options;
  const worth = { minUnitPrice, minPrice, minProfit, gasCost, costPerUnit, costPerHour };
  return { ...worth, minGasRate, maxStake, maxWorkUnits, maxMemoryBytes, maxArtifactBytes, submitters, programs };
}

/** Adds the options that `policyOf` reads. */
function withPolicy(command: Command): Command {
  return withCosts(command)
    .option("--min-unit-price <amount>", "leave jobs that pay less for a work unit", amount)
    .option("--min-price <amount>", "leave jobs that pay less in all", amount)
    .option("--min-profit <amount>", "leave jobs that promise less: price less gas and computing", amount)
    .option("--cost-per-hour <amount>", "what an hour of training costs you (0)", amount)
    .option("--min-gas-rate <amount>", "leave jobs whose games repay gas at less", amount)
    .option("--max-stake <amount>", "leave jobs that lock more", amount)
    .option("--max-work-units <number>", "leave jobs that are larger", amount)
    .option("--max-memory <bytes>", "leave jobs whose execution needs more (4 GiB)", bytes)
    .option("--max-artifact <bytes>", "leave jobs with a larger state or constant (2 GiB)", bytes)
    .option("--submitter <address>", "take jobs of this submitter only (repeat)", listOf(address))
    .option("--program <root>", "take jobs of this program only (repeat)", listOf(hash));
}

/** `pinpoint solver`: accepts, trains and defends jobs. */
export function solverCommand(io: Io): Command {
  const command = new Command("solver").description("accept jobs, train them, serve and defend their checkpoints");
  return withPolicy(withServer(withCompute(withData(command, "solver", 1_000))))
    .option("--public-url <url>", "what others reach the server by, where that is not its own address")
    .option("--max-jobs <number>", "jobs trained at the same time", integer(1, 1_000))
    .option("--diverge <place>", "flip one bit, to see it caught: checkpoint:step:operator:element:bit")
    .addHelpText(
      "after",
      "\nIt stakes what a job asks for: the account needs tokens, and coin for gas.\n\nExamples:\n" +
        "  PINPOINT_KEY=0x… pinpoint solver --port 8700 --public-url https://solver.example\n" +
        "  pinpoint solver --keystore solver.json --min-profit 1000000000000000000 --cost-per-hour 500000000000000000",
    )
    .action((options: SolverOptions) => solve(options, io));
}

interface VerifierOptions extends DaemonOptions {
  readonly enroll?: bigint;
  readonly replay?: "all" | "drawn" | "rewarding";
  readonly whistleblower?: boolean;
  readonly lieRate?: number;
  readonly replayCost?: bigint;
  readonly minExtension?: number;
  readonly maxBond?: bigint;
  readonly maxSegmentUnits?: bigint;
}

/** What a verifier replays, and what he enrols for. Pure. */
export function choiceOf({
  whistleblower,
  enroll,
  replay,
}: Pick<VerifierOptions, "whistleblower" | "enroll" | "replay">) {
  return whistleblower === true ? { replay: "rewarding" as const, enroll: enroll ?? 0n } : { replay, enroll };
}

async function verify(options: VerifierOptions, io: Io): Promise<void> {
  const { lieRate, replayCost, minExtension, maxBond, maxSegmentUnits } = options;
  const policy = { ...choiceOf(options), lieRate, replayCost, minExtension, maxBond, maxSegmentUnits };
  const all = { ...common(options), ...policy };
  const config = parseVerifierConfig(all, process.env, await passwordFor(io, options));
  await runUntil(await startVerifier(config), io.signal);
}

/** `pinpoint verifier`: replays, attests and disputes checkpoints. */
export function verifierCommand(io: Io): Command {
  const command = new Command("verifier").description(
    "replay checkpoints, attest the drawn ones, dispute the wrong ones",
  );
  return withCompute(withData(command, "verifier", 1_000))
    .option("--enroll <amount>", "stake that counts in draws; 0 only disputes (1,000 tokens)", amount)
    .addOption(
      new Option(
        "--replay <which>",
        "replay all committed segments, those that a draw gives, or these and what promises more than it costs (all)",
      ).choices(["all", "drawn", "rewarding"]),
    )
    .addOption(
      new Option("--whistleblower", "look where few do, without seats: --replay rewarding --enroll 0").conflicts(
        "replay",
      ),
    )
    .option(
      "--lie-rate <share>",
      "share of segments that you take to be false, to know what is rewarding (0.02)",
      share,
    )
    .option("--replay-cost <amount>", "what replaying a work unit costs you (what the job pays for it)", amount)
    .option("--min-extension <seconds>", "leave jobs whose games leave less for a move", integer(1, 2 ** 32 - 1))
    .option("--max-bond <amount>", "leave jobs whose games take a larger bond", amount)
    .option("--max-segment-units <units>", "leave jobs whose segments take more work units to replay", amount)
    .addHelpText(
      "after",
      "\nExamples:\n  PINPOINT_KEY=0x… pinpoint verifier\n  pinpoint verifier --keystore verifier.json --enroll 0\n" +
        "  pinpoint verifier --keystore verifier.json --whistleblower --lie-rate 0.05",
    )
    .action((options: VerifierOptions) => verify(options, io));
}

async function index(
  options: Omit<DaemonOptions, "engine" | "workers" | "threads"> & ServerOptions,
  io: Io,
): Promise<void> {
  const { rpc, host, port, poll: pollMs, data } = options;
  const log = createLog("indexer", options.logLevel);
  const deployment = await readDeployment(options.deployment);
  const database = join(data, "index.sqlite");
  const onNotice = (notice: string) => log.warn({ event: "notice" }, notice);
  const indexer = await startIndexer({ rpc, deployment, database, host, port, pollMs, onNotice });
  log.info({ event: "started", url: indexer.url, database }, `Index at ${indexer.url}/jobs`);
  const status = options.metricsPort === false ? undefined : await serveIndexStatus(indexer, options.metricsPort);
  if (status !== undefined) log.info({ event: "metrics", url: status.url }, `Metrics at ${status.url}/metrics`);
  const stop = async (): Promise<void> => {
    await status?.close();
    await indexer.stop();
  };
  await runUntil({ done: indexer.ended, stop }, io.signal);
  log.info({ event: "stopped" }, "Indexer stopped");
}

/** `pinpoint indexer`: the chain's events over HTTP. */
export function indexerCommand(io: Io): Command {
  const command = new Command("indexer").description("keep the chain's events in tables and serve them over HTTP");
  return withServer(withData(command, "indexer", 500))
    .addHelpText("after", "\nExamples:\n  pinpoint indexer --port 8800\n  curl http://127.0.0.1:8800/jobs")
    .action((options: Omit<DaemonOptions, "engine" | "workers" | "threads"> & ServerOptions) => index(options, io));
}
