import type { Hex } from "viem";
import { toHex, wordsOf } from "../common/index.ts";
import type { Bytes } from "../common/index.ts";
import {
  commitTensor,
  decodeProgram,
  openDataset,
  programCommitment,
  readStateRoot,
  type Dtype,
  type Program,
} from "../engine/index.ts";

/** Roots of artifacts from their file forms: the checks of `fetchArtifact`. SPEC: spec/commitments.md. */

/** Errors: OperatorError `malformed-program`, `invalid-program`. */
export function programFileRoot(bytes: Uint8Array): Hex {
  return toHex(programCommitment(decodeProgram(bytes)).root);
}

/** Errors: OperatorError `malformed-dataset`. */
export function datasetFileRoot(bytes: Bytes): Hex {
  return toHex(openDataset(bytes).commitment.root);
}

/** Errors: OperatorError `state-mismatch`. */
export function stateFileRoot(bytes: Uint8Array, program: Program): Hex {
  return toHex(readStateRoot(bytes, program));
}

/** Errors: OperatorError `partial-word`. */
export function constantFileRoot(bytes: Uint8Array, dtype: Dtype): Hex {
  return toHex(commitTensor(wordsOf(bytes), dtype).root);
}
