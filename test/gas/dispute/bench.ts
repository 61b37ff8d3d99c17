/** Plays disputes about a long segment of a large training on the contracts: `npm run bench:dispute -- --help`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { OperatorError } from "../../../common/index.ts";
import { bestEngine } from "../../../engine/index.ts";
import { RunFolder } from "./folder.ts";
import { measureDispute } from "./measure.ts";
import { planSegment } from "./plan.ts";
import { gameLines, progress, segmentLines, targetLines } from "./print.ts";
import { gptOfTenMillion } from "./training.ts";

const root = join(import.meta.dirname, "..", "..", "..");
/** Steps of the segment whose figures are kept. */
const fullSteps = 1_000;

interface Options {
  readonly dir: string;
  readonly steps: number;
  readonly seed: number;
  readonly json?: boolean;
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("Give a whole number, at least 1.");
}

async function run({ dir, steps, seed, json }: Options): Promise<void> {
  const print = (lines: readonly string[]) => json === true || console.log(lines.join("\n"));
  const tell = (line: string) => console.error(line);
  const { engine } = await bestEngine();
  const figures = await measureDispute(gptOfTenMillion(), planSegment(steps, seed), {
    engine,
    folder: new RunFolder(dir),
    seed,
    told: progress(tell),
    played: (game) => print([...gameLines(game), ""]),
  });
  print([...segmentLines(figures), "", ...targetLines(figures.games)]);
  if (json === true) console.log(JSON.stringify(figures, null, 2));
  // A shorter segment is no result.
  if (steps !== fullSteps) return;
  const file = join(root, "bench", "results", "dispute.json");
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
}

const command = new Command("npm run bench:dispute --")
  .description(
    "Trains a segment of the GPT of 10 million parameters on Shakespeare, has a liar flip a bit in one operator's output, and plays the whole game on the contracts; then another game for each kind of operator. Prints the gas of every move, and of a whole segment writes bench/results/dispute.json. An interrupted run goes on where it was.",
  )
  .option("--dir <folder>", "where states and roots are kept", join(root, "build", "dispute-bench"))
  .option("--steps <n>", "steps of the segment; a short one is a test", whole, fullSteps)
  .option("--seed <n>", "draws the step and the lies", whole, 20_261_127)
  .option("--json", "print the figures as JSON")
  .action(run);

try {
  await command.parseAsync();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
