import { Command } from "commander";
import { formatEther } from "viem";
import { OperatorError } from "../common/index.ts";
import { ArtifactStore, readJob, readTerms } from "../protocol/index.ts";
import { awaitAnswer, demandChunk, obtainProgram, type EndedDemand, type MadeDemand } from "../submitter/index.ts";
import { print, type Io } from "./io.ts";
import {
  id,
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

interface Options extends ChainOptions, KeyOptions {
  readonly checkpoint?: number;
  readonly tensor: number;
  readonly chunk: number;
  readonly cache: string;
  readonly wait: boolean;
  readonly json?: boolean;
}

function describe({ demandId, answerBy, price, status, words, chunk }: MadeDemand & Partial<EndedDemand>): string[] {
  const made = `Demand ${demandId}, for ${formatEther(price)} tokens, is to be answered until ${new Date(Number(answerBy) * 1_000).toISOString()}.`;
  if (status === "Answered") {
    const bytes = (chunk!.length - 2) / 2;
    const what = bytes === 0 ? `that the tensor has ${words} words and no such chunk` : `with ${bytes} bytes: ${chunk}`;
    return [made, `It is answered, ${what}`];
  }
  if (status === "Forfeited")
    return [made, "Nobody answered: the job is convicted, and the price is yours again (pinpoint withdraw)."];
  if (status === "Void")
    return [made, "The job was convicted otherwise; the price is yours again (pinpoint withdraw)."];
  return [made];
}

async function run(jobId: bigint, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const account = await openAccount(options, io, chain);
  const { status, committed } = await readJob(chain, jobId);
  if (status === "None") throw new OperatorError("no-job", `There is no job ${jobId}.`, { jobId });
  if (committed === 0) throw new OperatorError("nothing-committed", `Job ${jobId} has no checkpoint yet.`, { jobId });
  const terms = await readTerms(chain, jobId);
  const source = { base: terms.uri, store: new ArtifactStore(options.cache), signal: io.signal };
  const program = await obtainProgram(source, terms.programRoot);
  const sender = { chain, rpc: options.rpc, account };
  const { checkpoint = committed - 1, tensor, chunk } = options;
  const made = await demandChunk(sender, jobId, { checkpoint, tensor, chunk }, program);
  const ended = options.wait ? await awaitAnswer(sender, made.demandId, { signal: io.signal }) : {};
  print(io, options.json, { ...made, ...ended }, describe);
}

/** `pinpoint demand`: asks for a chunk of a committed state on the chain. */
export function demandCommand(io: Io): Command {
  return withJson(
    withKey(
      withChain(
        new Command("demand")
          .description("demand a chunk of a checkpoint's state on the chain: who cannot answer is convicted")
          .argument("<job>", "number of the job", id),
      ),
    ),
  )
    .option("--checkpoint <number>", "the checkpoint (the latest)", integer(0, 65_534))
    .option("--tensor <number>", "place of the tensor among the program's states", integer(0, 4_095), 0)
    .option("--chunk <number>", "place of the chunk of 256 words in the tensor", integer(0, 2 ** 32 - 1), 0)
    .option("--no-wait", "do not wait for the answer")
    .addOption(storeOption("--cache <folder>", "artifacts that are here already", "PINPOINT_ARTIFACTS"))
    .addHelpText(
      "after",
      "\nFor whoever is not served. You pay for the answer, a transaction of bounded size, and get the price back where none comes\n" +
        "within the job's clock; this command then convicts the job, for which its caller gets a tip.\n\nExamples:\n" +
        "  pinpoint demand 1 --checkpoint 3 --keystore verifier.json\n  PINPOINT_KEY=0x… pinpoint demand 1 --tensor 2 --chunk 7 --json",
    )
    .action((jobId: bigint, options: Options) => run(jobId, options, io));
}
