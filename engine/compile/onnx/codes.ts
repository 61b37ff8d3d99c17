/** ONNX enumerations by value. SPEC: onnx/onnx.proto, TensorProto.DataType and AttributeProto.AttributeType. */
export const dataTypes = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** Opsets of the default domain under which our nodes mean what their rules say. */
export const opsets = { least: 11, most: 26 } as const;

/** Name of a data type in an error. */
export function dataTypeName(code: number): string {
  const found = Object.entries(dataTypes).find(([, value]) => value === code);
  return found?.[0] ?? `data type ${code}`;
}
