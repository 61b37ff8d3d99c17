import { expect } from "chai";
import { OperatorError, toHex } from "../../common/index.ts";
import { createExecutor } from "../executor.ts";
import { programCommitment } from "../program/root.ts";
import { evaluateBatch, evaluateMetrics } from "./evaluate.ts";
import { exportOnnx } from "./export/onnx.ts";
import { parametersIn } from "./export/parameters.ts";
import { decodeSafetensors, exportSafetensors } from "./export/safetensors.ts";
import type { NamedField } from "./forward-graph.ts";
import type { TensorData } from "./graph.ts";
import { compileEvaluation, compileForward } from "./forward.ts";
import { compileModel, type CompiledModel } from "./model.ts";
import { importOnnx } from "./onnx/import.ts";
import { writeOnnx, type GraphDescription } from "./onnx/write.ts";

const ramp = (shape: number[]): TensorData => ({
  dtype: "f32",
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 8 - 1),
});

/** x [batch, 4] · w [4, 6] + c, tanh, · v [6, 3]; two nodes and a weight feed nothing. */
const description: GraphDescription = {
  name: "small",
  inputs: [
    { name: "x", dtype: "f32", shape: ["batch", 4] },
    { name: "unused", dtype: "f32", shape: ["batch", 9] },
  ],
  outputs: [
    { name: "logits", dtype: "f32", shape: ["batch", 3] },
    { name: "aside", dtype: "f32", shape: ["batch", 3] },
  ],
  initialisers: { w: ramp([4, 6]), stray: ramp([3, 3]), c: ramp([6]), v: ramp([3, 6]) },
  nodes: [
    { opType: "MatMul", inputs: ["x", "w"], output: "m" },
    { opType: "Add", inputs: ["c", "m"], output: "s" },
    { opType: "Tanh", inputs: ["s"], output: "t" },
    { opType: "Gemm", inputs: ["t", "v"], output: "logits", attributes: { transB: 1 } },
    { opType: "MatMul", inputs: ["logits", "stray"], output: "aside" },
    { opType: "Cos", inputs: ["unused"], output: "nowhere" },
  ],
};
const fields: NamedField[] = [
  { name: "features", dtype: "f32", length: 4 },
  { name: "label", dtype: "i32", length: 1 },
];
const settings = { batch: 2, fields, inputs: { x: "features" }, output: "logits" } as const;

function compile(overrides: Partial<Parameters<typeof compileModel>[0]> = {}): CompiledModel {
  return compileModel({
    ...settings,
    onnx: writeOnnx(description),
    label: "label",
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "sgd", learningRate: 0.5 },
    ...overrides,
  });
}

const root = ({ program }: CompiledModel) => toHex(programCommitment(program).root);
const dataset = {
  samples: 2,
  fields: [
    { dtype: "f32", words: new Uint32Array(Float32Array.of(1, 2, 3, 4, -1, 0, 1, 2).buffer), stride: 4, length: 4 },
    { dtype: "i32", words: Uint32Array.of(2, 0), stride: 1, length: 1 },
  ],
} as const;

describe("compileModel", () => {
  it("gives one program root for one model and settings, and others for others", () => {
    expect(root(compile())).to.equal(root(compile()));
    const others = [
      compile({ optimiser: { kind: "sgd", learningRate: 0.25 } }),
      compile({ batch: 3 }),
      compile({ frozen: ["c"] }),
      compile({ output: "aside" }),
    ].map(root);
    expect(new Set([root(compile()), ...others]).size).to.equal(5);
  });

  it("keeps what feeds the state and nothing else", () => {
    const { program, states, constants } = compile();
    expect(states.map(({ name, role }) => `${role} ${name}`)).to.deep.equal([
      "parameter w",
      "parameter c",
      "parameter v",
      "loss loss",
    ]);
    const read = new Set(
      program.operators.flatMap(({ operands }) => operands.map(({ ref }) => `${ref.space} ${ref.index}`)),
    );
    program.operators
      .slice(0, -4)
      .forEach((_, index) => expect(read.has(`operator ${index}`), `${index}`).to.equal(true));
    constants.forEach((_, index) => expect(read.has(`constant ${index}`)).to.equal(true));
    expect(program.constants).to.have.length(1);
  });

  it("emits equal operators once, sums that start at the bias, and elementwise chains as one Map", () => {
    const { operators } = compile().program;
    const records = operators.slice(0, -4).map((operator) => JSON.stringify(operator));
    expect(new Set(records).size).to.equal(records.length);
    const [first] = operators.filter(({ kind }) => kind === "Dot");
    expect(first!.operands[2]!.ref).to.deep.equal({ space: "state", index: 1 });
    const slopes = operators.flatMap((operator) =>
      operator.kind === "Map" ? [operator.instructions.map(({ fn }) => fn)] : [],
    );
    expect(slopes).to.deep.include(["div", "iequal", "sub", "mul"]);
    expect(slopes.slice(-4)).to.deep.equal([["mul", "sub"], ["mul", "sub"], ["mul", "sub"], ["div"]]);
  });

  it("passes frozen parameters through", async () => {
    const { program, constants, initialState, states } = compile({ frozen: ["v"] });
    expect(states[2]!.role).to.equal("frozen");
    expect(program.operators.at(-2)).to.deep.include({ kind: "View", extents: [18] });
    const executor = await createExecutor("reference", { program, constants, dataset });
    executor.setState(initialState);
    executor.step({ step: 0, seed: 0, order: "sequential" });
    expect(executor.getState()[2]).to.deep.equal(initialState[2]);
    expect(executor.getState()[0]).to.not.deep.equal(initialState[0]);
  });
});

describe("exportOnnx", () => {
  it("gives back the model it was compiled from, matrices kept transposed included", () => {
    const onnx = writeOnnx(description);
    const model = compile();
    expect(model.states.map(({ transposed }) => transposed)).to.deep.equal([true, false, false, false]);
    expect(model.initialState[0]![1]).to.equal(new Uint32Array(Float32Array.of(6 / 8 - 1).buffer)[0]);
    expect(exportOnnx(onnx, model, model.initialState)).to.deep.equal(onnx);
    const zeros = model.initialState.map((words) => new Uint32Array(words.length));
    const exported = importOnnx(exportOnnx(onnx, model, zeros));
    expect([...exported.initialisers.get("w")!.values]).to.deep.equal(Array.from({ length: 24 }, () => 0));
    expect(exported.initialisers.get("stray")).to.deep.equal(importOnnx(onnx).initialisers.get("stray"));
    expect(parametersIn(model, zeros).get("w")!.shape).to.deep.equal([4, 6]);
  });

  it("and import keep apart what a file merged because it was equal", () => {
    const nodes = [
      { opType: "Identity", inputs: ["c"], output: "other" },
      ...description.nodes.slice(0, 3),
      { opType: "Add", inputs: ["t", "other"], output: "u" },
      { opType: "Gemm", inputs: ["u", "v"], output: "logits", attributes: { transB: 1 } },
    ];
    const outputs = description.outputs.slice(0, 1);
    const merged = writeOnnx({ ...description, outputs, nodes });
    const { c } = description.initialisers;
    const initialisers = { ...description.initialisers, other: c! };
    const apart = writeOnnx({ ...description, outputs, nodes: nodes.slice(1), initialisers });
    const model = compile({ onnx: merged });
    expect(model.states.map(({ name, role }) => `${role} ${name}`)).to.deep.equal([
      "parameter w",
      "parameter c",
      "parameter v",
      "parameter other",
      "loss loss",
    ]);
    expect(root(model)).to.equal(root(compile({ onnx: apart })));
    expect(exportOnnx(merged, model, model.initialState)).to.deep.equal(apart);
  });

  it("and exportSafetensors give the same parameters under the same names", () => {
    const model = compile();
    const { initialisers } = importOnnx(writeOnnx(description));
    const tensors = decodeSafetensors(exportSafetensors(model, model.initialState));
    expect([...tensors.keys()]).to.deep.equal(["w", "c", "v"]);
    for (const [name, tensor] of tensors) expect(tensor).to.deep.equal(initialisers.get(name));
  });
});

describe("compileForward and compileEvaluation", () => {
  it("computes the training program's loss and the logits, and keeps the parameters", async () => {
    const onnx = writeOnnx(description);
    const model = compile();
    const executor = await createExecutor("reference", { program: model.program, constants: model.constants, dataset });
    executor.setState(model.initialState);
    executor.step({ step: 0, seed: 0, order: "sequential" });
    const loss = new Float32Array(executor.getState().at(-1)!.buffer)[0];
    const common = { engine: "reference", dataset, parameters: model.initialState } as const;
    const outputs = await evaluateBatch({ ...common, forward: compileForward({ ...settings, onnx }) });
    const compared = { onnx, label: "label", loss: "softmaxCrossEntropy" } as const;
    const metrics = await evaluateMetrics({ ...common, forward: compileEvaluation({ ...settings, ...compared }) });
    expect(metrics.loss).to.equal(loss);
    const logits = [...outputs.logits];
    expect(logits).to.have.length(6);
    const losses = [0, 1].map((row) => {
      const z = logits.slice(row * 3, row * 3 + 3);
      const label = dataset.fields[1].words[row]!;
      return Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[label]!;
    });
    expect((losses[0]! + losses[1]!) / 2).to.be.closeTo(loss!, 1e-6);
    const hits = [0, 1].filter((row) => {
      const z = logits.slice(row * 3, row * 3 + 3);
      return z.indexOf(Math.max(...z)) === dataset.fields[1].words[row];
    });
    expect(metrics).to.include({ samples: 2, accuracy: hits.length / 2 });
  });
});

function thrownBy(run: () => unknown): OperatorError {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(OperatorError);
    return error as OperatorError;
  }
  return expect.fail("nothing was refused") as never;
}

describe("refusals", () => {
  const onnx = (changes: Partial<GraphDescription>) => writeOnnx({ ...description, ...changes });
  const models: [Parameters<typeof compile>[0], string, string][] = [
    [
      { onnx: Uint8Array.of(255) },
      "onnx-malformed",
      "The file is no ONNX model: its 1 bytes do not decode as one; export the model as ONNX.",
    ],
    [
      { onnx: new Uint8Array() },
      "onnx-malformed",
      "The file is no ONNX model: it holds no graph; export the model as ONNX.",
    ],
    [
      { output: "nothing" },
      "output-unknown",
      'Name the graph output that is the logits: the model has "logits", "aside".',
    ],
    [
      { inputs: {} },
      "field-unknown",
      'Graph input "x" is mapped to no dataset field; the fields are "features", "label".',
    ],
    [
      { label: "y" },
      "field-unknown",
      'The label is mapped to field "y", but the dataset\'s fields are "features", "label".',
    ],
    [{ inputs: { x: "label" } }, "input-mismatch", 'Graph input "x" is f32, but its field is i32.'],
    [
      { fields: [{ name: "features", dtype: "f32", length: 5 }, fields[1]!] },
      "input-mismatch",
      'Graph input "x" needs 4 words a sample, but its field has 5.',
    ],
    [
      { onnx: onnx({ inputs: [{ name: "x", dtype: "f32", shape: [1, 4] }] }) },
      "input-mismatch",
      'Graph input "x" has the fixed batch 1; compile with that batch or export the model with a dynamic one.',
    ],
    [
      { label: "features" },
      "labels-mismatch",
      "The label field gives 8 f32 words a batch, but logits [2, 3] need 2 i32 words.",
    ],
    [{ frozen: ["stray"] }, "frozen-unknown", '"stray" cannot be frozen: no initialiser of that name is in use.'],
    [
      { onnx: onnx({ nodes: description.nodes.slice(1) }) },
      "onnx-malformed",
      'Node "s" reads tensor "m", which nothing before it makes.',
    ],
  ];
  for (const [overrides, code, message] of models)
    it(message, () => expect(thrownBy(() => compile(overrides))).to.include({ code, message }));
});
