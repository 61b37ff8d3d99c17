import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { compileModel, createExecutor, importOnnx, parametersIn } from "../../engine/index.ts";

/** As exports/make.py says. */
const [BATCH, SAMPLES, RATE, TOKENS] = [6, 24, 0.05, 11];
/** Greatest relative error of a loss, and of a parameter's or a running statistic's length at the end. */
const TOLERANCE = 1e-5;

const folder = join(import.meta.dirname, "exports");

interface Reference {
  readonly losses: readonly number[];
  readonly lengths: Readonly<Record<string, number>>;
}
const references = JSON.parse(readFileSync(join(folder, "references.json"), "utf8")) as Record<string, Reference>;

function floats(length: number): Uint32Array {
  return new Uint32Array(Float32Array.from({ length }, (_, i) => ((i * 7919 + 104729) % 1009) / 504.5 - 1).buffer);
}

function integers(length: number, bound: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => ((i * i + Math.floor(i / 3)) % 101) % bound);
}

/** Words a sample and classes of the targets; no classes where they are floats. */
const targets: Readonly<Record<string, readonly [words: number, classes?: number]>> = {
  resnet: [1, 5],
  mobilenet: [1, 5],
  unet: [256],
  "vision-transformer": [1, 5],
  "rotary-transformer": [8, TOKENS],
  "text-convolution": [1, 4],
};

function compileExport(name: string) {
  const onnx = readFileSync(join(folder, `${name}.onnx`));
  const [{ shape, dtype }] = importOnnx(onnx).inputs as [ReturnType<typeof importOnnx>["inputs"][number]];
  const length = shape.slice(1).reduce<number>((total, extent) => total * Number(extent), 1);
  const [words, classes] = targets[name]!;
  const x = dtype === "f32" ? floats(SAMPLES * length) : integers(SAMPLES * length, TOKENS);
  const y = classes === undefined ? floats(SAMPLES * words) : integers(SAMPLES * words, classes);
  const fields = [
    { name: "x", dtype, words: x, stride: length, length },
    { name: "y", dtype: classes === undefined ? "f32" : "i32", words: y, stride: words, length: words },
  ] as const;
  const model = compileModel({
    onnx,
    batch: BATCH,
    fields,
    inputs: { x: "x" },
    label: "y",
    loss: classes === undefined ? "meanSquaredError" : "softmaxCrossEntropy",
    optimiser: { kind: "sgd", learningRate: RATE },
  });
  return { model, dataset: { samples: SAMPLES, fields } };
}

describe("networks as PyTorch 1.13 exports them, trained, against PyTorch", () => {
  for (const [name, { losses, lengths }] of Object.entries(references)) {
    it(name, async function () {
      const { model, dataset } = compileExport(name);
      const { program, constants } = model;
      const executor = await createExecutor("wasm", { program, constants, dataset });
      executor.setState(model.initialState);
      const place = model.states.findIndex(({ role }) => role === "loss");
      const lossErrors = losses.map((wanted, step) => {
        executor.step({ step, seed: 0, order: "sequential" });
        return Math.abs(new Float32Array(executor.getState()[place]!.slice().buffer)[0]! / wanted - 1);
      });
      const tensors = [...parametersIn(model, executor.getState())];
      expect(tensors.map(([tensor]) => tensor)).to.have.members(Object.keys(lengths));
      const lengthErrors = tensors.map(([tensor, { values }]) => {
        const length = Math.sqrt([...values].reduce((sum, value) => sum + value * value, 0));
        return Math.abs(length - lengths[tensor]!) / Math.max(lengths[tensor]!, 1e-3);
      });
      const [loss, length] = [Math.max(...lossErrors), Math.max(...lengthErrors)];
      this.test!.title += ` (${program.operators.length} operators, greatest relative errors ${loss.toExponential(1)}, ${length.toExponential(1)})`;
      expect(loss).to.be.lessThan(TOLERANCE);
      expect(length).to.be.lessThan(TOLERANCE);
    });
  }
});
