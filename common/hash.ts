import { hash } from "node:crypto";
import { concatBytes } from "./bytes.ts";

/** SHA-256 of the parts one after another: 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  const content = parts.length === 1 && first !== undefined ? first : concatBytes(...parts);
  return new Uint8Array(hash("sha256", content, "buffer"));
}

/** Writes the SHA-256 of `content` to `target` at byte `offset`; for loops over many hashes. */
export function hashInto(target: Buffer, offset: number, content: Uint8Array): void {
  // A string of one-byte characters is made in half the time of a Buffer.
  target.write(hash("sha256", content, "binary"), offset, 32, "binary");
}
