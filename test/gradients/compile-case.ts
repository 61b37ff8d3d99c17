import type { Prng } from "../../common/index.ts";
import { compileModel, writeOnnx } from "../../engine/index.ts";
import type { CompiledModel, Dataset, NamedField, TensorData } from "../../engine/index.ts";
import { lossOf, type Case } from "./case.ts";

export interface CompiledCase {
  readonly onnx: Uint8Array;
  readonly model: CompiledModel;
  readonly dataset: Dataset<Uint32Array>;
  readonly fields: readonly NamedField[];
  readonly batch: number;
}

const size = (extents: readonly number[]) => extents.reduce((product, extent) => product * extent, 1);

function floats(prng: Prng, length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, () => prng.unit() * 2 - 1);
}

function tokens(prng: Prng, length: number, bound: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length }, () => prng.below(bound));
}

function datasetOf(prng: Prng, each: Case, samples: number) {
  const [length, labels] = [size(each.x), each.positions ?? 1];
  const x = each.tokens === undefined ? floats(prng, samples * length) : tokens(prng, samples * length, each.tokens);
  const y = each.classes === undefined ? floats(prng, samples * labels) : tokens(prng, samples * labels, each.classes);
  const dtype = (words: Float32Array | Int32Array) => (words instanceof Float32Array ? "f32" : "i32");
  const fields = [
    { name: "x", dtype: dtype(x), words: new Uint32Array(x.buffer), stride: length, length },
    { name: "label", dtype: dtype(y), words: new Uint32Array(y.buffer), stride: labels, length: labels },
  ] as const;
  return { dataset: { samples, fields }, fields };
}

/** A case with random parameters and samples, compiled; its update is the gradient itself. */
export function compileCase(prng: Prng, each: Case): CompiledCase {
  const batch = each.batch ?? 4;
  const { dataset, fields } = datasetOf(prng, each, batch);
  const initialisers = Object.entries(each.parameters).map(([name, extents]): [string, TensorData] => {
    const values = floats(prng, size(extents));
    if (each.positive?.includes(name)) values.forEach((value, i) => (values[i] = 1 + value / 2));
    return [name, { dtype: "f32", shape: extents, values }];
  });
  const onnx = writeOnnx({
    name: "case",
    ...(each.opset === undefined ? {} : { opset: each.opset }),
    inputs: [{ name: "x", dtype: fields[0].dtype, shape: ["batch", ...each.x] }],
    outputs: [{ name: "y", dtype: "f32" }],
    initialisers: { ...each.constants, ...Object.fromEntries(initialisers) },
    nodes: each.nodes,
  });
  const model = compileModel({
    onnx,
    batch,
    fields,
    inputs: { x: "x" },
    label: "label",
    loss: lossOf(each),
    optimiser: { kind: "sgd", learningRate: 1 },
    frozen: each.frozen ?? [],
  });
  return { onnx, model, dataset, fields, batch };
}
