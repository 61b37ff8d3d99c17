/**
 * An honest and a dishonest training job, and one that goes on from the first one's model, on a local network of processes that share nothing but HTTP:
 * `npm run demo`, optionally `-- --seed <number>` to repeat a run. Writes demo-report.json; exits non-zero unless every check holds.
 */
import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createPrng } from "../common/index.ts";
import { childJob, honestJob, dishonestJob, type Stage } from "./demo/jobs.ts";
import { startNetwork } from "./demo/network.ts";
import { Checks, table, toJson, tokens, type JobReport } from "./demo/report.ts";

const { values } = parseArgs({ options: { seed: { type: "string" }, report: { type: "string" } } });
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const reportFile = values.report ?? "demo-report.json";
const root = join(import.meta.dirname, "..");
const started = Date.now();

function say(text: string): void {
  console.log(`\n[${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s] ${text}`);
}

function printJob({ job, status, payments, before, after }: JobReport, names: ReadonlyMap<string, string>): void {
  const name = (account: string): string => names.get(account.toLowerCase()) ?? account;
  console.log(`\nJob ${job}: ${status}`);
  const rows = payments.map(({ account, reason, amount, contract, subject }) => [
    name(account),
    reason,
    tokens(amount),
    `${contract} ${contract === "jobMarket" ? "job" : "game"} ${subject}`,
  ]);
  console.log(table(["paid to", "for", "tokens", "by"], rows));
  const holdings = Object.keys(before).map((who) => {
    const [from, to] = [before[who], after[who]];
    return [who, tokens(from.staked), tokens(to.staked), tokens(from.tokens), tokens(to.tokens)];
  });
  console.log(`\n${table(["account", "stake before", "after", "tokens before", "after"], holdings)}`);
}

function printDisputes({ disputes }: JobReport): void {
  for (const { game, phase, checkpoint, rounds, moves, gas, judged } of disputes) {
    console.log(
      `\nGame ${game} on checkpoint ${checkpoint}: ${phase}, ${moves.length} moves in ${rounds} rounds, gas ${gas}`,
    );
    console.log(
      table(
        ["move", "by", "gas"],
        moves.map((each) => [each.move, each.side, String(each.gas)]),
      ),
    );
    if (judged === undefined) continue;
    const { step, operator, kind, element, claimed, expected, claimedValue, expectedValue } = judged;
    console.log(`  step ${step}, operator ${operator} (${kind}), element ${element}`);
    console.log(`  claimed ${claimed} (${claimedValue}), the arbiter says ${expected} (${expectedValue})`);
  }
}

async function run(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "pinpoint-demo-"));
  mkdirSync(join(folder, "logs"));
  say(`Seed ${seed}. Folders and logs of all processes: ${folder}`);
  const network = await startNetwork(folder, say);
  try {
    const checks = new Checks();
    const stage: Stage = {
      network,
      checks,
      say,
      onnx: readFileSync(join(root, "examples", "next-char.onnx")),
      prose: readFileSync(join(root, "examples", "prose.txt"), "utf8"),
      prng: createPrng(seed),
    };
    const honest = await honestJob(stage);
    const dishonest = await dishonestJob(stage, honest);
    const child = await childJob(stage, honest.report);
    printJob(honest.report, network.names);
    printJob(dishonest.report, network.names);
    printJob(child, network.names);
    printDisputes(dishonest.report);
    console.log(
      `\n${table(
        ["check", "holds"],
        checks.all.map(({ fact, holds }) => [fact, holds ? "yes" : "NO"]),
      )}`,
    );
    const { learning } = honest;
    const { place, redrawn } = dishonest;
    const processes = Object.fromEntries(network.processes);
    const seconds = (Date.now() - started) / 1000;
    const report = {
      seed,
      seconds,
      processes,
      jobs: [honest.report, dishonest.report, child],
      learning,
      place,
      redrawn,
      checks: checks.all,
    };
    writeFileSync(reportFile, `${toJson(report)}\n`);
    say(`${checks.hold ? "Everything holds" : "NOT everything holds"}; the report is ${reportFile}`);
    return checks.hold;
  } finally {
    await network.stop();
  }
}

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
}
