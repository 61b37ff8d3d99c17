import { DefectError } from "../../common/index.ts";
import { importOnnx, writeOnnx, type PortDescription, type TensorData } from "../../engine/index.ts";
import { elementwiseRules } from "./elementwise.ts";
import { Emitter, product, type Tensor } from "./emitter.ts";
import { movementRules } from "./movement.ts";
import { normalisationRules } from "./normalisations.ts";
import { productRules } from "./products.ts";
import type { Pullback, Rule } from "./rule.ts";
import { windowRules } from "./windows.ts";

const rules: Readonly<Record<string, Rule>> = {
  ...elementwiseRules,
  ...movementRules,
  ...normalisationRules,
  ...productRules,
  ...windowRules,
};

/** As torch.optim.AdamW names them. */
export interface AdamWSettings {
  readonly learningRate: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** A tensor that a step reads and makes anew. */
export interface StatePort {
  readonly input: string;
  readonly output: string;
  readonly shape: readonly number[];
  /** Before the first step. */
  readonly initial: Float32Array;
}

export interface TrainingGraph {
  /**
   * One step. Inputs: the model's, `labels` (int64, one a position), `step` (f32, from 1 on) and the states'. Outputs: `loss` (f32, before
   * the update) and the states'.
   */
  readonly onnx: Uint8Array;
  readonly states: readonly StatePort[];
  readonly nodes: number;
}

/** One node of the forward graph that gradients may pass. */
interface TapeEntry {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly pullback: Pullback;
}

type Graph = ReturnType<typeof importOnnx>;

interface Forward {
  readonly logits: Tensor;
  readonly tape: readonly TapeEntry[];
  readonly ports: readonly PortDescription[];
}

/** Emits the forward graph. A gradient is asked for no tensor that no parameter feeds. */
function emitForward(e: Emitter, graph: Graph, batch: number, parameters: readonly string[]): Forward {
  const trained = new Set(parameters);
  const tensors = new Map<string, Tensor>();
  const known = new Map<string, TensorData>();
  const constants = graph.nodes.filter(({ opType }) => opType === "Constant");
  for (const { outputs, attributes } of constants) known.set(outputs[0]!, attributes.get("value") as TensorData);
  for (const [name, data] of graph.initialisers) {
    if (trained.has(name)) tensors.set(name, { name, shape: data.shape });
    else known.set(name, data);
  }
  for (const [name, data] of known) tensors.set(name, e.constant(data));
  const ports = graph.inputs.map(({ name, dtype, shape }) => ({
    name,
    dtype,
    shape: [batch, ...shape.slice(1).map(Number)],
  }));
  for (const { name, shape } of ports) tensors.set(name, { name, shape });
  const tape: TapeEntry[] = [];
  for (const node of graph.nodes) {
    if (node.opType === "Constant") continue;
    const rule = rules[node.opType];
    if (rule === undefined) throw new DefectError("node-without-rule", `No rule emits ${node.opType}.`, { node });
    const inputs = node.inputs.map((name) => tensors.get(name)!);
    const integers = (input: number) => known.get(node.inputs[input]!)!.values as readonly number[];
    const { outputs, pullback } = rule(e, { node, inputs, integers });
    node.outputs.forEach((name, i) => tensors.set(name, outputs[i]!));
    if (pullback === undefined || !inputs.some(({ name }) => trained.has(name))) continue;
    for (const { name } of outputs) trained.add(name);
    tape.push({
      inputs,
      outputs,
      pullback: (gradients) => pullback(gradients).map((each, i) => (trained.has(inputs[i]!.name) ? each : undefined)),
    });
  }
  return { logits: tensors.get(graph.outputs[0]!)!, tape, ports };
}

/** The mean of −log softmax(logits)[label] over all positions, and its gradient. */
function emitLoss(e: Emitter, logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
  const rows = e.rows(logits);
  const [positions, classes] = rows.shape as [number, number];
  const [loss, logarithms] = e.emitAll("SoftmaxCrossEntropyLoss", [rows, labels], [[], rows.shape]) as [Tensor, Tensor];
  const difference = e.sub(e.unary("Exp", logarithms), e.oneHot(labels, classes, -1));
  return { loss, gradient: e.reshape(e.mul(difference, 1 / positions), logits.shape) };
}

/** Gradients by tensor name, from that of the logits back. */
function emitBackward(e: Emitter, { logits, tape }: Forward, gradient: Tensor): Map<string, Tensor> {
  const gradients = new Map([[logits.name, gradient]]);
  for (const { inputs, outputs, pullback } of tape.toReversed()) {
    const given = outputs.map(({ name }) => gradients.get(name));
    if (given[0] === undefined) continue;
    pullback(given as Tensor[]).forEach((emit, i) => {
      if (emit === undefined) return;
      const { name } = inputs[i]!;
      const before = gradients.get(name);
      gradients.set(name, before === undefined ? emit() : e.add(before, emit()));
    });
  }
  return gradients;
}

/**
 * AdamW with as few passes over the elements as ordinary nodes allow: both corrections of the bias are scalars, and ε is multiplied by
 * one of them instead of every deviation divided by it.
 */
function emitAdamW(e: Emitter, step: Tensor, { learningRate, betas, epsilon, weightDecay }: AdamWSettings) {
  const [first, second] = betas;
  const correction = (beta: number) => e.sub(1, e.emit("Pow", [e.float(beta), step], []));
  const root = e.unary("Sqrt", correction(second));
  const size = e.mul(e.div(root, correction(first)), learningRate);
  const least = e.mul(root, epsilon);
  return (parameter: Tensor, m: Tensor, v: Tensor, gradient: Tensor): readonly [Tensor, Tensor, Tensor] => {
    const average = e.add(e.mul(m, first), e.mul(gradient, 1 - first));
    const square = e.add(e.mul(v, second), e.mul(e.mul(gradient, gradient), 1 - second));
    const change = e.div(e.mul(average, size), e.add(e.unary("Sqrt", square), least));
    const kept = weightDecay === 0 ? parameter : e.mul(parameter, 1 - learningRate * weightDecay);
    return [e.sub(kept, change), average, square];
  };
}

/** The step that trains every f32 initialiser of a forward graph, with softmax cross-entropy and AdamW, as one ONNX graph. */
export function trainingGraph(forwardOnnx: Uint8Array, batch: number, settings: AdamWSettings): TrainingGraph {
  const graph = importOnnx(forwardOnnx);
  const parameters = [...graph.initialisers].filter(([, { dtype }]) => dtype === "f32");
  const e = new Emitter();
  const forward = emitForward(
    e,
    graph,
    batch,
    parameters.map(([name]) => name),
  );
  const positions = product(forward.logits.shape.slice(0, -1));
  const { loss, gradient } = emitLoss(e, forward.logits, { name: "labels", shape: [positions] });
  const gradients = emitBackward(e, forward, gradient);
  const update = emitAdamW(e, { name: "step", shape: [] }, settings);
  const states = parameters.flatMap(([name, { shape, values }]): StatePort[] => {
    const inputs = [name, `m/${name}`, `v/${name}`] as const;
    const [p, m, v] = inputs.map((input) => ({ name: input, shape })) as [Tensor, Tensor, Tensor];
    return update(p, m, v, gradients.get(name)!).map(({ name: output }, i) => {
      const initial = i === 0 ? (values as Float32Array) : new Float32Array(values.length);
      return { input: inputs[i]!, output, shape, initial };
    });
  });
  const floats = (name: string, shape: readonly number[]): PortDescription => ({ name, dtype: "f32", shape });
  const onnx = writeOnnx({
    name: "training-step",
    inputs: [
      ...forward.ports,
      { name: "labels", dtype: "i32", shape: [positions] },
      floats("step", []),
      ...states.map(({ input, shape }) => floats(input, shape)),
    ],
    outputs: [floats("loss", []), ...states.map(({ output, shape }) => floats(output, shape))],
    initialisers: e.initialisers,
    nodes: [...e.nodes, { opType: "Identity", inputs: [loss.name], output: "loss" }],
  });
  return { onnx, states, nodes: e.nodes.length + 1 };
}
