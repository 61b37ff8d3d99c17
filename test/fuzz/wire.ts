import type { Prng } from "../../common/index.ts";

/** Protobuf messages as their wire format has them, without a schema: so that a changed one still parses. */

type Field =
  | { readonly number: number; readonly type: "varint"; readonly value: bigint }
  | { readonly number: number; readonly type: "fixed"; readonly bytes: Uint8Array }
  | { readonly number: number; readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly number: number; readonly type: "message"; readonly fields: readonly Field[] };

class Cursor {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Undefined past the end, or where it is longer than 64 bits. */
  varint(): bigint | undefined {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return undefined;
  }

  take(length: number): Uint8Array | undefined {
    if (this.at + length > this.bytes.length) return undefined;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

function readField(cursor: Cursor, depth: number): Field | undefined {
  const tag = Number(cursor.varint() ?? 0n);
  const number = Math.floor(tag / 8);
  if (number === 0 || number > 100) return undefined;
  switch (tag % 8) {
    case 0: {
      const value = cursor.varint();
      return value === undefined ? undefined : { number, type: "varint", value };
    }
    case 1:
    case 5: {
      const bytes = cursor.take(tag % 8 === 1 ? 8 : 4);
      return bytes && { number, type: "fixed", bytes };
    }
    case 2: {
      const bytes = cursor.take(Number(cursor.varint() ?? 2n ** 40n));
      const fields = bytes && depth > 0 ? readMessage(bytes, depth - 1) : undefined;
      if (bytes === undefined) return undefined;
      return fields === undefined ? { number, type: "bytes", bytes } : { number, type: "message", fields };
    }
    default:
      return undefined;
  }
}

/** The fields; undefined where the bytes are no message, or an empty one. */
function readMessage(bytes: Uint8Array, depth = 8): Field[] | undefined {
  if (bytes.length === 0 || bytes.length > 2 ** 20) return undefined;
  const cursor = new Cursor(bytes);
  const fields: Field[] = [];
  while (cursor.at < bytes.length) {
    const field = readField(cursor, depth);
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields;
}

function varintBytes(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function writeField(field: Field): Uint8Array {
  const head = (wire: number) => varintBytes(BigInt(field.number * 8 + wire));
  switch (field.type) {
    case "varint":
      return Uint8Array.from([...head(0), ...varintBytes(field.value)]);
    case "fixed":
      return Buffer.concat([Uint8Array.from(head(field.bytes.length === 8 ? 1 : 5)), field.bytes]);
    default: {
      const bytes = field.type === "bytes" ? field.bytes : writeMessage(field.fields);
      return Buffer.concat([Uint8Array.from([...head(2), ...varintBytes(BigInt(bytes.length))]), bytes]);
    }
  }
}

function writeMessage(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.map(writeField));
}

const numbers = [
  0n,
  1n,
  2n,
  3n,
  7n,
  11n,
  127n,
  -1n,
  -2n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

function changedBytes(random: Prng, bytes: Uint8Array): Uint8Array {
  switch (random.below(5)) {
    case 0:
      return bytes.slice(0, random.below(bytes.length + 1));
    case 1:
      return Buffer.concat([bytes, bytes]);
    case 2:
      return new Uint8Array(0);
    case 3:
      return Buffer.from(
        random.pick(["x", "y", "w", "Conv", "Reshape", "Gather", "axis", "axes", "Identity", "é\u0000"]),
      );
    default: {
      const changed = bytes.slice();
      if (changed.length > 0) changed[random.below(changed.length)] = random.below(256);
      return changed;
    }
  }
}

/** Fields inside that are no messages, and one for the message itself. */
function leaves(field: Field): number {
  return field.type === "message" ? field.fields.reduce((sum, inner) => sum + leaves(inner), 1) : 1;
}

/** One field of the message changed, somewhere inside. */
function changedFields(random: Prng, fields: readonly Field[]): Field[] {
  // Every field inside is as likely as any other: most of them are those of nodes, attributes and tensors.
  const weights = fields.map(leaves);
  let place = random.below(weights.reduce((a, b) => a + b, 0));
  const at = weights.findIndex((weight) => (place -= weight) < 0);
  const field = fields[at]!;
  switch (random.below(12)) {
    case 0:
      return fields.toSpliced(at, 1);
    case 1:
      return fields.toSpliced(random.below(fields.length + 1), 0, field);
    case 2:
      return fields.with(at, random.pick(fields)).with(random.below(fields.length), field);
    default:
      break;
  }
  switch (field.type) {
    case "message":
      return field.fields.length === 0
        ? [...fields]
        : fields.with(at, { ...field, fields: changedFields(random, field.fields) });
    case "varint": {
      const near = field.value + BigInt(random.below(5) - 2);
      return fields.with(at, { ...field, value: random.below(2) === 0 ? near : random.pick(numbers) });
    }
    case "fixed":
      return fields.with(at, { ...field, bytes: Uint8Array.from(field.bytes, () => random.below(256)) });
    case "bytes":
      return fields.with(at, { ...field, bytes: changedBytes(random, field.bytes) });
  }
}

/** A message with one to four fields changed; it parses wherever the original does. */
export function mutatedMessage(random: Prng, bytes: Uint8Array): Uint8Array {
  let fields = readMessage(bytes) ?? [];
  for (let changes = 1 + random.below(2) * random.below(3); changes > 0 && fields.length > 0; changes--)
    fields = changedFields(random, fields);
  return writeMessage(fields);
}

/** Bytes with some of them changed, taken out, put in or cut off. */
export function mutatedBytes(random: Prng, bytes: Uint8Array): Uint8Array {
  const changed = [...bytes];
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(changed.length + 1);
    switch (random.below(6)) {
      case 0:
        changed.splice(at, 1 + random.below(16));
        break;
      case 1:
        changed.splice(at, 0, ...changed.slice(at, at + 1 + random.below(64)));
        break;
      case 2:
        changed.splice(at);
        break;
      default:
        if (at < changed.length)
          changed[at] = random.below(3) === 0 ? random.pick([0, 1, 127, 128, 255]) : random.below(256);
    }
    if (changed.length === 0) break;
  }
  return Uint8Array.from(changed);
}
