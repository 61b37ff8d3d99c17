import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import { outputWords } from "../../program/cost.ts";
import type { Guard, View } from "../../program/types.ts";
import { runView } from "../reference/view.ts";
import { createWasmExecutor } from "./index.ts";
import { nastyWords } from "./nasty-words.ts";
import { programOfCases } from "./random-operators.ts";
import type { OperatorCase } from "./random-operators.ts";

/** Windows of images and their adjoints: what convolutions and pools are lowered to, with every part of a plane clipped. */

const SEED = 20_261_128;
const random = createPrng(SEED);

interface Windows {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Sides of a window. */
  readonly side: number;
  readonly step: number;
  readonly pad: number;
  readonly dilation: number;
}

function view(extents: number[], strides: number[], guards: Guard[], words: number): OperatorCase {
  const operands = [{ ref: { space: "constant", index: 0 }, offset: 0, strides }] as const;
  const fill = nastyWords(random, "f32", 1)[0]!;
  const operator = { kind: "View", dtype: "f32", extents, operands, guards: [guards], fill } as const;
  return { operator, tensors: [{ dtype: "f32", words: nastyWords(random, "f32", words) }], fieldStride: 0 };
}

function positions({ side, step, pad, dilation }: Windows, length: number): number {
  return Math.floor((length + 2 * pad - dilation * (side - 1) - 1) / step) + 1;
}

/** The words of each window: [channels, rows, columns, side, side]; with `turned` the windows' own axes come first. */
function gathered(windows: Windows, turned: boolean): OperatorCase {
  const { channels, height, width, side, step, pad, dilation } = windows;
  const [rows, columns] = [positions(windows, height), positions(windows, width)];
  const guard = (own: number[], bound: number, stride: number): Guard => {
    const coefficients = turned ? [0, own[2]!, own[3]!, own[0]!, own[1]!] : [0, ...own];
    return { offset: -pad, coefficients, divisor: 1, bound, stride };
  };
  const guards = [guard([step, 0, dilation, 0], height, width), guard([0, step, 0, dilation], width, 1)];
  const extents = turned ? [channels, side, side, rows, columns] : [channels, rows, columns, side, side];
  return view(extents, [height * width, 0, 0, 0, 0], guards, channels * height * width);
}

/** What windows give back to each word of an image: [channels, height, width, side, side]. */
function scattered(windows: Windows): OperatorCase {
  const { channels, height, width, side, step, pad, dilation } = windows;
  const [rows, columns] = [positions(windows, height), positions(windows, width)];
  const guard = (coefficients: number[], bound: number, stride: number): Guard => {
    return { offset: pad, coefficients: [0, ...coefficients], divisor: step, bound, stride };
  };
  const guards = [guard([1, 0, -dilation, 0], rows, columns), guard([0, 1, 0, -dilation], columns, 1)];
  const plane = rows * columns;
  const strides = [side * side * plane, 0, 0, side * plane, plane];
  return view([channels, height, width, side, side], strides, guards, channels * side * side * plane);
}

describe("WebAssembly windows", function () {
  this.timeout(60_000);

  it("are the reference's, clipped on each side, strided, dilated and turned", async () => {
    const cases: OperatorCase[] = [];
    for (const [height, width] of [
      [7, 9],
      [12, 5],
      [9, 17],
      [3, 3],
    ] as const)
      // prettier-ignore
      for (const side of [1, 2, 3])
        for (const step of [1, 2])
          for (const pad of [0, 1, 2])
            for (const dilation of [1, 2]) {
              const windows = { channels: 1 + random.below(3), height, width, side, step, pad, dilation };
              if (positions(windows, Math.min(height, width)) < 1) continue;
              cases.push(gathered(windows, false), gathered(windows, true), scattered(windows));
            }
    expect(cases.length).to.be.greaterThan(300);
    const input = programOfCases(cases);
    const executor = await createWasmExecutor(input);
    const onOutput = (index: number, words: Uint32Array) => {
      const one = cases[index];
      if (one === undefined) return;
      const expected = new Uint32Array(outputWords(one.operator));
      runView(one.operator as View, [one.tensors[0]!.words], expected);
      expect(words, `seed ${SEED}, ${JSON.stringify(one.operator)}`).to.deep.equal(expected);
    };
    executor.step({ step: 0, seed: 0, order: "sequential" }, { onOutput });
  });
});
