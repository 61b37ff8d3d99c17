import { create } from "@bufbuild/protobuf";
import { OperatorError } from "../../../common/index.ts";
import { product, type TensorData } from "../graph.ts";
import { dataTypeName, dataTypes } from "./codes.ts";
import { TensorProtoSchema, type TensorProto } from "./onnx_pb.ts";

function refuse(tensor: TensorProto, what: string): never {
  throw new OperatorError("tensor-unsupported", `Tensor "${tensor.name}" ${what}.`, { tensor: tensor.name });
}

const WIDTHS = new Map<number, number>([
  [dataTypes.float, 4],
  [dataTypes.int32, 4],
  [dataTypes.int64, 8],
  [dataTypes.uint8, 1],
  [dataTypes.int8, 1],
  [dataTypes.bool, 1],
]);

/** Elements of raw_data: little-endian, fixed width. */
function rawValues(tensor: TensorProto, count: number): Float32Array | number[] {
  const raw = tensor.rawData;
  const width = WIDTHS.get(tensor.dataType) as number;
  if (raw.length !== count * width) refuse(tensor, `has ${raw.length} bytes where its shape needs ${count * width}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const each = <T>(read: (offset: number) => T) => Array.from({ length: count }, (_, i) => read(i * width));
  switch (tensor.dataType) {
    case dataTypes.float:
      // Copied as bytes, which keeps every bit and does not share a larger buffer.
      return new Float32Array(new Uint8Array(raw).buffer);
    case dataTypes.int64:
      return each((offset) => Number(view.getBigInt64(offset, true)));
    case dataTypes.int32:
      return each((offset) => view.getInt32(offset, true));
    case dataTypes.int8:
      return each((offset) => view.getInt8(offset));
    default:
      return each((offset) => view.getUint8(offset));
  }
}

function typedValues(tensor: TensorProto): Float32Array | number[] {
  if (tensor.dataType === dataTypes.float) return Float32Array.from(tensor.floatData);
  return tensor.dataType === dataTypes.int64 ? tensor.int64Data.map(Number) : [...tensor.int32Data];
}

/** A tensor of the file; float, int32, int64, int8, uint8 and bool, inline; a shape with a 0 has no elements. Throws the OperatorError `tensor-unsupported`. */
export function readTensor(tensor: TensorProto): TensorData {
  if (tensor.dataLocation !== 0) refuse(tensor, "keeps its data in another file; export the model with inline data");
  if (!WIDTHS.has(tensor.dataType))
    refuse(tensor, `is of ${dataTypeName(tensor.dataType)}; supported are float, int32, int64, int8, uint8 and bool`);
  const shape = tensor.dims.map(Number);
  const count = product(shape);
  const values = tensor.rawData.length > 0 ? rawValues(tensor, count) : typedValues(tensor);
  if (values.length !== count) refuse(tensor, `has ${values.length} elements where its shape needs ${count}`);
  return { dtype: tensor.dataType === dataTypes.float ? "f32" : "i32", shape, values };
}

/** The tensor as raw data: f32, or int64 for integers, which is what ONNX's indices and shapes are. */
export function writeTensor(name: string, tensor: TensorData): TensorProto {
  const float = tensor.values instanceof Float32Array;
  const values = float ? tensor.values : BigInt64Array.from(tensor.values as readonly number[], BigInt);
  return create(TensorProtoSchema, {
    name,
    dims: tensor.shape.map(BigInt),
    dataType: float ? dataTypes.float : dataTypes.int64,
    rawData: new Uint8Array(values.slice().buffer),
  });
}
