import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { OperatorError } from "../common/index.ts";
import { COUNTS_FILE_VARIABLE, type Counts } from "./count-reporter.ts";

interface Stage {
  name: string;
  title: string;
  /** Stages that must have ended before, where they run at all. */
  after?: string[];
  /** Run in order; the stage fails with the first one that does. */
  commands: (files: string[]) => string[][];
  /** Present in a stage that runs tests: it must find at least one file, and count at least one test. */
  globs?: string[];
  /** Whether it runs only where it is named: it takes long. */
  named?: boolean;
}

interface Outcome extends Counts {
  stage: Stage;
  ok: boolean;
  seconds: number;
  note: string;
}

const root = dirname(import.meta.dirname);
const reporter = join(import.meta.dirname, "count-reporter.ts");
const UNIT_FOLDERS =
  "common,engine,protocol,dispute,daemon,indexer,solver,verifier,submitter,simulation,adversary,cli,scripts,bench";

/** Stages at the same time. Each keeps about one core busy. */
const LANES = 2;

/** No stage is known to take a quarter of this; a test that leaves a socket open would otherwise hang for ever. */
const COMMAND_LIMIT_MS = 45 * 60_000;

/** The long ones first, so that no lane ends with one of them. */
const STAGES: Stage[] = [
  {
    name: "build",
    title: "build",
    commands: () => [
      ["node", "scripts/build.ts"],
      ["node", "scripts/write-abis.ts", "--check"],
    ],
  },
  { name: "lint", title: "format and lint", commands: () => [["npm", "run", "--silent", "lint"]] },
  { name: "types", title: "types", commands: () => [["tsc"]] },
  {
    name: "checks",
    title: "layers and names",
    commands: () => [
      ["node", "scripts/check-layers.ts"],
      ["node", "scripts/check-names.ts"],
    ],
  },
  {
    name: "contracts",
    title: "contract tests",
    after: ["build"],
    globs: ["test/{contracts,gas}/**/*.test.ts"],
    commands: (files) => [
      ["hardhat", "test", "mocha", ...files],
      ["node", "scripts/write-abis.ts", "--check"],
    ],
  },
  {
    name: "unit",
    title: "unit tests",
    after: ["build"],
    globs: [`{${UNIT_FOLDERS}}/**/*.test.ts`, "test/{conformance,gradients,adversary,invariants}/**/*.test.ts"],
    commands: (files) => [["mocha", "--reporter", reporter, ...files]],
  },
  {
    name: "fuzz",
    title: "fuzzing",
    after: ["build"],
    globs: ["test/fuzz/**/*.test.ts"],
    commands: (files) => [["mocha", "--reporter", reporter, ...files]],
  },
  {
    name: "deep",
    title: "deep tests",
    after: ["build"],
    named: true,
    globs: ["test/deep/**/*.test.ts"],
    commands: (files) => [["mocha", "--reporter", reporter, ...files]],
  },
  {
    name: "elements",
    title: "random elements",
    after: ["solidity"],
    named: true,
    globs: ["test/contracts/arbiter/random-elements.test.ts"],
    commands: (files) => [["hardhat", "test", "mocha", ...files]],
  },
  {
    name: "twin",
    title: "random histories",
    after: ["solidity", "elements"],
    named: true,
    globs: ["test/contracts/twin/*.test.ts"],
    commands: (files) => [["hardhat", "test", "mocha", ...files]],
  },
  {
    name: "e2e",
    title: "end to end",
    after: ["build"],
    globs: ["test/e2e/**/*.test.ts"],
    commands: (files) => [["mocha", "--reporter", reporter, "--timeout", "900000", ...files]],
  },
  {
    name: "solidity",
    title: "Solidity tests",
    // Both compile, and one folder of artifacts is written by one at a time.
    after: ["contracts"],
    globs: ["test/invariants/suites/*.t.sol"],
    commands: () => [
      ["node", "test/invariants/games/write-games.ts"],
      ["node", "scripts/solidity-tests.ts"],
    ],
  },
  {
    name: "chaos",
    title: "chaos",
    after: ["build"],
    named: true,
    globs: ["test/chaos/**/*.test.ts"],
    commands: (files) => [["mocha", "--reporter", reporter, "--timeout", "1800000", ...files]],
  },
];

/** Shows what stages print in their order: the first that is not over as it comes, the others' when they are its successors. */
class Printer {
  readonly #stages: readonly Stage[];
  readonly #held = new Map<Stage, Buffer[]>();
  readonly #ended = new Set<Stage>();
  #first = 0;

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  print(stage: Stage, output: Buffer): void {
    if (this.#stages[this.#first] === stage) process.stdout.write(output);
    else this.#held.set(stage, [...(this.#held.get(stage) ?? []), output]);
  }

  end(stage: Stage): void {
    this.#ended.add(stage);
    for (let first; (first = this.#stages[this.#first]) !== undefined && this.#ended.has(first);) {
      this.#first++;
      const next = this.#stages[this.#first];
      for (const output of (next && this.#held.get(next)) ?? []) process.stdout.write(output);
    }
  }
}

/** Exit status of a command; found in `node_modules/.bin` first, as under `npm run`. */
function run(command: string[], countsFile: string, print: (output: Buffer) => void): Promise<number> {
  const [program = "", ...args] = command;
  const path = join(root, "node_modules", ".bin") + delimiter + (process.env.PATH ?? "");
  const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const reports = { PINPOINT_MOCHA_REPORTER: reporter, [COUNTS_FILE_VARIABLE]: countsFile };
  const env = { ...process.env, ...colour, ...reports, PATH: path };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", print);
    const timer = setTimeout(() => {
      print(Buffer.from(`${program} did not end in ${COMMAND_LIMIT_MS / 60_000} minutes\n`));
      child.kill("SIGKILL");
    }, COMMAND_LIMIT_MS);
    child.once("error", reject);
    child.once("close", (status) => {
      clearTimeout(timer);
      resolve(status ?? 1);
    });
  });
}

async function runAll(commands: string[][], countsFile: string, print: (output: Buffer) => void): Promise<boolean> {
  for (const command of commands) {
    if ((await run(command, countsFile, print)) !== 0) return false;
  }
  return true;
}

function readCounts(file: string): Counts {
  const none: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Counts) : none;
}

async function runStage(stage: Stage, print: (output: Buffer) => void): Promise<Outcome> {
  print(Buffer.from(`\n── ${stage.title} ${"─".repeat(Math.max(0, 76 - stage.title.length))}\n`));
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "pinpoint-test-"));
  const files = globSync(stage.globs ?? [], { cwd: root, exclude: ["**/node_modules/**"] }).toSorted();
  const missing = stage.globs !== undefined && files.length === 0;
  const ended = !missing && (await runAll(stage.commands(files), join(folder, "counts.json"), print));
  const counts = readCounts(join(folder, "counts.json"));
  rmSync(folder, { recursive: true });

  const empty = stage.globs !== undefined && !missing && counts.passed + counts.failed === 0;
  const ok = ended && !empty && counts.failed === 0;
  // A stage that fails without a failing test, such as a crash, still shows in the totals.
  const failed = ok ? 0 : Math.max(1, counts.failed);
  const note = missing ? "no test files" : empty ? "no test ran" : "";
  return { ...counts, failed, stage, ok, seconds: (performance.now() - started) / 1000, note };
}

function report(outcomes: Outcome[], seconds: number): void {
  console.log("");
  for (const { stage, ok, seconds, passed, note } of outcomes) {
    const tests = stage.globs === undefined ? "" : `${passed} passed`;
    const words = [stage.title.padEnd(18), `${seconds.toFixed(1)} s`.padStart(9), tests.padStart(12), note];
    console.log(`${ok ? "ok    " : "FAILED"} ${words.join("  ").trimEnd()}`);
  }
  // What failed is above too, perhaps thousands of lines up.
  for (const { stage, failures } of outcomes)
    for (const failure of failures) console.log(`FAILED ${stage.title}: ${failure}`);
  console.log(`       ${"all, two at a time".padEnd(18)}  ${seconds.toFixed(1).padStart(7)} s`);
  const sum = (key: Exclude<keyof Counts, "failures">) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
}

/** All stages but those that must be named, or those named on the command line, always in the order of the list. */
function chosen(names: string[]): Stage[] {
  const unknown = names.filter((name) => !STAGES.some((stage) => stage.name === name));
  const known = STAGES.map((stage) => stage.name).join(", ");
  if (unknown.length > 0)
    throw new OperatorError("unknown-stage", `No stage ${unknown.join(", ")}: choose from ${known}.`);
  return names.length === 0
    ? STAGES.filter((stage) => stage.named !== true)
    : STAGES.filter((stage) => names.includes(stage.name));
}

/** Runs stages side by side, each as soon as those that it comes after have ended and a lane is free. */
async function runStages(stages: readonly Stage[]): Promise<Outcome[]> {
  const printer = new Printer(stages);
  const outcomes = new Map<Stage, Outcome>();
  const waiting = [...stages];
  const running = new Map<Stage, Promise<void>>();
  const ready = ({ after = [] }: Stage): boolean =>
    stages.every((other) => !after.includes(other.name) || outcomes.has(other));
  while (waiting.length + running.size > 0) {
    const next = running.size < LANES ? waiting.findIndex(ready) : -1;
    if (next < 0) {
      await Promise.race(running.values());
      continue;
    }
    const [stage] = waiting.splice(next, 1) as [Stage];
    const end = (outcome: Outcome): void => {
      outcomes.set(stage, outcome);
      running.delete(stage);
      printer.end(stage);
    };
    running.set(stage, runStage(stage, (output) => printer.print(stage, output)).then(end));
  }
  return stages.map((stage) => outcomes.get(stage) as Outcome);
}

const started = performance.now();
const outcomes = await runStages(chosen(process.argv.slice(2)));
report(outcomes, (performance.now() - started) / 1000);
process.exitCode = outcomes.every((outcome) => outcome.ok) ? 0 : 1;
