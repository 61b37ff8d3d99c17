import { Command } from "commander";
import { formatEther } from "viem";
import {
  auctionPriceOf,
  checkpointsOf,
  defaultGasCost,
  estimateProfit,
  listJobs,
  readTerms,
  type Chain,
  type Costs,
  type Estimate,
  type Job,
  type Terms,
} from "../protocol/index.ts";
import { print, type Io } from "./io.ts";
import { integer, openChain, withChain, withCosts, withJson, type ChainOptions } from "./options.ts";

interface Options extends ChainOptions {
  readonly gasCost?: bigint;
  readonly costPerUnit?: bigint;
  readonly limit: number;
  readonly json?: boolean;
}

/** A job that waits for a solver. UNITS: amounts in the token's smallest; seconds. */
interface OpenJob
  extends Estimate, Pick<Terms, "workUnits" | "unitPrice" | "stake" | "acceptBy" | "heartbeat" | "uri"> {
  readonly job: bigint;
  readonly submitter: string;
  readonly programRoot: string;
  readonly steps: number;
  readonly checkpoints: number;
}

/** Jobs that are read together. */
const pageJobs = 100;

/** The open jobs whose time to accept is not over, newest first. */
async function openJobs(chain: Chain, costs: Costs, limit: number): Promise<OpenJob[]> {
  const { timestamp } = await chain.client.getBlock();
  const found: OpenJob[] = [];
  for (let before: bigint | undefined; found.length < limit;) {
    const page: Job[] = await listJobs(chain, { limit: pageJobs, ...(before !== undefined && { before }) });
    const last = page.at(-1);
    if (last === undefined) break;
    before = last.id;
    const open = page.filter(({ status }) => status === "Open");
    const terms = await Promise.all(open.map(({ id }) => readTerms(chain, id)));
    open.forEach((job, index) => {
      if (terms[index]!.acceptBy >= timestamp) found.push(openJob(job, terms[index]!, costs, timestamp));
    });
  }
  return found.slice(0, limit);
}

function openJob(open: Job, terms: Terms, costs: Costs, now: bigint): OpenJob {
  const { id: job, submitter } = open;
  const { programRoot, steps, workUnits, stake, acceptBy, heartbeat, uri } = terms;
  // What acceptance at this moment would bring: the price rises.
  const unitPrice = auctionPriceOf(terms, open, now);
  const described = { job, submitter, programRoot, steps, checkpoints: checkpointsOf(terms) };
  return {
    ...described,
    workUnits,
    unitPrice,
    stake,
    acceptBy,
    heartbeat,
    uri,
    ...estimateProfit({ ...terms, unitPrice }, costs),
  };
}

const headings = ["job", "price", "profit", "work units", "checkpoints", "stake", "accept by", "heartbeat", "bundle"];

function lines(jobs: readonly OpenJob[]): string[] {
  if (jobs.length === 0) return ["No job waits for a solver."];
  const rows = jobs.map(({ job, price, profit, workUnits, checkpoints, stake, acceptBy, heartbeat, uri }) => {
    const money = [formatEther(price), formatEther(profit)];
    const until = new Date(Number(acceptBy) * 1_000).toISOString();
    return [job, ...money, workUnits, checkpoints, formatEther(stake), until, heartbeat, uri].map(String);
  });
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((cells) => cells[column]!.length)));
  return all.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()); // prettier-ignore
}

async function run(options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const costs = { perGas: options.gasCost ?? defaultGasCost, perWorkUnit: options.costPerUnit ?? 0n, perHour: 0n };
  print(io, options.json, await openJobs(chain, costs, options.limit), lines);
}

/** `pinpoint jobs`: the jobs that wait for a solver. */
export function jobsCommand(io: Io): Command {
  const command = new Command("jobs").description("list the jobs that wait for a solver, and what they promise him");
  return withJson(withCosts(withChain(command)))
    .option("--limit <number>", "jobs to show, newest first", integer(1, 1_000), 50)
    .addHelpText(
      "after",
      "\nProfit is the price less the gas of an undisputed job and the work, at the costs given.\n\nExamples:\n" +
        "  pinpoint jobs\n  pinpoint jobs --cost-per-unit 400000000 --gas-cost 1000000000\n  pinpoint jobs --json",
    )
    .action((options: Options) => run(options, io));
}
