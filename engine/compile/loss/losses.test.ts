import { expect } from "chai";
import { createPrng, OperatorError } from "../../../common/index.ts";
import type { Dataset } from "../../dataset.ts";
import { createExecutor } from "../../executor.ts";
import { evaluateMetrics } from "../evaluate.ts";
import { compileEvaluation } from "../forward.ts";
import { compileModel, type CompiledModel } from "../model.ts";
import { writeOnnx } from "../onnx/write.ts";
import type { LossSettings } from "./loss.ts";
import { lossNames, type LossName } from "./losses.ts";

const SEED = 43;
/** Relative to the loss, and to the largest component of the gradient. */
const TOLERANCE = 1e-6;
const [batch, width] = [6, 5];

/** A loss of one batch in double precision: outputs row-major [batch, width], targets as the field holds them. */
type Formula = (outputs: readonly number[], targets: readonly number[]) => number;

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const pairwise =
  (each: (y: number, t: number) => number): Formula =>
  (outputs, targets) =>
    mean(outputs.map((y, i) => each(y, targets[i]!)));

const crossEntropy =
  (ignored?: number, smoothing = 0): Formula =>
  (outputs, targets) => {
    const losses = targets.flatMap((label, row) => {
      if (label === ignored) return [];
      const z = outputs.slice(row * width, (row + 1) * width);
      const largest = Math.max(...z);
      const logSum = largest + Math.log(z.reduce((sum, value) => sum + Math.exp(value - largest), 0));
      return [(1 - smoothing) * (logSum - z[label]!) + smoothing * (logSum - mean(z))];
    });
    return losses.length === 0 ? 0 : mean(losses);
  };

interface Case {
  readonly name: string;
  readonly loss: Exclude<LossName, "graphOutput">;
  readonly settings?: LossSettings;
  readonly formula: Formula;
  /** Labels of the rows; left out where every output has a target. */
  readonly labels?: readonly number[];
  /** Targets of elements from 0 to this; around 0 if left out. */
  readonly targets?: number;
  /** What the outputs are multiplied by; 2 if left out. */
  readonly scale?: number;
}

const labels = [0, 3, 2, 4, 1, 3];
const cases: readonly Case[] = [
  { name: "softmaxCrossEntropy", loss: "softmaxCrossEntropy", labels, formula: crossEntropy() },
  {
    name: "softmaxCrossEntropy of large logits",
    loss: "softmaxCrossEntropy",
    labels,
    formula: crossEntropy(),
    scale: 200,
  },
  {
    name: "softmaxCrossEntropy with an ignored label",
    loss: "softmaxCrossEntropy",
    settings: { ignoreIndex: -100 },
    labels: [0, -100, 2, -100, -100, 3],
    formula: crossEntropy(-100),
  },
  {
    name: "softmaxCrossEntropy where a class is ignored",
    loss: "softmaxCrossEntropy",
    settings: { ignoreIndex: 3 },
    labels,
    formula: crossEntropy(3),
  },
  {
    name: "softmaxCrossEntropy with smoothed labels",
    loss: "softmaxCrossEntropy",
    settings: { labelSmoothing: 0.1 },
    labels,
    formula: crossEntropy(undefined, 0.1),
  },
  {
    name: "softmaxCrossEntropy with both",
    loss: "softmaxCrossEntropy",
    settings: { labelSmoothing: 0.3, ignoreIndex: -1 },
    labels: [-1, 3, 2, 4, -1, 3],
    formula: crossEntropy(-1, 0.3),
  },
  {
    name: "binaryCrossEntropy",
    loss: "binaryCrossEntropy",
    targets: 1,
    formula: pairwise((x, t) => t * Math.log1p(Math.exp(-x)) + (1 - t) * Math.log1p(Math.exp(x))),
  },
  { name: "meanSquaredError", loss: "meanSquaredError", formula: pairwise((y, t) => (y - t) ** 2) },
  { name: "meanAbsoluteError", loss: "meanAbsoluteError", formula: pairwise((y, t) => Math.abs(y - t)) },
  ...[1, 0.25].map((delta): Case => ({
    name: `huber with delta ${delta}`,
    loss: "huber",
    settings: { delta },
    formula: pairwise((y, t) => {
      const a = Math.abs(y - t);
      return a < delta ? 0.5 * a * a : delta * (a - 0.5 * delta);
    }),
  })),
];

/** outputs = w, one row a position, so that the update of w is the gradient. The input x is a row of the unit matrix. */
const graph = (w: Float32Array) =>
  writeOnnx({
    name: "outputs",
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", batch] }],
    outputs: [{ name: "y", dtype: "f32", shape: ["batch", width] }],
    initialisers: { w: { dtype: "f32", shape: [batch, width], values: w } },
    nodes: [{ opType: "MatMul", inputs: ["x", "w"], output: "y" }],
  });

const unit = Float32Array.from({ length: batch * batch }, (_, i) => Number(i % (batch + 1) === 0));

function setting({ loss, settings = {}, labels: rows, targets, scale = 2 }: Omit<Case, "name" | "formula">) {
  const prng = createPrng(SEED);
  const w = Float32Array.from({ length: batch * width }, () => (prng.unit() * 2 - 1) * scale);
  const draw = () => (targets === undefined ? prng.unit() * 2 - 1 : prng.unit() * targets);
  const wanted = rows === undefined ? Float32Array.from({ length: batch * width }, draw) : Int32Array.from(rows);
  const length = wanted.length / batch;
  const dtype = rows === undefined ? "f32" : "i32";
  const fields = [
    { name: "x", dtype: "f32", words: new Uint32Array(unit.buffer), stride: batch, length: batch },
    { name: "t", dtype, words: new Uint32Array(wanted.buffer), stride: length, length },
  ] as const;
  const dataset: Dataset = { samples: batch, fields };
  const options = { onnx: graph(w), batch, fields, inputs: { x: "x" }, label: "t", loss, lossSettings: settings };
  return { options, dataset, w: [...w], targets: [...wanted] };
}

/** Loss and next parameters after one step at a learning rate of 1. */
async function stepped(model: CompiledModel, dataset: Dataset, transposed = true) {
  const executor = await createExecutor("reference", { ...model, dataset });
  executor.setState(model.initialState);
  executor.step({ step: 0, seed: 0, order: "sequential" });
  const [w, loss] = executor.getState().map((words) => [...new Float32Array(words.slice().buffer)]);
  const rowMajor = w!.map((_, i) => w![(i % width) * batch + Math.floor(i / width)]!);
  return { next: transposed ? rowMajor : w!, loss: loss![0]! };
}

describe(`losses against formulas and central differences in double precision (seed ${SEED})`, () => {
  for (const { name, formula, ...each } of cases)
    it(name, async function () {
      const { options, dataset, w, targets } = setting(each);
      const model = compileModel({ ...options, optimiser: { kind: "sgd", learningRate: 1 } });
      const { next, loss } = await stepped(model, dataset, model.states[0]!.transposed);
      const expected = formula(w, targets);
      const lossError = Math.abs(loss - expected) / expected;
      const scale = each.scale ?? 2;
      const slopes = w.map((_, i) => {
        const moved = (by: number) => formula(w.with(i, w[i]! + by), targets);
        return (moved(1e-5) - moved(-1e-5)) / 2e-5;
      });
      const largest = Math.max(...slopes.map(Math.abs));
      // The update is a difference of words as large as the outputs.
      const errors = slopes.map((slope, i) => Math.abs(w[i]! - next[i]! - slope) / largest);
      const gradientError = Math.max(...errors);
      this.test!.title += ` (relative errors: loss ${lossError.toExponential(1)}, gradient ${gradientError.toExponential(1)})`;
      expect(lossError).to.be.lessThan(TOLERANCE);
      expect(gradientError).to.be.lessThan((TOLERANCE * Math.max(1, scale)) / Math.min(1, largest));
    });

  it("tries every loss", () => {
    const tried = new Set<LossName>([...cases.map(({ loss }) => loss), "graphOutput"]);
    expect(lossNames.filter((name) => !tried.has(name))).to.deep.equal([]);
  });

  it("takes an output of the graph as the loss, also in parts of a batch", async () => {
    const { options, dataset, w } = setting({ loss: "meanSquaredError" });
    const onnx = writeOnnx({
      name: "own loss",
      inputs: [
        { name: "x", dtype: "f32", shape: ["batch", batch] },
        { name: "t", dtype: "f32", shape: ["batch", width] },
      ],
      outputs: [{ name: "loss", dtype: "f32", shape: [] }],
      initialisers: { w: { dtype: "f32", shape: [batch, width], values: Float32Array.from(w) } },
      nodes: [
        { opType: "MatMul", inputs: ["x", "w"], output: "y" },
        { opType: "Sub", inputs: ["y", "t"], output: "d" },
        { opType: "Mul", inputs: ["d", "d"], output: "s" },
        { opType: "ReduceMean", inputs: ["s"], output: "loss", attributes: { keepdims: 0 } },
      ],
    });
    const { fields } = options;
    const optimiser = { kind: "sgd", learningRate: 1 } as const;
    const theirs = await stepped(compileModel({ ...options, optimiser }), dataset);
    for (const microBatches of [1, 3]) {
      const inputs = { x: "x", t: "t" };
      const own = compileModel({ onnx, batch, fields, inputs, loss: "graphOutput", optimiser, microBatches });
      const ours = await stepped(own, dataset);
      expect(ours.loss).to.be.closeTo(theirs.loss, 1e-6);
      ours.next.forEach((value, i) => expect(value).to.be.closeTo(theirs.next[i]!, 1e-6));
    }
    expect(() => compileModel({ ...options, loss: "graphOutput", optimiser }))
      .to.throw(OperatorError, "The output is to be the loss, but it is f32 [6, 5]: give an output of one f32 word.")
      .with.property("code", "loss-not-scalar");
  });

  it("trains nothing where every label is ignored", async () => {
    const { options, dataset, w } = setting({
      loss: "softmaxCrossEntropy",
      labels: labels.map(() => 9),
      settings: { ignoreIndex: 9 },
    });
    const model = compileModel({ ...options, optimiser: { kind: "sgd", learningRate: 1 } });
    const { next, loss } = await stepped(model, dataset, model.states[0]!.transposed);
    expect(loss).to.equal(0);
    expect(next).to.deep.equal(w);
  });

  it("counts what is right among what counts, the first of equal logits", async () => {
    const { options, dataset } = setting({
      loss: "softmaxCrossEntropy",
      labels: [0, 1, 7, 1, 2, 7],
      settings: { ignoreIndex: 7 },
    });
    const rows = [
      [1, 1, 0, 0, 0],
      [1, 1, 0, 0, 0],
      [0, 0, 0, 0, 1],
      [-3, -1, -2, -4, -2],
      [0, 0, 5, 0, 5],
      [1, 0, 0, 0, 0],
    ];
    const forward = compileEvaluation({ ...options, onnx: graph(Float32Array.from(rows.flat())), batch: 2 });
    const made = { engine: "reference", forward, dataset, parameters: forward.initialState } as const;
    expect(await evaluateMetrics(made)).to.include({ accuracy: 3 / 4, samples: 6 });
  });

  const refusals: [LossName, LossSettings, string][] = [
    ["huber", { delta: 0 }, "The delta of huber is 0; give a number above 0."],
    ["softmaxCrossEntropy", { labelSmoothing: 1.5 }, "A label smoothing of 1.5 is not from 0 to 1."],
    ["softmaxCrossEntropy", { ignoreIndex: 2 ** 31 }, "The ignored label is 2147483648; give a 32-bit integer."],
  ];
  for (const [loss, lossSettings, message] of refusals)
    it(message, () => {
      const { options } = setting({ loss: "huber", ...(loss === "huber" ? {} : { labels }) });
      expect(() => compileModel({ ...options, loss, lossSettings, optimiser: { kind: "sgd", learningRate: 1 } }))
        .to.throw(OperatorError, message)
        .with.property("code", "setting-invalid");
    });
});
