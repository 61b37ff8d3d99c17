import {
  FileBytes,
  MerkleTree,
  OperatorError,
  bytesOf,
  concatBytes,
  equalBytes,
  readU32,
  sha256,
  u32Bytes,
  wordsWithin,
} from "../common/index.ts";
import type { Bytes, Words } from "../common/index.ts";
import { StreamedTensor } from "./commit/stream.ts";
import { commitTensor } from "./commit/tensor.ts";
import type { OpenTensor } from "./commit/tensor.ts";
import { dtypeCodes, nameOf } from "./program/codes.ts";
import { limits, maxWords } from "./program/layout.ts";
import type { Dtype } from "./program/types.ts";

/** SPEC: spec/commitments.md, Dataset. */

/** `Source`: where the words are. */
export interface DatasetField<Source extends Words = Words> {
  readonly dtype: Dtype;
  /** 1 … 2³¹−1 words, in memory or read when a step needs them. */
  readonly words: Source;
  /** Words from the start of one sample to the start of the next. */
  readonly stride: number;
  /** Words of one sample. */
  readonly length: number;
}

export interface Dataset<Source extends Words = Words> {
  readonly samples: number;
  readonly fields: readonly DatasetField<Source>[];
}

export interface DatasetCommitment {
  /** 16 bytes. */
  readonly header: Uint8Array;
  /** One record of 64 bytes a field. */
  readonly records: readonly Uint8Array[];
  readonly tensors: readonly OpenTensor[];
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

/** Commits to words where they are. */
function commitWords(words: Words, dtype: Dtype, file?: string): OpenTensor {
  return words instanceof Uint32Array ? commitTensor(words, dtype) : new StreamedTensor(words, dtype, file);
}

function commitmentOf(header: Uint8Array, records: readonly Uint8Array[], tensors: readonly OpenTensor[]) {
  const tree = new MerkleTree(records.map(hashField));
  return { header, records, tensors, tree, root: datasetRoot(header, tree.root) };
}

function headerOf({ samples, fields }: Dataset): Uint8Array {
  return u32Bytes(1, samples, fields.length, 0);
}

function recordOf({ dtype, words, stride, length }: DatasetField, root: Uint8Array): Uint8Array {
  return concatBytes(u32Bytes(dtypeCodes[dtype], words.length, stride, length, 0, 0, 0, 0), root);
}

/** Commits to a dataset. The fields' words are kept by reference. */
export function datasetCommitment(dataset: Dataset): DatasetCommitment {
  const tensors = dataset.fields.map(({ words, dtype }) => commitWords(words, dtype));
  const records = dataset.fields.map((field, index) => recordOf(field, tensors[index]!.root));
  return commitmentOf(headerOf(dataset), records, tensors);
}

/** Bytes of the file form. */
export function datasetBytes({ fields }: Dataset): number {
  return fields.reduce((sum, { words }) => sum + fieldRecordBytes + words.length * 4, datasetHeaderBytes);
}

/**
 * Writes the file form: the header, the field records, then each field's words in order. Reads every word once.
 * @param write puts bytes at a position @returns the dataset's root
 */
export function writeDataset(dataset: Dataset, write: (bytes: Uint8Array, position: number) => void): Uint8Array {
  const { fields } = dataset;
  let at = datasetHeaderBytes + fields.length * fieldRecordBytes;
  const records = fields.map((field) => {
    const start = at;
    at += field.words.length * 4;
    const subarray = (from: number, to: number) => {
      const words = field.words.subarray(from, to);
      write(bytesOf(words), start + from * 4);
      return words;
    };
    // Written as the commitment reads it.
    return recordOf(field, new StreamedTensor({ length: field.words.length, subarray }, field.dtype).root);
  });
  const { header, root } = commitmentOf(headerOf(dataset), records, []);
  write(concatBytes(header, ...records), 0);
  return root;
}

/** The file form in memory. */
export function encodeDataset(dataset: Dataset): Uint8Array {
  const bytes = new Uint8Array(datasetBytes(dataset));
  writeDataset(dataset, (part, position) => bytes.set(part, position));
  return bytes;
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

/** Fields of a file are taken into memory, one after the other, where this much holds them. UNITS: bytes. */
export const residentDatasetBytes = 2 ** 26;

export interface OpenDataset {
  readonly dataset: Dataset;
  readonly commitment: DatasetCommitment;
}

/**
 * Reads the file form once and checks every field's words against the root in its record. Fields larger than what is left of
 * `resident` bytes stay in the file, and their words are read from there, and checked again, when they are asked for.
 * @throws OperatorError `malformed-dataset`
 */
export function openDataset(bytes: Bytes, resident = residentDatasetBytes): OpenDataset {
  const start = bytes.subarray(0, datasetHeaderBytes);
  const [version, samples, count, reserved] =
    start.length < datasetHeaderBytes ? [] : [0, 4, 8, 12].map((offset) => readU32(start, offset));
  if (version !== 1 || count! > limits.fields || reserved !== 0)
    throw malformed("The dataset's header is invalid.", {});
  let at = datasetHeaderBytes + count! * fieldRecordBytes;
  if (bytes.length < at) throw malformed("The dataset's bytes end too early.", { bytes: bytes.length });
  const path = bytes instanceof FileBytes ? bytes.path : undefined;
  const [fields, records, tensors]: [DatasetField[], Uint8Array[], OpenTensor[]] = [[], [], []];
  for (let field = 0; field < count!; field++) {
    const first = datasetHeaderBytes + field * fieldRecordBytes;
    const record = bytes.subarray(first, first + fieldRecordBytes);
    const declared = decodeRecord(record, field);
    const end = at + declared.words * 4;
    if (end > bytes.length) throw malformed("The dataset's bytes end too early.", { bytes: bytes.length, field });
    const inFile = wordsWithin(bytes, at, declared.words);
    const held = end - at <= resident;
    if (held) resident -= end - at;
    const tensor = commitWords(held ? inFile.subarray(0, declared.words) : inFile, declared.dtype, path);
    if (!equalBytes(tensor.root, record.subarray(32))) {
      throw malformed(`The words of field ${field} do not have the root in its record.`, { field });
    }
    fields.push({ ...declared, words: tensor.words });
    records.push(record);
    tensors.push(tensor);
    at = end;
  }
  if (at !== bytes.length) throw malformed("The dataset's bytes go on past its fields.", { bytes: bytes.length, at });
  return { dataset: { samples: samples!, fields }, commitment: commitmentOf(start, records, tensors) };
}

/** Reads a dataset from its file form in memory. @throws OperatorError `malformed-dataset` */
export function decodeDataset(bytes: Uint8Array): Dataset {
  return openDataset(bytes, bytes.length).dataset;
}
