import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { OperatorError } from "../../../common/index.ts";
import type { Bytes } from "../../../common/index.ts";
import { readIdx } from "./idx.ts";
import { readNpy } from "./npy.ts";
import { readSafetensors } from "./safetensors.ts";
import type { SourceTensor } from "./source-tensor.ts";

function startsWith(bytes: Bytes, ...magic: number[]): boolean {
  const start = bytes.subarray(0, magic.length);
  return magic.every((byte, i) => start[i] === byte);
}

function whole(bytes: Bytes): Uint8Array {
  return bytes.subarray(0, bytes.length);
}

function unpacked(bytes: Bytes, name: string): Bytes {
  if (!startsWith(bytes, 0x1f, 0x8b)) return bytes;
  try {
    return gunzipSync(whole(bytes));
  } catch (cause) {
    throw new OperatorError("data-malformed", `${name}: the gzip file is damaged.`, { name }, { cause });
  }
}

function readArchive(bytes: Bytes, name: string): Map<string, SourceTensor> {
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(whole(bytes));
  } catch (cause) {
    throw new OperatorError("data-malformed", `${name}: the zip archive is damaged.`, { name }, { cause });
  }
  const entries = Object.entries(members).map(([member, content]): [string, SourceTensor] => {
    return [member.replace(/\.npy$/, ""), readNpy(content, `${name}#${member}`)];
  });
  return new Map(entries);
}

/**
 * The tensors of a file by name: IDX and NPY hold one, whose name is empty, NPZ and safetensors any number. Which it is, and whether it is
 * packed by gzip, its first bytes say. What is packed is unpacked in memory; of the rest the elements stay in the file. Throws the OperatorError `data-malformed`, one sentence on what is wrong with the file.
 */
export function readTensorFile(file: Bytes, name: string): Map<string, SourceTensor> {
  const bytes = unpacked(file, name);
  if (startsWith(bytes, 0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return new Map([["", readNpy(bytes, name)]]);
  if (startsWith(bytes, 0x50, 0x4b)) return readArchive(bytes, name);
  const start = bytes.subarray(0, 9);
  if (startsWith(bytes, 0, 0) && start[2] !== 0) return new Map([["", readIdx(bytes, name)]]);
  if (start[8] === 0x7b) return readSafetensors(bytes, name);
  throw new OperatorError(
    "data-malformed",
    `${name}: this is no IDX, NPY, NPZ or safetensors file (as it is or packed by gzip).`,
    { name },
  );
}
