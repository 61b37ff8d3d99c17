import type { Hex } from "viem";
import { MerkleTree, toHex } from "../common/index.ts";
import {
  commitTensor,
  datasetRoot,
  decodeDataset,
  decodeProgram,
  decodeState,
  hashField,
  programCommitment,
  stateCommitment,
  type Dtype,
  type Program,
} from "../engine/index.ts";
import { wordsOf } from "../common/index.ts";

/** Roots of artifacts from their file forms: the checks of `fetchArtifact`. SPEC: spec/commitments.md. */

/** Errors: OperatorError `malformed-program`, `invalid-program`. */
export function programFileRoot(bytes: Uint8Array): Hex {
  return toHex(programCommitment(decodeProgram(bytes)).root);
}

/** Errors: OperatorError `malformed-dataset`. */
export function datasetFileRoot(bytes: Uint8Array): Hex {
  const { fields } = decodeDataset(bytes);
  const records = fields.map((_, index) => bytes.subarray(16 + 64 * index, 80 + 64 * index));
  return toHex(datasetRoot(bytes.subarray(0, 16), new MerkleTree(records.map(hashField)).root));
}

/** Errors: OperatorError `state-mismatch`. */
export function stateFileRoot(bytes: Uint8Array, program: Program): Hex {
  return toHex(stateCommitment(decodeState(bytes, program), program).root);
}

/** Errors: OperatorError `partial-word`. */
export function constantFileRoot(bytes: Uint8Array, dtype: Dtype): Hex {
  return toHex(commitTensor(wordsOf(bytes), dtype).root);
}
