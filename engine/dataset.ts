import {
  MerkleTree,
  OperatorError,
  bytesOf,
  concatBytes,
  equalBytes,
  readU32,
  sha256,
  u32Bytes,
  wordsOf,
} from "../common/index.ts";
import { commitTensor } from "./commit/tensor.ts";
import type { TensorCommitment } from "./commit/tensor.ts";
import { dtypeCodes, nameOf } from "./program/codes.ts";
import { limits, maxWords } from "./program/layout.ts";
import type { Dtype } from "./program/types.ts";

/** SPEC: spec/commitments.md, Dataset. */

export interface DatasetField {
  readonly dtype: Dtype;
  /** 1 … 2³¹−1 words. */
  readonly words: Uint32Array;
  /** Words from the start of one sample to the start of the next. */
  readonly stride: number;
  /** Words of one sample. */
  readonly length: number;
}

export interface Dataset {
  readonly samples: number;
  readonly fields: readonly DatasetField[];
}

export interface DatasetCommitment {
  /** 16 bytes. */
  readonly header: Uint8Array;
  /** One record of 64 bytes a field. */
  readonly records: readonly Uint8Array[];
  readonly tensors: readonly TensorCommitment[];
  /** Tree over the field leaves. */
  readonly tree: MerkleTree;
  readonly root: Uint8Array;
}

const FIELD_DOMAIN = Uint8Array.of(5);
const DATASET_DOMAIN = Uint8Array.of(6);
const datasetHeaderBytes = 16;
const fieldRecordBytes = 64;

/** Leaf of a field record in the field tree. */
export function hashField(record: Uint8Array): Uint8Array {
  return sha256(FIELD_DOMAIN, record);
}

/** Root of a dataset from its 16-byte header and the root of its field tree. */
export function datasetRoot(header: Uint8Array, fieldTree: Uint8Array): Uint8Array {
  return sha256(DATASET_DOMAIN, header, fieldTree);
}

/** Commits to a dataset. The fields' words are kept by reference. */
export function datasetCommitment(dataset: Dataset): DatasetCommitment {
  const header = u32Bytes(1, dataset.samples, dataset.fields.length, 0);
  const tensors = dataset.fields.map(({ words, dtype }) => commitTensor(words, dtype));
  const records = dataset.fields.map(({ dtype, words, stride, length }, index) =>
    concatBytes(u32Bytes(dtypeCodes[dtype], words.length, stride, length, 0, 0, 0, 0), tensors[index]!.root),
  );
  const tree = new MerkleTree(records.map(hashField));
  return { header, records, tensors, tree, root: datasetRoot(header, tree.root) };
}

/** The file form: the header, the field records, then each field's words in order. */
export function encodeDataset(dataset: Dataset): Uint8Array {
  const { header, records } = datasetCommitment(dataset);
  return concatBytes(header, ...records, ...dataset.fields.map(({ words }) => bytesOf(words)));
}

function malformed(message: string, facts: Record<string, unknown>): OperatorError {
  return new OperatorError("malformed-dataset", message, facts);
}

/** What a field record says beside the root. */
function decodeRecord(record: Uint8Array, field: number) {
  const [code, words, stride, length] = [0, 4, 8, 12].map((offset) => readU32(record, offset));
  const dtype = nameOf(dtypeCodes, code!);
  const tensorValid = dtype !== undefined && words! >= 1 && words! < maxWords;
  if (!tensorValid || length! < 1 || length! >= maxWords || record.subarray(16, 32).some((byte) => byte !== 0)) {
    throw malformed(`The record of field ${field} is malformed.`, { field });
  }
  return { dtype, words: words!, stride: stride!, length: length! };
}

/** Reads the file form and checks every field's words against the root in its record. @throws OperatorError `malformed-dataset` */
export function decodeDataset(bytes: Uint8Array): Dataset {
  const [version, samples, count, reserved] =
    bytes.length < datasetHeaderBytes ? [] : [0, 4, 8, 12].map((offset) => readU32(bytes, offset));
  if (version !== 1 || count! > limits.fields || reserved !== 0)
    throw malformed("The dataset's header is invalid.", {});
  let at = datasetHeaderBytes + count! * fieldRecordBytes;
  if (bytes.length < at) throw malformed("The dataset's bytes end too early.", { bytes: bytes.length });
  const fields: DatasetField[] = [];
  for (let field = 0; field < count!; field++) {
    const start = datasetHeaderBytes + field * fieldRecordBytes;
    const record = bytes.subarray(start, start + fieldRecordBytes);
    const declared = decodeRecord(record, field);
    const end = at + declared.words * 4;
    if (end > bytes.length) throw malformed("The dataset's bytes end too early.", { bytes: bytes.length, field });
    const words = wordsOf(bytes.subarray(at, end));
    if (!equalBytes(commitTensor(words, declared.dtype).root, record.subarray(32))) {
      throw malformed(`The words of field ${field} do not have the root in its record.`, { field });
    }
    fields.push({ ...declared, words });
    at = end;
  }
  if (at !== bytes.length) throw malformed("The dataset's bytes go on past its fields.", { bytes: bytes.length, at });
  return { samples: samples!, fields };
}
