import { bytesWithin, concatBytes, OperatorError } from "../../../common/index.ts";
import type { Bytes } from "../../../common/index.ts";
import { adaptersAmong } from "../adapters.ts";
import { product, type TensorData } from "../graph.ts";
import { mergedParameters, parametersIn, type Exported } from "./parameters.ts";

/**
 * The safetensors format: u64 length of the header, the header (JSON, padded with spaces to 8 bytes), the tensors' bytes.
 * Source: https://github.com/huggingface/safetensors, "Format". Of its element types, F32.
 */

/** The longest header that the format allows. UNITS: bytes. */
const maxHeaderBytes = 100_000_000;
const lengthBytes = 8;
const metadata = "__metadata__";

function refuse(what: string, facts: Record<string, unknown> = {}): never {
  throw new OperatorError("safetensors-malformed", `safetensors: ${what}.`, facts);
}

/** Writes f32 tensors, row-major and little-endian, in the order of the map. */
export function encodeSafetensors(tensors: ReadonlyMap<string, TensorData>): Uint8Array {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    if (!(values instanceof Float32Array) || name === metadata)
      refuse(`"${name}" is no f32 tensor, or not a name that a tensor may have`, { name });
    const start = end;
    end += 4 * product(shape);
    return [name, { dtype: "F32", shape, data_offsets: [start, end] }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  header.set(json);
  const length = new Uint8Array(lengthBytes);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  const data = [...tensors.values()].map(({ values }) => new Uint8Array((values as Float32Array).slice().buffer));
  return concatBytes(length, header, ...data);
}

interface Entry {
  readonly name: string;
  /** As the format names it. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** UNITS: bytes after the header. */
  readonly start: number;
  readonly end: number;
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Bytes of an element, by the format's name of its type: the types that a reader takes. */
export type ElementSizes = Readonly<Record<string, number>>;

function readEntry(name: string, value: unknown, sizes: ElementSizes): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const size = typeof dtype === "string" && Object.hasOwn(sizes, dtype) ? sizes[dtype] : undefined;
  if (typeof dtype !== "string" || size === undefined) {
    const supported = Object.keys(sizes).map((each) => `"${each}"`);
    const are = supported.length === 1 ? "is" : "are";
    return refuse(`tensor "${name}" is of ${JSON.stringify(dtype)}; supported ${are} ${supported.join(", ")}`, {
      name,
      dtype,
    });
  }
  if (!Array.isArray(shape) || !shape.every(isWhole)) refuse(`tensor "${name}" has no shape`, { name });
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole))
    refuse(`tensor "${name}" has no data_offsets`, { name });
  const [start, end] = offsets as [number, number];
  if (end - start !== size * product(shape))
    refuse(`tensor "${name}" has ${end - start} bytes where its shape needs ${size * product(shape)}`, { name });
  return { name, dtype, shape, start, end };
}

function readHeader(bytes: Uint8Array, sizes: ElementSizes): Entry[] {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new OperatorError("safetensors-malformed", "safetensors: the header is no JSON.", {}, { cause });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) refuse("the header is no JSON object");
  return Object.entries(header)
    .filter(([name]) => name !== metadata)
    .map(([name, value]) => readEntry(name, value, sizes));
}

/** A tensor of a file. */
export interface SafetensorsPart {
  readonly name: string;
  /** As the format names it. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its elements, little-endian. */
  readonly bytes: Bytes;
}

/**
 * The tensors of a file, in the order of their bytes. They must fill it, without a gap or an overlap, and be of the types given.
 * Throws the OperatorError `safetensors-malformed`.
 */
export function safetensorsParts(bytes: Bytes, sizes: ElementSizes): SafetensorsPart[] {
  if (bytes.length < lengthBytes) refuse(`a file of ${bytes.length} bytes has no header`);
  const start = bytes.subarray(0, lengthBytes);
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (length > maxHeaderBytes || length > bytes.length - lengthBytes)
    refuse(`a header of ${length} bytes is longer than the file or the format allows`, { length });
  const first = lengthBytes + Number(length);
  const entries = readHeader(bytes.subarray(lengthBytes, first), sizes).toSorted(
    (a, b) => a.start - b.start || a.end - b.end,
  );
  let next = 0;
  for (const { name, start: from, end } of entries) {
    if (from !== next) refuse(`tensor "${name}" begins at byte ${from}, not at ${next}`, { name, start: from });
    next = end;
  }
  if (next !== bytes.length - first)
    refuse(`the tensors end at byte ${next} of ${bytes.length - first}`, { end: next, length: bytes.length - first });
  return entries.map(({ name, dtype, shape, start: from, end }) => {
    return { name, dtype, shape, bytes: bytesWithin(bytes, first + from, first + end) };
  });
}

/** The f32 tensors of a file, in the order of their bytes. Throws the OperatorError `safetensors-malformed`. */
export function decodeSafetensors(bytes: Uint8Array): Map<string, TensorData> {
  const parts = safetensorsParts(bytes, { F32: 4 });
  return new Map(
    parts.map(({ name, shape, bytes: elements }): [string, TensorData] => {
      // Copied by the constructor, because a Buffer's slice would share its memory.
      return [
        name,
        { dtype: "f32", shape, values: new Float32Array(new Uint8Array(elements.subarray(0, elements.length)).buffer) },
      ];
    }),
  );
}

/**
 * The parameters of a state under their names in the ONNX file, in its shapes and order of elements; adapters are added to their
 * matrices.
 */
export function exportSafetensors(model: Exported, state: readonly Uint32Array[]): Uint8Array {
  return encodeSafetensors(mergedParameters(model, state));
}

/** The adapters of a state alone, under the names `<matrix>.lora_A` and `<matrix>.lora_B`. */
export function exportAdapters(model: Exported, state: readonly Uint32Array[]): Uint8Array {
  return encodeSafetensors(adaptersAmong(parametersIn(model, state)));
}
