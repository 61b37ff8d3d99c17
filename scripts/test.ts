import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { OperatorError } from "../common/index.ts";
import { COUNTS_FILE_VARIABLE, type Counts } from "./count-reporter.ts";

interface Stage {
  name: string;
  title: string;
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
const UNIT_FOLDERS = "common,engine,protocol,dispute,daemon,indexer,solver,verifier,submitter,cli,scripts";

/** No stage is known to take a quarter of this; a test that leaves a socket open would otherwise hang for ever. */
const COMMAND_LIMIT_MS = 45 * 60_000;

const STAGES: Stage[] = [
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
    name: "build",
    title: "build",
    commands: () => [
      ["node", "scripts/build.ts"],
      ["node", "scripts/write-abis.ts", "--check"],
    ],
  },
  {
    name: "unit",
    title: "unit tests",
    globs: [`{${UNIT_FOLDERS}}/**/*.test.ts`, "test/{conformance,gradients,adversary,invariants}/**/*.test.ts"],
    commands: (files) => [["mocha", "--reporter", reporter, ...files]],
  },
  {
    name: "contracts",
    title: "contract tests",
    globs: ["test/contracts/**/*.test.ts"],
    commands: (files) => [
      ["hardhat", "test", "mocha", ...files],
      ["node", "scripts/write-abis.ts", "--check"],
    ],
  },
  {
    name: "solidity",
    title: "Solidity tests",
    globs: ["test/invariants/suites/*.t.sol"],
    commands: () => [
      ["node", "test/invariants/games/write-games.ts"],
      ["node", "scripts/solidity-tests.ts"],
    ],
  },
  {
    name: "e2e",
    title: "end to end",
    globs: ["test/e2e/**/*.test.ts"],
    commands: (files) => [["mocha", "--reporter", reporter, "--timeout", "900000", ...files]],
  },
  {
    name: "chaos",
    title: "chaos",
    named: true,
    globs: ["test/chaos/**/*.test.ts"],
    commands: (files) => [["mocha", "--reporter", reporter, "--timeout", "1800000", ...files]],
  },
];

/** Exit status of a command that shares this terminal; found in `node_modules/.bin` first, as under `npm run`. */
function run(command: string[], countsFile: string): Promise<number> {
  const [program = "", ...args] = command;
  const path = join(root, "node_modules", ".bin") + delimiter + (process.env.PATH ?? "");
  const env = { ...process.env, PATH: path, PINPOINT_MOCHA_REPORTER: reporter, [COUNTS_FILE_VARIABLE]: countsFile };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit", env });
    const timer = setTimeout(() => {
      console.error(`${program} did not end in ${COMMAND_LIMIT_MS / 60_000} minutes`);
      child.kill("SIGKILL");
    }, COMMAND_LIMIT_MS);
    child.once("error", reject);
    child.once("close", (status) => {
      clearTimeout(timer);
      resolve(status ?? 1);
    });
  });
}

async function runAll(commands: string[][], countsFile: string): Promise<boolean> {
  for (const command of commands) {
    if ((await run(command, countsFile)) !== 0) return false;
  }
  return true;
}

function readCounts(file: string): Counts {
  const none: Counts = { passed: 0, failed: 0, skipped: 0 };
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Counts) : none;
}

async function runStage(stage: Stage): Promise<Outcome> {
  console.log(`\n── ${stage.title} ${"─".repeat(Math.max(0, 76 - stage.title.length))}`);
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "pinpoint-test-"));
  const files = globSync(stage.globs ?? [], { cwd: root, exclude: ["**/node_modules/**"] }).toSorted();
  const missing = stage.globs !== undefined && files.length === 0;
  const ended = !missing && (await runAll(stage.commands(files), join(folder, "counts.json")));
  const counts = readCounts(join(folder, "counts.json"));
  rmSync(folder, { recursive: true });

  const empty = stage.globs !== undefined && !missing && counts.passed + counts.failed === 0;
  const ok = ended && !empty && counts.failed === 0;
  // A stage that fails without a failing test, such as a crash, still shows in the totals.
  const failed = ok ? 0 : Math.max(1, counts.failed);
  const note = missing ? "no test files" : empty ? "no test ran" : "";
  return { ...counts, failed, stage, ok, seconds: (performance.now() - started) / 1000, note };
}

function report(outcomes: Outcome[]): void {
  console.log("");
  for (const { stage, ok, seconds, passed, note } of outcomes) {
    const tests = stage.globs === undefined ? "" : `${passed} passed`;
    const words = [stage.title.padEnd(18), `${seconds.toFixed(1)} s`.padStart(9), tests.padStart(12), note];
    console.log(`${ok ? "ok    " : "FAILED"} ${words.join("  ").trimEnd()}`);
  }
  const sum = (key: keyof Counts) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
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

const outcomes: Outcome[] = [];
for (const stage of chosen(process.argv.slice(2))) outcomes.push(await runStage(stage));
report(outcomes);
process.exitCode = outcomes.every((outcome) => outcome.ok) ? 0 : 1;
