import { bytesWithin } from "../../../common/index.ts";
import type { Bytes } from "../../../common/index.ts";
import { readElements, refuseData, type ElementType, type SourceTensor } from "./source-tensor.ts";

/** SPEC: http://yann.lecun.com/exdb/mnist, "The IDX file format": 0, 0, element type, rank, the extents, the elements; all big-endian. */
const types: Readonly<Record<number, ElementType>> = {
  0x08: "u8",
  0x09: "i8",
  0x0b: "i16",
  0x0c: "i32",
  0x0d: "f32",
  0x0e: "f64",
};

/** The tensor of an IDX file. Throws the OperatorError `data-malformed`. */
export function readIdx(bytes: Bytes, name: string): SourceTensor {
  const head = bytes.subarray(0, 4 + 4 * 255);
  const [, , code = 0, rank = 0] = head;
  const type = types[code];
  if (type === undefined) return refuseData(name, `IDX has no element type 0x${code.toString(16).padStart(2, "0")}`);
  const first = 4 + 4 * rank;
  if (rank === 0 || bytes.length < first)
    refuseData(name, `an IDX file of ${bytes.length} bytes has no ${rank} extents`);
  const view = new DataView(head.buffer, head.byteOffset);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return readElements(bytesWithin(bytes, first, bytes.length), type, shape, false, name);
}
