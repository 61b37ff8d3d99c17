import { dirname } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { formatEther, isHash, type Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import { ArtifactStore, serveArtifacts, type Chain, type HttpServer, type Terms } from "../protocol/index.ts";
import {
  checkExpected,
  choicesOf,
  completeTerms,
  defined,
  explainCosts,
  openPrepared,
  prepareChild,
  prepareJob,
  readJobFile,
  sourceOf,
  submitJob,
  watchJob,
  type PreparedJob,
  type TermChoices,
} from "../submitter/index.ts";
import { partsOf, withModelOptions, type ModelOptions } from "./compile.ts";
import { print, table, type Io } from "./io.ts";
import {
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
import { givenTerms, termChoices, withTerms, type TermOptions } from "./terms.ts";
import { jobLine } from "./watch.ts";

interface Options extends ChainOptions, KeyOptions, TermOptions, ModelOptions {
  readonly model?: string;
  readonly bundle: string;
  readonly serve?: boolean;
  readonly host: string;
  readonly port: number;
  readonly uri?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What is submitted: a bundle with terms from the command line, or a job file with its own. */
interface Order {
  readonly prepared: PreparedJob;
  readonly uri?: string;
  choices(uri: string, now: bigint): TermChoices;
}

async function orderOfManifest(manifest: Hex, options: Options): Promise<Order> {
  if (options.steps === undefined) throw new InvalidArgumentError("A manifest needs --steps <number> besides.");
  const prepared = await openPrepared(new ArtifactStore(options.bundle), manifest);
  return { prepared, choices: (uri, now) => termChoices(options, uri, now) };
}

async function orderOfFile(path: string, options: Options): Promise<Order> {
  const [flag] = givenTerms(options);
  if (flag !== undefined) throw new InvalidArgumentError(`${flag} is a term of the job file: change it in ${path}.`);
  const file = readJobFile(path);
  const store = new ArtifactStore(options.bundle);
  const prepared = await prepareJob(sourceOf(file, dirname(path)), store, (job) => checkExpected(file, job, path));
  return { prepared, ...defined({ uri: file.terms.uri }), choices: (uri, now) => choicesOf(file, uri, now) };
}

async function orderOfModel(model: string, options: Options): Promise<Order> {
  if (options.steps === undefined) throw new InvalidArgumentError("A model needs --steps <number> besides.");
  const prepared = await prepareJob(sourceOf(partsOf(model, options), "."), new ArtifactStore(options.bundle));
  return { prepared, choices: (uri, now) => termChoices(options, uri, now) };
}

async function orderOfParent(parent: bigint, chain: Chain, options: Options): Promise<Order> {
  const { prepared, inherited } = await prepareChild(chain, new ArtifactStore(options.bundle), parent);
  const steps = options.steps ?? inherited.steps;
  if (steps === undefined)
    throw new InvalidArgumentError(`Job ${parent} did all of its steps: say how many more with --steps <number>.`);
  return { prepared, choices: (uri, now) => ({ ...inherited, ...termChoices(options, uri, now), steps }) };
}

/** Options of the compiler that were given, as they are typed. */
function givenOfModel(command: Command): string[] {
  const names = withModelOptions(new Command()).options.map((option) => option.attributeName());
  const given = command.options.filter(
    (option) =>
      names.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  return given.map(({ long }) => long ?? "");
}

/** What makes the order: exactly one of a file, a manifest and a model says what is submitted, or else a parent. */
function orderOf(subject: string | undefined, options: Options, command: Command): (chain: Chain) => Promise<Order> {
  const { model, parent } = options;
  if (subject === undefined ? model === undefined && parent === undefined : model !== undefined)
    throw new InvalidArgumentError(
      "Name one thing to submit: a job file, a manifest, --model <file>, or --parent <job> to go on from its model.",
    );
  if (model !== undefined) return () => orderOfModel(model, options);
  const [flag] = givenOfModel(command);
  if (flag !== undefined)
    throw new InvalidArgumentError(`${flag} is for --model: what is compiled already keeps its settings.`);
  if (subject === undefined) return (chain) => orderOfParent(parent as bigint, chain, options);
  const named = subject;
  return () => (isHash(named) ? orderOfManifest(named, options) : orderOfFile(named, options));
}

function describe(terms: Terms): string[] {
  const costs = explainCosts(terms).map(
    ({ name, amount: tokens, why }) => [name, `${formatEther(tokens)} tokens: ${why}`] as const,
  );
  return table([
    ...costs,
    ["bounty", `${formatEther(terms.bounty)} tokens: of that stake, to who convicts`],
    ["steps", `${terms.steps} in segments of ${terms.interval}, a state committed every ${terms.grid}`],
    ["bundle", terms.uri],
  ]);
}

async function stayServing(io: Io, chain: Parameters<typeof watchJob>[0], jobId: bigint): Promise<void> {
  io.stderr.write("Serving the bundle until the job is finished (Ctrl-C to stop).\n");
  for await (const job of watchJob(chain, jobId, { signal: io.signal })) io.stderr.write(`${jobLine(job)}\n`);
}

async function run(subject: string | undefined, options: Options, command: Command, io: Io): Promise<void> {
  const makeOrder = orderOf(subject, options, command);
  const chain = await openChain(options);
  const store = new ArtifactStore(options.bundle);
  const order = await makeOrder(chain);
  const given = options.uri ?? order.uri;
  if (options.serve !== true && given === undefined) {
    throw new OperatorError("no-uri", "Say where the bundle is served: --uri <url>, or --serve to serve it from here.");
  }
  let server: HttpServer | undefined;
  try {
    if (options.serve === true) server = await serveArtifacts({ store, host: options.host, port: options.port });
    const { timestamp } = await chain.client.getBlock();
    const choices = order.choices(given ?? server?.url ?? "", timestamp);
    const terms = await completeTerms(chain, order.prepared, choices, timestamp);
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

/** `pinpoint submit`: a compiled bundle to a job. */
export function submitCommand(io: Io): Command {
  const command = new Command("submit")
    .description("submit a job: compile what its file names, approve and deposit the escrow")
    .argument("[job]", "a job file, or the manifest that `pinpoint compile` printed")
    .option("--model <file>", "or an ONNX file, to be compiled with the options below");
  return withModelOptions(withJson(withKey(withChain(withTerms(command)))))
    .option("--uri <url>", "where others fetch the bundle")
    .option("--serve", "serve the bundle from here until the job is finished")
    .option("--host <address>", "address to serve on", "127.0.0.1")
    .option("--port <number>", "port to serve on; 0 takes a free one", integer(0, 65_535), 0)
    .option("--dry-run", "print terms and costs, send nothing")
    .addOption(storeOption("--bundle <folder>", "where the bundle is", "PINPOINT_BUNDLE"))
    .addHelpText(
      "after",
      "\nA job file has its own terms, and paths relative to itself; pinpoint draft writes one.\n" +
        "Amounts are in the token's smallest unit (18 decimals).\n\nExamples:\n" +
        "  PINPOINT_KEY=0x… pinpoint submit examples/job.json --serve\n" +
        "  PINPOINT_KEY=0x… pinpoint submit --model examples/next-char.onnx --text examples/prose.txt --steps 200 --serve\n" +
        "  PINPOINT_KEY=0x… pinpoint submit 0x… --steps 1000 --serve\n" +
        "  PINPOINT_KEY=0x… pinpoint submit --parent 12 --steps 1000 --serve\n" +
        "  pinpoint submit 0x… --steps 1000 --uri https://bundles.example --keystore me.json\n" +
        "  pinpoint submit 0x… --steps 1000 --uri https://bundles.example --dry-run",
    )
    .action((job: string | undefined, options: Options, self: Command) => run(job, options, self, io));
}
