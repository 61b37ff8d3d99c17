import { expect } from "chai";
import { createPrng, type Prng } from "../../../../common/index.ts";
import type { ExecutorInput } from "../../../execution.ts";
import type { Dot, Fold, Operand, Operator, Program } from "../../../program/types.ts";
import { fuse } from "../fuse.ts";
import { nastyWords } from "../nasty-words.ts";
import { isTurned } from "../turned.ts";
import { expectReferenceStep, type Create } from "./reference-step.ts";

const SEED = 20_261_128;
const PROGRAMS = 80;

/** What a reader takes: a matrix of rows × k words in each of some batches. */
interface Source {
  readonly operand: Operand;
  readonly view?: Operator;
}

const constant = (index: number) => ({ space: "constant", index }) as const;

/** A matrix for each batch, as it lies in a constant or turned by a View, which is operator `j`. */
function source(random: Prng, index: number, j: number, batches: number, rows: number, k: number): Source {
  const strides = [rows * k, k];
  if (random.below(4) === 0) return { operand: { ref: constant(index), offset: 0, strides } };
  // Batches outermost, or between the words of a run.
  const turned = random.below(2) === 0 ? [rows * k, 1, rows] : [rows, 1, rows * batches];
  const operands = [{ ref: constant(index), offset: 0, strides: turned }];
  const view: Operator = { kind: "View", dtype: "f32", extents: [batches, rows, k], operands, guards: [[]], fill: 0 };
  return { operand: { ref: { space: "operator", index: j }, offset: 0, strides }, view };
}

/** A run of some of the words only, which begins further on. */
function part(random: Prng, k: number): { readonly from: number; readonly k: number } {
  const from = random.below(3) === 0 ? random.below(k) : 0;
  return { from, k: 1 + random.below(k - from) };
}

function randomProgram(random: Prng): ExecutorInput {
  const batches = random.pick([1, 1, 2, 3]);
  // One more than whole cache lines: a thread's part of one entry.
  const rows = random.pick([1 + random.below(40), 17, 33]);
  const columns = 1 + random.below(70);
  const whole = random.pick([1, 3, 17, 64, 300]);
  const { from, k } = part(random, whole);
  const kind = random.pick(["Dot", "sum", "max", "dot"] as const);
  const isDot = kind === "Dot";
  const second = isDot ? columns : rows;
  const sources = [source(random, 0, 0, batches, rows, whole)];
  if (isDot || kind === "dot")
    sources.push(source(random, 1, sources[0]!.view === undefined ? 0 : 1, batches, second, whole));
  const views = sources.flatMap(({ view }) => (view === undefined ? [] : [view]));
  const rowsFirst = !isDot && random.below(2) === 0;
  const extents = isDot ? [batches, rows, columns] : rowsFirst ? [rows, batches] : [batches, rows];
  const operands = sources.map(({ operand }, i): Operand => {
    const [batch, row] = operand.strides as [number, number];
    const along = rowsFirst ? [row, batch] : [batch, row];
    const strides = isDot ? (i === 0 ? [batch, row, 0] : [batch, 0, row]) : along;
    return { ...operand, offset: from, strides };
  });
  const words = extents.reduce((a, b) => a * b, 1);
  if (random.below(2) === 0)
    operands.push({ ref: constant(2), offset: 0, strides: isDot ? [rows * columns, columns, 1] : [1, extents[0]!] });
  const base = { dtype: "f32", extents, operands, k } as const;
  const reader: Dot | Fold = isDot ? { kind, ...base } : { kind: "Fold", fn: kind, ...base, l: 0 };
  const constants = [rows, second].map((each) => nastyWords(random, "f32", batches * each * whole));
  constants.push(nastyWords(random, "f32", words));
  const program: Program = {
    states: [{ dtype: "f32", words }],
    fields: [],
    constants: constants.map(({ length }) => ({ dtype: "f32", words: length, root: new Uint8Array(32) })),
    operators: [...views, reader],
    batch: 1,
  };
  return { program, constants, dataset: { samples: 0, fields: [] } };
}

/** Differential test of products and sums that read through Views. To be called inside a `describe`. */
export function turnedSuite(create: Create): void {
  it("give the reference's words, with one to three threads", async () => {
    const random = createPrng(SEED);
    const reached = { turnedDots: 0, turnedFolds: 0, mixed: 0 };
    for (let i = 0; i < PROGRAMS; i++) {
      const input = randomProgram(random);
      const where = `seed ${SEED}, program ${i}`;
      await expectReferenceStep(create, input, i % 4 === 0 ? [1, 2, 3] : [1], where);
      const planned = fuse(input.program).program.operators.at(-1)!;
      if (!isTurned(planned)) continue;
      if (planned.kind === "Dot") reached.turnedDots += 1;
      else reached.turnedFolds += 1;
      reached.mixed += Number(planned.runSteps.some((step) => step === 1));
    }
    for (const [what, times] of Object.entries(reached)) expect(times, what).to.be.greaterThan(PROGRAMS / 10);
  }).timeout(120_000);
}
