import { readFileSync } from "node:fs";
import { expect } from "chai";
import { OperatorError, createPrng } from "../../common/index.ts";
import { compileModel, importOnnx, type CompileOptions } from "../../engine/index.ts";
import { gatedModel, gatedSamples, linearModel } from "../gradients/models.ts";
import { mutatedBytes, mutatedMessage } from "./wire.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_126);
/** Changed files; `npm run test:deep` asks for 100,000. */
const cases = Number(process.env.PINPOINT_FUZZ_CASES ?? 2_000);

/** Share of the files that have to be models of some kind, so that more than protobuf is tried. */
const leastParsed = 0.3;
/** What one file may take, for a machine that does other things besides. UNITS: ms. */
const slowestMs = 20_000;
/** UNITS: bytes more than at the start, garbage included. */
const mostMemory = 2 ** 31;

const settings = { batch: 4, optimiser: { kind: "sgd", learningRate: 0.1 } } as const;

function models(): CompileOptions[] {
  const text = readFileSync(new URL("../../examples/next-char.onnx", import.meta.url));
  const gated = gatedSamples(seed, 8).fields;
  const numbers = [
    { name: "x", dtype: "f32", length: 3 },
    { name: "t", dtype: "f32", length: 2 },
  ] as const;
  const tokens = [
    { name: "tokens", dtype: "i32", length: 8 },
    { name: "target", dtype: "i32", length: 1 },
  ] as const;
  const crossEntropy = { ...settings, loss: "softmaxCrossEntropy" } as const;
  return [
    { ...crossEntropy, onnx: gatedModel(createPrng(seed)), fields: gated, inputs: { x: "x" }, label: "label" },
    { ...crossEntropy, onnx: text, fields: tokens, inputs: { tokens: "tokens" }, label: "target" },
    { ...settings, loss: "meanSquaredError", onnx: linearModel(3, 2), fields: numbers, inputs: { x: "x" }, label: "t" },
  ];
}

/** What came of a file: the code of its refusal, or that it compiled. Anything but a refusal in words is passed on. */
function outcomeOf(run: () => unknown): string {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    expect(error.message, error.code).to.match(/^[A-Z"][^\n]*[.:]?$/);
    return error.code;
  }
}

describe(`changed ONNX files, ${cases} of them (seed ${seed})`, function () {
  this.timeout(3_600_000);

  it("are compiled or refused in a sentence, soon and without much memory", () => {
    const random = createPrng(seed);
    const originals = models();
    const codes = new Map<string, number>();
    let parsed = 0;
    let slowest = 0;
    const before = process.memoryUsage().rss;
    for (let number = 0; number < cases; number++) {
      const original = random.pick(originals);
      const change = random.below(8) === 0 ? mutatedBytes : mutatedMessage;
      const onnx = change(random, original.onnx);
      const began = performance.now();
      let outcome: string;
      try {
        if (outcomeOf(() => importOnnx(onnx)) !== "onnx-malformed") parsed++;
        outcome = outcomeOf(() => compileModel({ ...original, onnx }));
      } catch (cause) {
        const file = Buffer.from(onnx).toString("base64");
        throw new Error(`case ${number} of seed ${seed}: ${String(cause)}; the file is ${file}`, { cause });
      }
      slowest = Math.max(slowest, performance.now() - began);
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
    }
    const memory = process.memoryUsage().rss - before;
    const rows = [...codes].toSorted(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    console.log(`      ${cases} files, ${parsed} past protobuf: ${rows.join(", ")}`);
    console.log(`      slowest ${slowest.toFixed(0)} ms, ${(memory / 2 ** 20).toFixed(0)} MiB more`);
    expect(parsed / cases).to.be.greaterThan(leastParsed);
    expect(slowest).to.be.lessThan(slowestMs);
    expect(memory).to.be.lessThan(mostMemory);
  });
});
