import type { Operand, Ref } from "../../program/types.ts";

/** What an operand reads, word for word: as many words as the extents have, from a tensor. */
export interface Read {
  readonly ref: Ref;
  readonly offset: number;
  readonly extents: readonly number[];
  /** One stride per extent. */
  readonly strides: readonly number[];
}

/** The same words read along the fewest axes: those of one entry go, neighbours that continue each other join. */
export function collapseRead({ ref, offset, ...read }: Read): Read {
  const extents: number[] = [];
  const strides: number[] = [];
  read.extents.forEach((extent, axis) => {
    if (extent === 1) return;
    const stride = read.strides[axis]!;
    const last = extents.length - 1;
    if (strides[last] === stride * extent) {
      extents[last]! *= extent;
      strides[last] = stride;
    } else {
      extents.push(extent);
      strides.push(stride);
    }
  });
  return { ref, offset, extents, strides };
}

/** What an operand reads for each word of an operator's output. `run`: words that it reads for one of them. */
export function readOf({ ref, offset, strides }: Operand, extents: readonly number[], run = 1): Read {
  return collapseRead({ ref, offset, extents: [...extents, run], strides: [...strides, 1] });
}

/** Consecutive words. ASSUMES: a collapsed read, as all below. */
export function isConsecutive({ extents, strides }: Read): boolean {
  return extents.length === 0 || (extents.length === 1 && strides[0] === 1);
}

/** The words of a whole output in order. */
export function isWhole(read: Read): boolean {
  return read.offset === 0 && isConsecutive(read);
}

/** Each of `rows` words from the tensor's first on, `columns` times. */
export function spreadsRows({ offset, extents, strides }: Read, rows: number, columns: number): boolean {
  const [inner, outer] = [strides.at(-1), strides.at(-2)];
  const spread = offset === 0 && inner === 0 && extents.at(-1) === columns;
  return spread && (rows === 1 ? extents.length === 1 : extents.length === 2 && outer === 1);
}

/** The same words for every row of so many columns. */
export function repeatsRows({ extents, strides }: Read, columns: number): boolean {
  let inner = 1;
  for (let axis = extents.length - 1; axis >= 0; axis--) {
    inner *= extents[axis]!;
    if (inner > columns && strides[axis] !== 0) return false;
  }
  return true;
}
