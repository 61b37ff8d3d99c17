import { expect } from "chai";
import { createPrng, OperatorError } from "../../common/index.ts";
import { createExecutor } from "../executor.ts";
import type { Dataset } from "../dataset.ts";
import type { Adapters } from "./adapters.ts";
import { evaluateBatch } from "./evaluate.ts";
import { exportOnnx } from "./export/onnx.ts";
import { decodeSafetensors, exportAdapters, exportSafetensors } from "./export/safetensors.ts";
import type { TensorData } from "./graph.ts";
import { compileForward } from "./forward.ts";
import { compileModel, type CompileOptions } from "./model.ts";
import { writeOnnx } from "./onnx/write.ts";

const SEED = 47;
const prng = createPrng(SEED);
const tensor = (...shape: number[]): TensorData => ({
  dtype: "f32",
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => prng.unit() - 0.5),
});

/** Matrices in all the ways that exporters write products: MatMul, Gemm with transB, MatMul of a Transpose, Gemm. */
const onnx = writeOnnx({
  name: "four products",
  inputs: [{ name: "x", dtype: "f32", shape: ["batch", 3, 6] }],
  outputs: [{ name: "y", dtype: "f32", shape: ["batch", 2] }],
  initialisers: {
    plain: tensor(6, 6),
    turned: tensor(5, 6),
    linear: tensor(7, 15),
    head: tensor(7, 2 + 2),
    bias: tensor(4),
    last: tensor(4, 2),
  },
  nodes: [
    { opType: "MatMul", inputs: ["x", "plain"], output: "a" },
    { opType: "Transpose", inputs: ["turned"], output: "t", attributes: { perm: [1, 0] } },
    { opType: "MatMul", inputs: ["a", "t"], output: "b" },
    { opType: "Tanh", inputs: ["b"], output: "c" },
    { opType: "Flatten", inputs: ["c"], output: "d" },
    { opType: "Gemm", inputs: ["d", "linear"], output: "e", attributes: { transB: 1 } },
    { opType: "Gemm", inputs: ["e", "head", "bias"], output: "f" },
    { opType: "MatMul", inputs: ["f", "last"], output: "y" },
  ],
});
const samples = 12;
const field = (name: string, length: number) => {
  const words = new Uint32Array((tensor(samples * length).values as Float32Array).slice().buffer);
  return { name, dtype: "f32", words, stride: length, length } as const;
};
const fields = [field("x", 18), field("t", 2)];
const dataset: Dataset = { samples, fields };
const common = { onnx, batch: 4, fields, inputs: { x: "x" } } as const;
const adapters: Adapters = { rank: 2, alpha: 6, matrices: ["plain", "turned", "li*", "head"], seed: 3 };

function compile(changes: Partial<CompileOptions> = {}) {
  const optimiser = { kind: "adam", learningRate: 0.02 } as const;
  return compileModel({ ...common, label: "t", loss: "meanSquaredError", optimiser, adapters, ...changes });
}

async function trained(engine: "reference" | "wasm", steps: number) {
  const model = compile();
  const executor = await createExecutor(engine, { ...model, dataset });
  executor.setState(model.initialState);
  const losses = Array.from({ length: steps }, (_, step) => {
    executor.step({ step, seed: 0, order: "sequential" });
    return new Float32Array(executor.getState().at(-1)!.slice().buffer)[0]!;
  });
  return { model, losses, state: executor.getState() };
}

describe(`adapters (seed ${SEED})`, () => {
  it("are trained alone, from the base model on, and learn", async () => {
    const { model, losses, state } = await trained("wasm", 60);
    const names = (role: string) => model.states.filter((each) => each.role === role).map(({ name }) => name);
    expect(names("frozen")).to.deep.equal(["plain", "turned", "linear", "head", "bias", "last"]);
    const factors = ["plain", "turned", "linear", "head"].flatMap((name) => [`${name}.lora_A`, `${name}.lora_B`]);
    expect(names("parameter")).to.deep.equal(factors);
    model.states.forEach(({ role }, i) => {
      if (role === "frozen") expect(state[i]).to.deep.equal(model.initialState[i]);
      if (role === "parameter") expect(state[i]).to.not.deep.equal(model.initialState[i]);
    });
    expect(losses.at(-1)).to.be.lessThan(losses[0]! / 3);
    expect((await trained("reference", 60)).state).to.deep.equal(state);
  });

  it("add up to the model that they export to", async function () {
    const { model, state } = await trained("wasm", 60);
    const logits = async (file: Uint8Array, own: Adapters | undefined, words: readonly Uint32Array[]) => {
      const forward = compileForward({ ...common, onnx: file, ...(own && { adapters: own }) });
      return (await evaluateBatch({ engine: "wasm", forward, dataset, parameters: words })).logits;
    };
    const parameters = state.filter((_, i) => ["parameter", "frozen"].includes(model.states[i]!.role));
    const merged = exportOnnx(onnx, model, state);
    const base = compileForward({ ...common, onnx: merged });
    const ours = await logits(onnx, adapters, parameters);
    const theirs = await logits(merged, undefined, base.initialState);
    const error = Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]!)));
    this.test!.title += ` (greatest difference ${error.toExponential(1)})`;
    expect(error).to.be.lessThan(1e-5);
    expect(base.states.map(({ name }) => name)).to.deep.equal([
      "plain",
      "turned",
      "linear",
      "head",
      "bias",
      "last",
      "logits",
    ]);
    expect([...decodeSafetensors(exportSafetensors(model, state)).keys()]).to.have.length(6);
    const alone = decodeSafetensors(exportAdapters(model, state));
    expect([...alone].map(([name, { shape }]) => `${name} ${shape.join("×")}`)).to.deep.equal([
      "plain.lora_A 6×2",
      "plain.lora_B 2×6",
      "turned.lora_A 2×6",
      "turned.lora_B 5×2",
      "linear.lora_A 2×15",
      "linear.lora_B 7×2",
      "head.lora_A 7×2",
      "head.lora_B 2×4",
    ]);
  });

  it("start as the seed says", () => {
    const words = (seed: number) => compile({ adapters: { ...adapters, seed } }).initialState;
    expect(words(3)).to.deep.equal(words(3));
    expect(words(3)).to.not.deep.equal(words(4));
  });

  const refusals: [Partial<Adapters>, string, string][] = [
    [
      { matrices: ["none"] },
      "adapter-unknown",
      '"none" cannot have an adapter: no initialiser of that name is in use.',
    ],
    [
      { matrices: ["bias"] },
      "adapter-unsupported",
      '"bias" cannot have an adapter: Gemm "f" reads it; adapters are for matrices on the right of MatMul and Gemm.',
    ],
    [
      { matrices: ["last"] },
      "adapter-unsupported",
      '"last" cannot have an adapter: its shape is [4, 2] and the rank 2; adapters are for matrices on the right of MatMul and Gemm.',
    ],
    [{ rank: 0 }, "setting-invalid", "Adapters have a whole rank of 1 or more and an alpha above 0, not 0 and 6."],
  ];
  for (const [changes, code, message] of refusals)
    it(message, () => {
      expect(() => compile({ adapters: { ...adapters, ...changes } }))
        .to.throw(OperatorError, message)
        .with.property("code", code);
    });
});
