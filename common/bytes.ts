import { OperatorError } from "./errors.ts";

/** The parts one after another, in a new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Lower-case hexadecimal with `0x`. */
export function toHex(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`;
}

/** Reads hexadecimal of either case, with or without `0x`. @throws OperatorError `invalid-hex` */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.startsWith("0x") ? hex.slice(2) : hex;
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) {
    throw new OperatorError("invalid-hex", "Give an even number of hexadecimal digits.", { hex: hex.slice(0, 80) });
  }
  return Uint8Array.from(Buffer.from(digits, "hex"));
}

/** Little-endian bytes of unsigned 32-bit words. */
export function u32Bytes(...words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setUint32(index * 4, word, true));
  return bytes;
}

/** The unsigned little-endian word at byte `offset`. @throws RangeError past the end */
export function readU32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(offset, true);
}

/** The signed little-endian word at byte `offset`. @throws RangeError past the end */
export function readI32(bytes: Uint8Array, offset: number): number {
  return readU32(bytes, offset) | 0;
}

/**
 * The bytes behind words, shared with them.
 * ASSUMES: a little-endian machine, as every machine is that Node supports but s390x.
 */
export function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** Words of little-endian bytes, in a new array. @throws OperatorError `partial-word` unless the length is a multiple of 4 */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  if (bytes.length % 4 !== 0) {
    throw new OperatorError("partial-word", "The bytes are no whole number of words; fetch them again.", {
      bytes: bytes.length,
    });
  }
  const words = new Uint32Array(bytes.length / 4);
  bytesOf(words).set(bytes);
  return words;
}
