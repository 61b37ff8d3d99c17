import { create, toBinary } from "@bufbuild/protobuf";
import type { Dtype } from "../../program/types.ts";
import type { Attribute, TensorData } from "../graph.ts";
import { attributeTypes, dataTypes } from "./codes.ts";
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type ValueInfoProto,
} from "./onnx_pb.ts";
import { writeTensor } from "./tensor.ts";

/** A number is an int attribute; a float attribute is `{ float }`. */
export type AttributeDescription = Attribute | { readonly float: number };

export interface NodeDescription {
  readonly opType: string;
  readonly inputs: readonly string[];
  /** Names of several outputs are a list. */
  readonly output: string | readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeDescription>>;
}

export interface PortDescription {
  readonly name: string;
  /** i32 is written as int64. */
  readonly dtype: Dtype;
  /** A string is a symbolic dimension; an output may leave its shape out. */
  readonly shape?: readonly (number | string)[];
}

export interface GraphDescription {
  readonly name: string;
  /** 17 if left out. */
  readonly opset?: number;
  readonly inputs: readonly PortDescription[];
  readonly outputs: readonly PortDescription[];
  readonly initialisers: Readonly<Record<string, TensorData>>;
  /** In topological order. */
  readonly nodes: readonly NodeDescription[];
}

function port({ name, dtype, shape }: PortDescription): ValueInfoProto {
  const dim = shape?.map((extent) => ({
    value:
      typeof extent === "string"
        ? { case: "dimParam" as const, value: extent }
        : { case: "dimValue" as const, value: BigInt(extent) },
  }));
  const elemType = dtype === "f32" ? dataTypes.float : dataTypes.int64;
  const type = create(TypeProtoSchema, {
    value: { case: "tensorType", value: dim === undefined ? { elemType } : { elemType, shape: { dim } } },
  });
  return create(ValueInfoProtoSchema, { name, type });
}

function attribute(name: string, value: AttributeDescription): AttributeProto {
  if (typeof value === "string")
    return create(AttributeProtoSchema, { name, type: attributeTypes.string, s: new TextEncoder().encode(value) });
  if (typeof value === "number")
    return create(AttributeProtoSchema, { name, type: attributeTypes.int, i: BigInt(value) });
  if ("float" in value) return create(AttributeProtoSchema, { name, type: attributeTypes.float, f: value.float });
  if ("dtype" in value)
    return create(AttributeProtoSchema, { name, type: attributeTypes.tensor, t: writeTensor("", value) });
  return create(AttributeProtoSchema, { name, type: attributeTypes.ints, ints: value.map(BigInt) });
}

/** Writes a small graph as an ONNX model (IR 8). The same description gives the same bytes. */
export function writeOnnx(description: GraphDescription): Uint8Array {
  const node = description.nodes.map(({ opType, inputs, output, attributes = {} }) =>
    create(NodeProtoSchema, {
      name: [output].flat()[0] ?? "",
      opType,
      input: [...inputs],
      output: [output].flat(),
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    }),
  );
  const graph = create(GraphProtoSchema, {
    name: description.name,
    node,
    initializer: Object.entries(description.initialisers).map(([name, tensor]) => writeTensor(name, tensor)),
    input: description.inputs.map(port),
    output: description.outputs.map(port),
  });
  const opsetImport = [create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(description.opset ?? 17) })];
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, producerName: "pinpoint", opsetImport, graph }),
  );
}
