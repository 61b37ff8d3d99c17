import { expect } from "chai";
import { createPrng } from "../../../../common/index.ts";
import { checkExecutorInput, type Executor } from "../../../execution.ts";
import type { StepContext } from "../../../program/types.ts";
import { createReferenceExecutor } from "../../reference/executor.ts";
import { fuse } from "../fuse.ts";
import { isPair } from "../pairs.ts";
import { randomChains } from "../random-chains.ts";
import type { TileOperand } from "../tile-program.ts";
import type { Create } from "./reference-step.ts";

const SEED = 20_261_126;
const PROGRAMS = 120;
const STEPS = 3;

type Chains = ReturnType<typeof randomChains>;

/** States after each step; with `outputs`, every output too, as a dispute sees them. */
function run(executor: Executor, { state }: Chains, outputs: boolean): Uint32Array[] {
  const words: Uint32Array[] = [];
  executor.setState(state);
  for (let step = 0; step < STEPS; step++) {
    const context: StepContext = { step, seed: 1, order: "sequential" };
    executor.step(context, outputs ? { onOutput: (_, each) => words.push(each.slice()) } : {});
    words.push(...executor.getState());
  }
  return words;
}

/** The first word that differs, or nothing. */
function difference(expected: readonly Uint32Array[], actual: readonly Uint32Array[]): string {
  if (expected.length !== actual.length) return `${actual.length} tensors, not ${expected.length}`;
  for (const [i, words] of expected.entries()) {
    const at = words.findIndex((word, index) => word !== actual[i]![index]);
    if (at >= 0) return `tensor ${i}, word ${at}: ${actual[i]![at]!.toString(16)}, not ${words[at]!.toString(16)}`;
  }
  return "";
}

/** Read as pairs of words. */
function isDoubled({ read, mode }: TileOperand): boolean {
  return mode === "copied" && read.extents.at(-1) === 2 && read.strides.at(-2) === 1;
}

/** Differential test of groups of operators on an engine. To be called inside a `describe`. */
export function chainSuite(create: Create): void {
  it("give the words of the single ones and of the reference, with one to three threads", async () => {
    const random = createPrng(SEED);
    const reached = { groups: 0, folds: 0, hidden: 0, spreads: 0, copies: 0, pairs: 0, fours: 0, doubled: 0 };
    for (let i = 0; i < PROGRAMS; i++) {
      const chains = randomChains(random);
      checkExecutorInput(chains);
      const expected = run(createReferenceExecutor(chains), chains, false);
      const traced = run(createReferenceExecutor(chains), chains, true);
      for (const threads of i % 10 === 0 ? [1, 2, 3] : [1]) {
        const executor = await create(chains, { threads, leastWork: 1 });
        const where = `seed ${SEED}, program ${i}, ${threads} threads`;
        expect(difference(expected, run(executor, chains, false)), where).to.equal("");
        expect(difference(traced, run(executor, chains, true)), `${where}, traced`).to.equal("");
        await executor.close();
      }
      for (const { operators, stored, tiles } of fuse(chains.program).groups) {
        if (tiles === undefined) continue;
        reached.groups += 1;
        reached.hidden += operators.length - stored.length;
        reached.folds += Number(tiles.stages.some(({ fn }) => fn.startsWith("fold")));
        reached.spreads += Number(tiles.stages.some(({ fn }) => fn === "spread"));
        reached.pairs += Number(tiles.stages.some(({ fn }) => isPair(fn)));
        reached.fours += Number(tiles.columns === 4 && tiles.stages.some(({ fn }) => fn.startsWith("fold")));
        reached.doubled += Number(tiles.operands.some(isDoubled));
        reached.copies += Number(tiles.operands.some(({ mode }) => mode === "copied"));
      }
    }
    for (const [what, times] of Object.entries(reached)) expect(times, what).to.be.greaterThan(PROGRAMS / 10);
  }).timeout(120_000);
}
