import { bytesWithin } from "../../../common/index.ts";
import type { Bytes } from "../../../common/index.ts";
import { readElements, refuseData, type ElementType, type SourceTensor } from "./source-tensor.ts";

/** SPEC: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3. */
const types: Readonly<Record<string, ElementType>> = {
  b1: "bool",
  u1: "u8",
  i1: "i8",
  u2: "u16",
  i2: "i16",
  u4: "u32",
  i4: "i32",
  i8: "i64",
  f4: "f32",
  f8: "f64",
};

function headerOf(bytes: Bytes, name: string): { readonly header: string; readonly first: number } {
  const head = bytes.subarray(0, 12);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const wide = (head[6] ?? 0) > 1;
  if (bytes.length < (wide ? 12 : 10)) refuseData(name, `an NPY file of ${bytes.length} bytes has no header`);
  const start = wide ? 12 : 10;
  const first = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (first > bytes.length) refuseData(name, "the NPY header is longer than the file");
  return { header: new TextDecoder().decode(bytes.subarray(start, first)), first };
}

/** The tensor of an NPY file. Throws the OperatorError `data-malformed`. */
export function readNpy(bytes: Bytes, name: string): SourceTensor {
  if (!String.fromCharCode(...bytes.subarray(0, 6)).startsWith("\x93NUMPY")) refuseData(name, "this is no NPY file");
  const { header, first } = headerOf(bytes, name);
  const descr = /'descr':\s*'([<>|=]?)([a-z]\d+)'/.exec(header);
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  const type = types[descr?.[2] ?? ""];
  if (descr === null || type === undefined)
    return refuseData(
      name,
      `NPY elements of ${/'descr':\s*([^,}]*)/.exec(header)?.[1] ?? "no type"} are not read; supported are ${Object.keys(types).join(", ")}`,
    );
  if (shapeText === undefined) return refuseData(name, "the NPY header has no shape");
  if (!/'fortran_order':\s*False/.test(header))
    refuseData(name, "an NPY array in Fortran order is not read: save numpy.ascontiguousarray of it");
  const shape = shapeText.split(",").flatMap((extent) => (extent.trim() === "" ? [] : [Number(extent)]));
  if (shape.some((extent) => !Number.isInteger(extent) || extent < 0)) refuseData(name, "the NPY header has no shape");
  return readElements(bytesWithin(bytes, first, bytes.length), type, shape, descr[1] !== ">", name);
}
