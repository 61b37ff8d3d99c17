import { fromBinary } from "@bufbuild/protobuf";
import { OperatorError } from "../../../common/index.ts";
import type { Attribute, Graph, GraphInput, Node } from "../graph.ts";
import { attributeTypes, dataTypeName, dataTypes, opsets } from "./codes.ts";
import {
  ModelProtoSchema,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from "./onnx_pb.ts";
import { checkSingleAssignment } from "./single-assignment.ts";
import { readTensor } from "./tensor.ts";

/** The model as a message. Throws the OperatorError `onnx-malformed`. */
export function readModel(onnx: Uint8Array): ModelProto & { graph: GraphProto } {
  let model: ModelProto | undefined;
  try {
    model = fromBinary(ModelProtoSchema, onnx);
  } catch (cause) {
    throw new OperatorError(
      "onnx-malformed",
      `The file is no ONNX model: its ${onnx.length} bytes do not decode as one; export the model as ONNX.`,
      {},
      { cause },
    );
  }
  const { graph } = model;
  if (graph === undefined)
    throw new OperatorError(
      "onnx-malformed",
      "The file is no ONNX model: it holds no graph; export the model as ONNX.",
    );
  return Object.assign(model, { graph });
}

function opsetOf(model: ModelProto): number {
  const opset = model.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
  const version = Number(opset?.version ?? 0n);
  if (version < opsets.least || version > opsets.most)
    throw new OperatorError(
      "onnx-opset",
      `The model uses opset ${version}; export it with one of ${opsets.least} to ${opsets.most}.`,
      { version },
    );
  return version;
}

function readAttribute(node: NodeProto, attribute: AttributeProto): Attribute {
  switch (attribute.type) {
    case attributeTypes.float:
      return attribute.f;
    case attributeTypes.int:
      return Number(attribute.i);
    case attributeTypes.string:
      return new TextDecoder().decode(attribute.s);
    case attributeTypes.tensor:
      if (attribute.t !== undefined) return readTensor(attribute.t);
      break;
    case attributeTypes.floats:
      return attribute.floats;
    case attributeTypes.ints:
      return attribute.ints.map(Number);
  }
  throw new OperatorError(
    "node-unsupported",
    `Node "${node.name}" (${node.opType}): attribute ${attribute.name} is of a kind that is not supported; supported are numbers, strings, tensors and lists of numbers.`,
    { node: node.name, opType: node.opType, attribute: attribute.name },
  );
}

function readNode(node: NodeProto): Node {
  const name = node.name || node.output[0] || "";
  if (node.domain !== "" && node.domain !== "ai.onnx")
    throw new OperatorError(
      "node-unsupported",
      `Node "${name}" (${node.opType}) is of the domain ${node.domain}; supported are the nodes of the default domain.`,
      { node: name, opType: node.opType },
    );
  const attributes = new Map(node.attribute.map((each) => [each.name, readAttribute(node, each)]));
  return { name, opType: node.opType, inputs: node.input, outputs: node.output, attributes };
}

function readInput(info: ValueInfoProto): GraphInput {
  const type = info.type?.value;
  const tensor = type?.case === "tensorType" ? type.value : undefined;
  const code = tensor?.elemType ?? 0;
  if (code !== dataTypes.float && code !== dataTypes.int32 && code !== dataTypes.int64)
    throw new OperatorError(
      "input-unsupported",
      `Graph input "${info.name}" is of ${dataTypeName(code)}; supported are float, int32 and int64.`,
      { input: info.name },
    );
  const shape = (tensor?.shape?.dim ?? []).map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : value.case === "dimParam" ? value.value : undefined,
  );
  return { name: info.name, dtype: code === dataTypes.float ? "f32" : "i32", shape };
}

/**
 * An Identity that only names an f32 initialiser again becomes an initialiser of its own: PyTorch merges equal tensors so when it exports
 * (all biases of zeros, say), and trained as one they would not be the model's.
 */
function withSeparateCopies(graph: Graph): Graph {
  const initialisers = new Map(graph.initialisers);
  const nodes = graph.nodes.filter(({ opType, inputs, outputs }) => {
    const source = opType === "Identity" ? initialisers.get(inputs[0] ?? "") : undefined;
    const name = outputs[0] ?? "";
    if (source?.dtype !== "f32" || graph.outputs.includes(name)) return true;
    initialisers.set(name, source);
    return false;
  });
  return { ...graph, nodes, initialisers };
}

/** Exporters give an optional input that is not there as an empty tensor: it is left out, and the tensor with it. */
function withoutEmptyTensors(graph: Graph): Graph {
  const isEmpty = (value: Attribute | undefined) =>
    typeof value === "object" && "dtype" in value && value.values.length === 0;
  const isEmptyNode = ({ opType, attributes }: Node) => opType === "Constant" && isEmpty(attributes.get("value"));
  const empty = new Set([
    ...[...graph.initialisers].filter(([, tensor]) => isEmpty(tensor)).map(([name]) => name),
    ...graph.nodes.filter(isEmptyNode).flatMap(({ outputs }) => outputs),
  ]);
  if (empty.size === 0) return graph;
  const nodes = graph.nodes
    .filter((node) => !isEmptyNode(node))
    .map((node) => ({ ...node, inputs: node.inputs.map((name) => (empty.has(name) ? "" : name)) }));
  return { ...graph, nodes, initialisers: new Map([...graph.initialisers].filter(([name]) => !empty.has(name))) };
}

/** Reads an ONNX model's forward graph. Throws OperatorErrors that name what is not supported. */
export function importOnnx(onnx: Uint8Array): Graph {
  const model = readModel(onnx);
  const opset = opsetOf(model);
  const { graph } = model;
  if (graph.sparseInitializer.length > 0)
    throw new OperatorError("tensor-unsupported", "The model has sparse initialisers; export it with dense ones.");
  const initialisers = new Map(graph.initializer.map((tensor) => [tensor.name, readTensor(tensor)]));
  const read: Graph = {
    opset,
    nodes: graph.node.map(readNode),
    initialisers,
    inputs: graph.input.filter(({ name }) => !initialisers.has(name)).map(readInput),
    outputs: graph.output.map(({ name }) => name),
  };
  checkSingleAssignment(read);
  return withSeparateCopies(withoutEmptyTensors(read));
}
