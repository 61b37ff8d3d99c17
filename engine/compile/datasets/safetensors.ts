import type { Bytes } from "../../../common/index.ts";
import { safetensorsParts, type ElementSizes } from "../export/safetensors.ts";
import { elementBytes, readElements, type ElementType, type SourceTensor } from "./source-tensor.ts";

const types: Readonly<Record<string, ElementType>> = {
  F32: "f32",
  F64: "f64",
  I64: "i64",
  I32: "i32",
  I16: "i16",
  I8: "i8",
  U8: "u8",
  BOOL: "bool",
};
const sizes: ElementSizes = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, elementBytes[type]]));

/** The tensors of a safetensors file as data. Throws the OperatorErrors `safetensors-malformed`, `data-malformed`. */
export function readSafetensors(bytes: Bytes, name: string): Map<string, SourceTensor> {
  return new Map(
    safetensorsParts(bytes, sizes).map((part): [string, SourceTensor] => {
      const type = types[part.dtype] as ElementType;
      return [part.name, readElements(part.bytes, type, part.shape, true, `${name}#${part.name}`)];
    }),
  );
}
