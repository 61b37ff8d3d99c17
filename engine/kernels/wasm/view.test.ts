import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import { outputWords } from "../../program/cost.ts";
import type { View } from "../../program/types.ts";
import { runView } from "../reference/view.ts";
import { gatheredView, scatteredView, windowCount, type ImageWindows } from "./image-windows.ts";
import { createWasmExecutor } from "./index.ts";
import { nastyWords } from "./nasty-words.ts";
import { programOfCases } from "./random-operators.ts";
import type { OperatorCase } from "./random-operators.ts";

/** Windows of images and their adjoints: what convolutions and pools are lowered to, with every part of a plane clipped. */

const SEED = 20_261_128;
const random = createPrng(SEED);

function caseOf(operator: View, words: number): OperatorCase {
  return { operator, tensors: [{ dtype: "f32", words: nastyWords(random, "f32", words) }], fieldStride: 0 };
}

function gathered(windows: ImageWindows, turned: boolean): OperatorCase {
  const fill = nastyWords(random, "f32", 1)[0]!;
  return caseOf(gatheredView(windows, turned, fill), windows.channels * windows.height * windows.width);
}

function scattered(windows: ImageWindows): OperatorCase {
  const fill = nastyWords(random, "f32", 1)[0]!;
  const { channels, height, width, side } = windows;
  const words = channels * side * side * windowCount(windows, height) * windowCount(windows, width);
  return caseOf(scatteredView(windows, fill), words);
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
      [16, 12],
      [6, 27],
    ] as const)
      // prettier-ignore
      for (const side of [1, 2, 3])
        for (const step of [1, 2, 3])
          for (const pad of [0, 1, 2])
            for (const dilation of [1, 2]) {
              const windows = { channels: 1 + random.below(3), height, width, side, step, pad, dilation };
              if (windowCount(windows, Math.min(height, width)) < 1) continue;
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
