import { toBinary } from "@bufbuild/protobuf";
import { readModel } from "../onnx/import.ts";
import { ModelProtoSchema, type NodeProto } from "../onnx/onnx_pb.ts";
import { writeTensor } from "../onnx/tensor.ts";
import { mergedParameters, type Exported } from "./parameters.ts";

/**
 * The ONNX model with its initialisers replaced by a state's parameters; a copy of an initialiser that was trained on its own becomes an
 * initialiser, and adapters are added to their matrices. Everything else of the file stays.
 */
export function exportOnnx(onnx: Uint8Array, model: Exported, state: readonly Uint32Array[]): Uint8Array {
  const file = readModel(onnx);
  const parameters = mergedParameters(model, state);
  file.graph.initializer = file.graph.initializer.map((tensor) => {
    const trained = parameters.get(tensor.name);
    return trained === undefined ? tensor : writeTensor(tensor.name, trained);
  });
  const present = new Set(file.graph.initializer.map(({ name }) => name));
  for (const [name, trained] of parameters)
    if (!present.has(name)) file.graph.initializer.push(writeTensor(name, trained));
  const copies = ({ output }: NodeProto) => output.some((name) => parameters.has(name) && !present.has(name));
  file.graph.node = file.graph.node.filter((node) => !copies(node));
  return toBinary(ModelProtoSchema, file);
}
