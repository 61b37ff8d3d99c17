import { expect } from "chai";
import { createPrng, type Prng } from "../../../../common/index.ts";
import type { ExecutorInput } from "../../../execution.ts";
import { outputWords } from "../../../program/cost.ts";
import type { Dot, Fold, Operand, Program, View } from "../../../program/types.ts";
import { fuse } from "../fuse.ts";
import { gatheredView, scatteredView, windowCount, type ImageWindows } from "../image-windows.ts";
import { nastyWords } from "../nasty-words.ts";
import { isTurned } from "../turned.ts";
import { expectReferenceStep, type Create } from "./reference-step.ts";

const SEED = 20_261_129;
const PROGRAMS = 120;

const view = (offset: number, strides: number[]): Operand => ({
  ref: { space: "operator", index: 0 },
  offset,
  strides,
});
const constant = (index: number, strides: number[]): Operand => {
  return { ref: { space: "constant", index }, offset: 0, strides };
};

function randomWindows(random: Prng): ImageWindows {
  const side = random.pick([1, 2, 3, 5]);
  const dilation = random.pick([1, 1, 2]);
  const least = dilation * (side - 1) + 1;
  return {
    channels: random.pick([1, 2, 3, 9]),
    height: least + random.below(12),
    width: least + random.below(40),
    side,
    step: random.pick([1, 1, 2]),
    pad: random.below(side),
    dilation,
  };
}

/** A word that borders are filled with: most often what sums begin with. */
function randomFill(random: Prng): number {
  return random.pick([0, 0, 0xff800000, nastyWords(random, "f32", 1)[0]!]);
}

interface Reader {
  readonly view: View;
  readonly reader: Dot | Fold;
}

/** Some rows of weights times the windows, in each batch of some channels. */
function convolution(random: Prng, windows: ImageWindows): Reader {
  const batches = random.pick([1, 3]);
  const places = windowCount(windows, windows.height) * windowCount(windows, windows.width);
  const { extents, operands, guards, ...rest } = gatheredView(windows, false, randomFill(random));
  const [channels, rows, columns, side] = extents as [number, number, number, number, number];
  const across = random.pick([side, side, 1]);
  // [batches, rows, columns, channels, side, across]
  const plane = operands[0]!.strides[0]!;
  const own: View = {
    ...rest,
    extents: [batches, rows, columns, channels, side, across],
    operands: [{ ...operands[0]!, strides: [channels * plane, 0, 0, plane, 0, 0] }],
    guards: guards.map((list) =>
      list.map((guard) => {
        const [, ...coefficients] = guard.coefficients;
        return { ...guard, coefficients: [0, ...coefficients.toSpliced(2, 0, 0)] };
      }),
    ),
  };
  const seen = windows.pad === 0 && random.below(2) === 0 ? unguarded(own, random.below(3)) : own;
  const whole = channels * side * across;
  const from = random.below(3) === 0 ? random.below(whole) : 0;
  const k = whole - from;
  const outputs = 1 + random.below(20);
  const operandsOfDot = [constant(1, [0, k, 0]), view(from, [places * whole, 0, whole])];
  const base = { dtype: "f32", extents: [batches, outputs, places], operands: operandsOfDot, k } as const;
  return { view: seen, reader: { kind: "Dot", ...base } };
}

/** A View whose guards hold throughout, without one of them, or without any. */
function unguarded(own: View, kept: number): View {
  return [0, 1].filter((g) => g !== kept).reduceRight(withoutGuard, own);
}

function withoutGuard({ operands, guards, ...rest }: View, g: number): View {
  const { stride, coefficients } = guards[0]![g]!;
  const strides = operands[0]!.strides.map((each, axis) => each + stride * coefficients[axis]!);
  return { ...rest, operands: [{ ...operands[0]!, strides }], guards: [guards[0]!.toSpliced(g, 1)] };
}

/** The gradient of weights: runs over the places of a window, some blocks of them. */
function weightGradient(random: Prng, windows: ImageWindows): Reader {
  const places = windowCount(windows, windows.height) * windowCount(windows, windows.width);
  const blocks = 1 + random.below(Math.min(3, places));
  const k = Math.floor(places / blocks);
  const outputs = 1 + random.below(20);
  const columns = windows.channels * windows.side ** 2;
  const operands = [constant(1, [k, blocks * k, 0]), view(0, [k, 0, places])];
  const base = { dtype: "f32", extents: [blocks, outputs, columns], operands, k } as const;
  return { view: gatheredView(windows, true, randomFill(random)), reader: { kind: "Dot", ...base } };
}

/** What the windows give back to each word of the image, or a pool of the windows. */
function fold(random: Prng, windows: ImageWindows, isPool: boolean): Reader {
  const fill = randomFill(random);
  const own = isPool ? gatheredView(windows, false, fill) : scatteredView(windows, fill);
  const [channels, height, width] = own.extents as [number, number, number];
  const k = windows.side ** 2;
  const strides = [height * width * k, k];
  const base = { dtype: "f32", extents: [channels, height * width], operands: [view(0, strides)], k, l: 0 } as const;
  return { view: own, reader: { kind: "Fold", fn: random.pick(["sum", "max"] as const), ...base } };
}

function randomReader(random: Prng): Reader {
  const windows = randomWindows(random);
  switch (random.below(4)) {
    case 0:
      return convolution(random, windows);
    case 1:
      return weightGradient(random, windows);
    default:
      return fold(random, windows, random.below(2) === 0);
  }
}

/** Words that a View reads: the farthest address that its guards admit, and one. */
function wordsRead({ extents, operands, guards }: View): number {
  const farthest = operands[0]!.strides.reduce((sum, stride, axis) => sum + stride * (extents[axis]! - 1), 1);
  return guards[0]!.reduce((sum, { bound, stride }) => sum + (bound - 1) * stride, farthest);
}

function randomProgram(random: Prng): ExecutorInput {
  const { view: own, reader } = randomReader(random);
  const words = outputWords(reader);
  const last = reader.extents.length - 1;
  const init = constant(
    2,
    reader.extents.map((_, axis) => reader.extents.slice(axis + 1).reduce((a, b) => a * b, 1)),
  );
  const isAdded = random.below(2) === 0;
  const whole = { ...reader, operands: [...reader.operands, ...(isAdded ? [init] : [])] };
  const rows = reader.kind === "Dot" ? (outputWords(reader) / reader.extents[last]!) * reader.k : 1;
  const constants = [wordsRead(own), rows, words].map((length) => nastyWords(random, "f32", length));
  const program: Program = {
    states: [{ dtype: "f32", words }],
    fields: [],
    constants: constants.map(({ length }) => ({ dtype: "f32", words: length, root: new Uint8Array(32) })),
    operators: [own, whole],
    batch: 1,
  };
  return { program, constants, dataset: { samples: 0, fields: [] } };
}

/** Differential test of products and sums that read through windows. To be called inside a `describe`. */
export function windowSuite(create: Create): void {
  it("give the reference's words through windows, with one to three threads", async () => {
    const random = createPrng(SEED);
    const reached = { Dot: 0, Fold: 0 };
    for (let i = 0; i < PROGRAMS; i++) {
      const input = randomProgram(random);
      const where = `seed ${SEED}, program ${i}`;
      await expectReferenceStep(create, input, i % 6 === 0 ? [1, 2, 3] : [1], where);
      const planned = fuse(input.program).program.operators.at(-1)!;
      if (isTurned(planned) && planned.window !== undefined) reached[planned.kind]++;
    }
    for (const [what, times] of Object.entries(reached)) expect(times, what).to.be.greaterThan(PROGRAMS / 8);
  }).timeout(120_000);
}
