import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { OperatorError } from "../../../common/index.ts";
import { readIdx } from "./idx.ts";
import { readNpy } from "./npy.ts";
import { readSafetensors } from "./safetensors.ts";
import type { SourceTensor } from "./source-tensor.ts";

function startsWith(bytes: Uint8Array, ...magic: number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  if (!startsWith(bytes, 0x1f, 0x8b)) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new OperatorError("data-malformed", `${name}: the gzip file is damaged.`, { name }, { cause });
  }
}

function readArchive(bytes: Uint8Array, name: string): Map<string, SourceTensor> {
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(bytes);
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
 * packed by gzip, its first bytes say. Throws the OperatorError `data-malformed`, one sentence on what is wrong with the file.
 */
export function readTensorFile(file: Uint8Array, name: string): Map<string, SourceTensor> {
  const bytes = unpacked(file, name);
  if (startsWith(bytes, 0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return new Map([["", readNpy(bytes, name)]]);
  if (startsWith(bytes, 0x50, 0x4b)) return readArchive(bytes, name);
  if (startsWith(bytes, 0, 0) && bytes[2] !== 0) return new Map([["", readIdx(bytes, name)]]);
  if (bytes[8] === 0x7b) return readSafetensors(bytes, name);
  throw new OperatorError(
    "data-malformed",
    `${name}: this is no IDX, NPY, NPZ or safetensors file (as it is or packed by gzip).`,
    { name },
  );
}
