import { MerkleTree, sha256 } from "../../common/index.ts";
import { encodeProgram } from "./encode.ts";
import type { EncodedProgram } from "./encode.ts";
import type { Program } from "./types.ts";

const RECORD_DOMAIN = Uint8Array.of(3);
const PROGRAM_DOMAIN = Uint8Array.of(4);

/** Leaf of a record in the record tree. SPEC: spec/commitments.md. */
export function hashRecord(record: Uint8Array): Uint8Array {
  return sha256(RECORD_DOMAIN, record);
}

/** Root of a program from its 32-byte header and the root of its record tree. */
export function programRoot(header: Uint8Array, recordTree: Uint8Array): Uint8Array {
  return sha256(PROGRAM_DOMAIN, header, recordTree);
}

export interface ProgramCommitment {
  readonly encoded: EncodedProgram;
  /** Record tree: states, fields, constants, operators. */
  readonly tree: MerkleTree;
  readonly root: Uint8Array;
}

/** Commits to a program. @throws OperatorError `unencodable` */
export function programCommitment(program: Program): ProgramCommitment {
  const encoded = encodeProgram(program);
  const tree = new MerkleTree(encoded.records.map(hashRecord));
  return { encoded, tree, root: programRoot(encoded.header, tree.root) };
}
