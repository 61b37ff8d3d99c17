import { expect } from "chai";
import { createPrng, OperatorError } from "../../../common/index.ts";
import type { Dataset } from "../../dataset.ts";
import { createExecutor } from "../../executor.ts";
import { parametersIn } from "../export/parameters.ts";
import { compileModel, type CompileOptions } from "../model.ts";
import { writeOnnx } from "../onnx/write.ts";
import { optimiserNames, type Optimiser } from "./optimisers.ts";

const SEED = 41;
const STEPS = 40;
/** Relative to the largest parameter. */
const TOLERANCE = 2e-5;
const [batch, width] = [8, 5];
const samples = 64;

/** y = x·w + c against a target: its gradient is a formula. */
const prng = createPrng(SEED);
const uniform = (length: number) => Float32Array.from({ length }, () => prng.unit() * 2 - 1);
const [x, target, w] = [uniform(samples * width), uniform(samples), uniform(width)];
const fieldOf = (name: string, words: Float32Array<ArrayBuffer>, length: number) =>
  ({ name, dtype: "f32", words: new Uint32Array(words.buffer), stride: length, length }) as const;
const fields = [fieldOf("x", x, width), fieldOf("target", target, 1)];
const dataset: Dataset = { samples, fields };
const onnx = writeOnnx({
  name: "linear",
  inputs: [{ name: "x", dtype: "f32", shape: ["batch", width] }],
  outputs: [{ name: "y", dtype: "f32", shape: ["batch", 1] }],
  initialisers: {
    w: { dtype: "f32", shape: [width, 1], values: w },
    "head.bias": { dtype: "f32", shape: [1], values: Float32Array.of(0.25) },
  },
  nodes: [{ opType: "Gemm", inputs: ["x", "w", "head.bias"], output: "y" }],
});

type Settings = Pick<CompileOptions, "optimiser" | "schedule" | "clip" | "frozen" | "noDecay" | "microBatches">;

function compile(settings: Settings) {
  const loss = "meanSquaredError" as const;
  return compileModel({ onnx, batch, fields, inputs: { x: "x" }, label: "target", loss, ...settings });
}

/** The parameters after some steps: those of w, then head.bias. */
async function trained(settings: Settings): Promise<number[]> {
  const model = compile(settings);
  const executor = await createExecutor("reference", { ...model, dataset });
  executor.setState(model.initialState);
  for (let step = 0; step < STEPS; step++) executor.step({ step, seed: 0, order: "sequential" });
  return [...parametersIn(model, executor.getState()).values()].flatMap(({ values }) => [...values]);
}

/** An update of one component as PyTorch writes it, in double precision: m are the moments, t counts from 1. */
type Update = (p: number, g: number, m: number[], t: number, rate: number) => number;
type Gradients = (gradients: number[]) => number[];

function trainedInDouble(
  update: Update,
  rates: (step: number) => number,
  moments: number,
  clip: Gradients = (gradients) => gradients,
  start = 0,
): number[] {
  const parameters = [...w, 0.25];
  const kept = parameters.map(() => Array.from({ length: moments }, () => start));
  for (let step = 0; step < STEPS; step++) {
    const gradients = parameters.map(() => 0);
    for (let i = 0; i < batch; i++) {
      const sample = (step * batch + i) % samples;
      const row = [...x.subarray(sample * width, (sample + 1) * width), 1];
      const error = row.reduce((sum, value, j) => sum + value * parameters[j]!, 0) - target[sample]!;
      row.forEach((value, j) => (gradients[j]! += (2 / batch) * error * value));
    }
    clip(gradients).forEach((g, j) => {
      parameters[j] = update(parameters[j]!, g, kept[j]!, step + 1, rates(step));
    });
  }
  return parameters;
}

function greatestError(ours: readonly number[], theirs: readonly number[]): number {
  expect(ours).to.have.length(theirs.length);
  const scale = Math.max(...theirs.map(Math.abs));
  return Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]!))) / scale;
}

interface Case {
  readonly name: string;
  readonly settings: Settings;
  readonly update: Update;
  readonly moments?: number;
  readonly rates?: (step: number) => number;
  readonly clip?: Gradients;
  readonly start?: number;
}

const adamStep =
  (b1: number, b2: number, epsilon: number): Update =>
  (p, g, m, t, rate) => {
    m[0] = m[0]! * b1 + (1 - b1) * g;
    m[1] = m[1]! * b2 + (1 - b2) * g * g;
    const deviation = Math.sqrt(m[1]) / Math.sqrt(1 - b2 ** t) + epsilon;
    return p - ((rate / (1 - b1 ** t)) * m[0]) / deviation;
  };
const plain: Update = (p, g, _m, _t, rate) => p - rate * g;
const sgdOf = (learningRate: number): Optimiser => ({ kind: "sgd", learningRate });

const cases: readonly Case[] = [
  {
    name: "SGD with weight decay",
    settings: { optimiser: { kind: "sgd", learningRate: 0.1, weightDecay: 0.05 } },
    update: (p, g, _m, _t, rate) => p - rate * (g + 0.05 * p),
  },
  {
    name: "SGD with Nesterov's momentum and weight decay",
    settings: { optimiser: { kind: "sgd", learningRate: 0.02, momentum: 0.9, nesterov: true, weightDecay: 0.01 } },
    moments: 1,
    update: (p, gradient, m, t, rate) => {
      const g = gradient + 0.01 * p;
      m[0] = t === 1 ? g : m[0]! * 0.9 + g;
      return p - rate * (g + 0.9 * m[0]);
    },
  },
  {
    name: "Adam with L2 regularisation",
    settings: { optimiser: { kind: "adam", learningRate: 0.02, betas: [0.8, 0.95], epsilon: 1e-6, weightDecay: 0.1 } },
    moments: 2,
    update: (p, g, ...rest) => adamStep(0.8, 0.95, 1e-6)(p, g + 0.1 * p, ...rest),
  },
  {
    name: "AdamW by its defaults",
    settings: { optimiser: { kind: "adamw", learningRate: 0.02 } },
    moments: 2,
    update: (p, g, m, t, rate) => adamStep(0.9, 0.999, 1e-8)(p * (1 - rate * 0.01), g, m, t, rate),
  },
  {
    name: "AdamW on a schedule",
    settings: {
      optimiser: { kind: "adamw", learningRate: 0.02, weightDecay: 0.3 },
      schedule: { kind: "step", steps: STEPS, every: 7, factor: 0.5 },
    },
    moments: 2,
    rates: (step) => 0.02 * 0.5 ** Math.floor(step / 7),
    update: (p, g, m, t, rate) => adamStep(0.9, 0.999, 1e-8)(p * (1 - rate * 0.3), g, m, t, rate),
  },
  {
    name: "RMSprop",
    settings: { optimiser: { kind: "rmsprop", learningRate: 0.01, weightDecay: 0.1 } },
    moments: 1,
    update: (p, gradient, m, _t, rate) => {
      const g = gradient + 0.1 * p;
      m[0] = m[0]! * 0.99 + 0.01 * g * g;
      return p - (rate * g) / (Math.sqrt(m[0]) + 1e-8);
    },
  },
  {
    name: "RMSprop with momentum",
    settings: { optimiser: { kind: "rmsprop", learningRate: 0.005, alpha: 0.9, epsilon: 1e-5, momentum: 0.5 } },
    moments: 2,
    update: (p, g, m, _t, rate) => {
      m[0] = m[0]! * 0.9 + 0.1 * g * g;
      m[1] = m[1]! * 0.5 + g / (Math.sqrt(m[0]) + 1e-5);
      return p - rate * m[1];
    },
  },
  {
    name: "Adagrad from a sum of squares",
    settings: { optimiser: { kind: "adagrad", learningRate: 0.1, initialAccumulator: 0.125 } },
    moments: 1,
    start: 0.125,
    update: (p, g, m, _t, rate) => {
      m[0] = m[0]! + g * g;
      return p - (rate * g) / (Math.sqrt(m[0]) + 1e-10);
    },
  },
  {
    name: "Lion with weight decay",
    settings: { optimiser: { kind: "lion", learningRate: 0.01, weightDecay: 0.1 } },
    moments: 1,
    update: (p, g, m, _t, rate) => {
      const direction = Math.sign(0.9 * m[0]! + 0.1 * g);
      m[0] = 0.99 * m[0]! + 0.01 * g;
      return p * (1 - rate * 0.1) - rate * direction;
    },
  },
  {
    name: "gradients clipped by value",
    settings: { optimiser: sgdOf(0.1), clip: { by: "value", limit: 0.1 } },
    update: plain,
    clip: (gradients) => gradients.map((g) => Math.min(Math.max(g, -0.1), 0.1)),
  },
  {
    name: "gradients clipped by their norm",
    settings: { optimiser: sgdOf(0.1), clip: { by: "norm", limit: 0.3 } },
    update: plain,
    clip: (gradients) => {
      const norm = Math.sqrt(gradients.reduce((sum, g) => sum + g * g, 0));
      return gradients.map((g) => g * Math.min(1, 0.3 / (norm + 1e-6)));
    },
  },
  { name: "a batch in four parts", settings: { optimiser: sgdOf(0.1), microBatches: 4 }, update: plain },
];

describe(`optimisers against their formulas in double precision (seed ${SEED})`, () => {
  for (const { name, settings, update, moments = 0, rates, clip, start } of cases)
    it(name, async function () {
      const { learningRate } = settings.optimiser;
      const theirs = trainedInDouble(update, rates ?? (() => learningRate), moments, clip, start);
      const error = greatestError(await trained(settings), theirs);
      this.test!.title += ` (greatest error ${error.toExponential(1)})`;
      expect(error).to.be.lessThan(TOLERANCE);
    });

  it("tries every optimiser", () => {
    const tried = new Set(cases.map(({ settings }) => settings.optimiser.kind));
    expect(optimiserNames.filter((name) => !tried.has(name))).to.deep.equal([]);
  });
});

describe("compiled updates", () => {
  const adamw: Optimiser = { kind: "adamw", learningRate: 0.01, weightDecay: 0.5 };

  it("keep moments as state of their own, which the update reads where they are made", () => {
    const { program, states } = compile({ optimiser: adamw });
    expect(states.map(({ name, role }) => `${name} ${role}`)).to.deep.equal([
      "exp_avg/w optimiser",
      "exp_avg_sq/w optimiser",
      "exp_avg/head.bias optimiser",
      "exp_avg_sq/head.bias optimiser",
      "w parameter",
      "head.bias parameter",
      "loss loss",
    ]);
    const producers = program.operators.slice(-states.length);
    expect(producers.slice(0, -1).map(({ kind }) => kind)).to.deep.equal(Array.from({ length: 6 }, () => "Map"));
  });

  it("spare what patterns name: weight decay, and all of it", async () => {
    const decayed = await trained({ optimiser: adamw });
    const spared = await trained({ optimiser: adamw, noDecay: ["*.bias"] });
    const without = await trained({ optimiser: { ...adamw, weightDecay: 0 } });
    expect(spared[width]).to.not.equal(decayed[width]);
    expect(spared.slice(0, width)).to.not.deep.equal(without.slice(0, width));
    const { states, program } = compile({ optimiser: adamw, frozen: ["hea?.*"] });
    expect(states.map(({ name, role }) => `${name} ${role}`)).to.deep.equal([
      "exp_avg/w optimiser",
      "exp_avg_sq/w optimiser",
      "w parameter",
      "head.bias frozen",
      "loss loss",
    ]);
    expect(program.operators.at(-2)).to.include({ kind: "View" });
  });

  it("start the sums of a later part of the batch at those of the parts before", () => {
    const [whole, parts] = [1, 4].map((microBatches) => compile({ optimiser: sgdOf(0.1), microBatches }).program);
    expect(parts!.batch).to.equal(whole!.batch);
    const positions = parts!.operators.flatMap((each) =>
      each.kind === "Sample" && each.fn === "dataset" ? [[each.basePosition, each.extents[0]]] : [],
    );
    expect(positions).to.deep.equal([0, 0, 2, 2, 4, 4, 6, 6].map((position) => [position, 2]));
    const started = parts!.operators.filter(({ kind, operands }) => kind === "Dot" && operands.length === 3);
    expect(started.length).to.be.at.least(3);
  });

  it("clip gradients of any size by their norm, added up in blocks", async () => {
    for (const features of [300, 600, 1_025]) {
      const wide = [fieldOf("x", uniform(batch * features), features), fieldOf("target", uniform(batch), 1)];
      const zeros = { dtype: "f32", shape: [features, 1], values: new Float32Array(features) } as const;
      const file = writeOnnx({
        name: "wide",
        inputs: [{ name: "x", dtype: "f32", shape: ["batch", features] }],
        outputs: [{ name: "y", dtype: "f32", shape: ["batch", 1] }],
        initialisers: { w: zeros },
        nodes: [{ opType: "MatMul", inputs: ["x", "w"], output: "y" }],
      });
      const common = { onnx: file, batch, fields: wide, inputs: { x: "x" }, label: "target" } as const;
      const clip = { by: "norm", limit: 0.125 } as const;
      const model = compileModel({ ...common, loss: "meanSquaredError", optimiser: sgdOf(1), clip });
      const executor = await createExecutor("wasm", { ...model, dataset: { samples: batch, fields: wide } });
      executor.setState(model.initialState);
      executor.step({ step: 0, seed: 0, order: "sequential" });
      const moved = [...parametersIn(model, executor.getState()).get("w")!.values];
      expect(Math.hypot(...moved)).to.be.closeTo(0.125, 1e-6);
    }
  });

  const refusals: [Partial<Settings>, string, string][] = [
    [{ optimiser: sgdOf(0) }, "setting-invalid", "The learningRate of sgd is 0; give a number above 0."],
    [{ optimiser: sgdOf(1e-60) }, "setting-invalid", "The learningRate of sgd is 1e-60; give a number above 0."],
    [
      { optimiser: { kind: "adam", learningRate: 1, betas: [0.9, 1] } },
      "setting-invalid",
      "The betas of adam is 1; give a number from 0 to below 1.",
    ],
    [
      { optimiser: { kind: "adam", learningRate: 1, betas: [0.9, 0.999999] } },
      "setting-invalid",
      "A beta of 0.999999 is too near to 1: its powers do not vanish in 4194304 steps.",
    ],
    [
      { optimiser: { kind: "sgd", learningRate: 1, nesterov: true } },
      "setting-invalid",
      "Nesterov's step needs a momentum above 0.",
    ],
    [
      { optimiser: { kind: "lion", learningRate: 1, weightDecay: -1 } },
      "setting-invalid",
      "The weightDecay of lion is -1; give a number 0 or more.",
    ],
    [
      { clip: { by: "norm", limit: Number.NaN } },
      "setting-invalid",
      "Gradients are clipped at NaN; give a number above 0.",
    ],
    [{ microBatches: 3 }, "setting-invalid", "A batch of 8 is not 3 equal micro-batches."],
    [
      { noDecay: ["*.scale"] },
      "decay-unknown",
      '"*.scale" cannot go without decay: no initialiser of that name is in use.',
    ],
  ];
  for (const [settings, code, message] of refusals)
    it(message, () => {
      expect(() => compile({ optimiser: sgdOf(0.1), ...settings }))
        .to.throw(OperatorError, message)
        .with.property("code", code);
    });
});
