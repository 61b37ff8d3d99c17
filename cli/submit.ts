import { Command, Option } from "commander";
import { formatEther, type Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import { ArtifactStore, serveArtifacts, type HttpServer, type Order, type Terms } from "../protocol/index.ts";
import {
  completeTerms,
  explainCosts,
  openPrepared,
  submitJob,
  watchJob,
  type TermChoices,
} from "../submitter/index.ts";
import { print, table, type Io } from "./io.ts";
import {
  amount,
  hash,
  integer,
  openAccount,
  openChain,
  storeOption,
  withChain,
  withJson,
  withKey,
  type ChainOptions,
  type KeyOptions,
} from "./options.ts";
import { jobLine } from "./watch.ts";

interface Options extends ChainOptions, KeyOptions, Partial<Omit<TermChoices, "order" | "acceptBy">> {
  readonly steps: number;
  readonly bundle: string;
  readonly serve?: boolean;
  readonly host: string;
  readonly port: number;
  readonly order: Order;
  /** UNITS: seconds from now. */
  readonly acceptWithin?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** The options that are terms by the same name, those that were given. */
function choicesOf(options: Options, uri: string, now: bigint): TermChoices {
  const names = [
    "interval", "grid", "seed", "order", "unitPrice", "attestationFee", "attestors", "stake", "bounty", "gasRate", "gasCap",
    "replayCompensation", "latePenalty", "duration", "window", "clock", "extension",
  ] as const; // prettier-ignore
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]] as const);
  const within = options.acceptWithin;
  const acceptBy = within === undefined ? {} : { acceptBy: now + BigInt(within) };
  return { ...Object.fromEntries(given), ...acceptBy, steps: options.steps, uri };
}

function describe(terms: Terms): string[] {
  const costs = explainCosts(terms).map(
    ({ name, amount: tokens, why }) => [name, `${formatEther(tokens)} tokens: ${why}`] as const,
  );
  return table([
    ...costs,
    ["solver's stake", `${formatEther(terms.stake)} tokens: locked by the solver, lost if a checkpoint is convicted`],
    ["bounty", `${formatEther(terms.bounty)} tokens: of that stake, to who convicts`],
    ["steps", `${terms.steps} in segments of ${terms.interval}, a state committed every ${terms.grid}`],
    ["bundle", terms.uri],
  ]);
}

async function stayServing(io: Io, chain: Parameters<typeof watchJob>[0], jobId: bigint): Promise<void> {
  io.stderr.write("Serving the bundle until the job is finished (Ctrl-C to stop).\n");
  for await (const job of watchJob(chain, jobId, { signal: io.signal })) io.stderr.write(`${jobLine(job)}\n`);
}

async function run(manifest: Hex, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const store = new ArtifactStore(options.bundle);
  const prepared = await openPrepared(store, manifest);
  if (options.serve !== true && options.uri === undefined) {
    throw new OperatorError("no-uri", "Say where the bundle is served: --uri <url>, or --serve to serve it from here.");
  }
  let server: HttpServer | undefined;
  try {
    if (options.serve === true) server = await serveArtifacts({ store, host: options.host, port: options.port });
    const { timestamp } = await chain.client.getBlock();
    const choices = choicesOf(options, options.uri ?? server?.url ?? "", timestamp);
    const terms = await completeTerms(chain, prepared, choices, timestamp);
    if (options.dryRun === true)
      return print(io, options.json, { terms, costs: explainCosts(terms) }, () => describe(terms));
    const account = await openAccount(options, io, chain);
    const job = await submitJob({ chain, rpc: options.rpc, account }, terms);
    const lines = (): string[] => [`Job ${job.jobId} is submitted (${job.transactionHash}).`, ...describe(terms)];
    print(io, options.json, { ...job, terms }, lines);
    if (server !== undefined) await stayServing(io, chain, job.jobId);
  } finally {
    await server?.close();
  }
}

function withTerms(command: Command): Command {
  const seconds = integer(1, 2 ** 32 - 1);
  return command
    .requiredOption("--steps <number>", "training steps of the whole job", integer(1, 2 ** 32 - 1))
    .option("--interval <steps>", "steps of a segment (an eighth of all, at most 4,096)", integer(1, 2 ** 32 - 1))
    .option("--grid <steps>", "steps between states committed in a segment", integer(1, 64))
    .option("--seed <number>", "of the order and of random bits (1)", integer(0, 2 ** 32 - 1))
    .addOption(
      new Option("--order <order>", "how samples are assigned").choices(["sequential", "shuffled"]).default("shuffled"),
    )
    .option("--unit-price <amount>", "for a work unit (1,000,000,000)", amount)
    .option("--attestors <number>", "attestations paid, a checkpoint (2)", integer(0, 255))
    .option("--attestation-fee <amount>", "for one attestation", amount)
    .option("--stake <amount>", "what the solver locks", amount)
    .option("--bounty <amount>", "of that stake, to who convicts a checkpoint", amount)
    .option("--gas-rate <amount>", "tokens for a unit of gas of a game's winner", amount)
    .option("--gas-cap <gas>", "most gas that is repaid", integer(0, 2 ** 32 - 1))
    .option("--replay-compensation <amount>", "to a defender who wins", amount)
    .option("--late-penalty <amount>", "what a solver loses who does not finish", amount)
    .option("--accept-within <seconds>", "how long the job waits for a solver (1 day)", seconds)
    .option("--duration <seconds>", "from acceptance to the last checkpoint (1 day)", seconds)
    .option("--window <seconds>", "for disputes after the last checkpoint (1 day)", seconds)
    .option("--clock <seconds>", "that each side of a game has (1 hour)", seconds)
    .option("--extension <seconds>", "that a side has at least for a move (10 minutes)", seconds);
}

/** `pinpoint submit`: a compiled bundle to a job. */
export function submitCommand(io: Io): Command {
  const command = new Command("submit")
    .description("submit a compiled job: approves and deposits the escrow")
    .argument("<manifest>", "what `pinpoint compile` printed", hash);
  return withJson(withKey(withChain(withTerms(command))))
    .option("--uri <url>", "where others fetch the bundle")
    .option("--serve", "serve the bundle from here until the job is finished")
    .option("--host <address>", "address to serve on", "127.0.0.1")
    .option("--port <number>", "port to serve on; 0 takes a free one", integer(0, 65_535), 0)
    .option("--dry-run", "print terms and costs, send nothing")
    .addOption(storeOption("--bundle <folder>", "where the bundle is", "PINPOINT_BUNDLE", "bundle"))
    .addHelpText(
      "after",
      "\nAmounts are in the token's smallest unit (18 decimals).\n\nExamples:\n" +
        "  PINPOINT_KEY=0x… pinpoint submit 0x… --steps 1000 --serve\n" +
        "  pinpoint submit 0x… --steps 1000 --uri https://bundles.example --keystore me.json\n" +
        "  pinpoint submit 0x… --steps 1000 --uri https://bundles.example --dry-run",
    )
    .action((manifest: Hex, options: Options) => run(manifest, options, io));
}
