/** 4 × 4 transposes. Row r of the result is lane r of the four arguments. */
export function row0(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 0, 4, 1, 5), 0, 2);
}
export function row1(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 0, 4, 1, 5), 1, 3);
}
export function row2(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(v128.shuffle<i32>(a, b, 2, 6, 3, 7), v128.shuffle<i32>(c, d, 2, 6, 3, 7), 0, 2);
}
export function row3(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(v128.shuffle<i32>(a, b, 2, 6, 3, 7), v128.shuffle<i32>(c, d, 2, 6, 3, 7), 1, 3);
}

/** Writes the four rows of `from`, `fromStep` bytes apart, as columns of `to`, whose rows lie `toStep` bytes apart. */
export function transpose4(to: usize, toStep: usize, from: usize, fromStep: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromStep);
  const c = v128.load(from + fromStep * 2);
  const d = v128.load(from + fromStep * 3);
  v128.store(to, row0(a, b, c, d));
  v128.store(to + toStep, row1(a, b, c, d));
  v128.store(to + toStep * 2, row2(a, b, c, d));
  v128.store(to + toStep * 3, row3(a, b, c, d));
}

/** to[row · toStride + column] = from[column · fromStride + row]; strides in words. */
export function transposePlane(to: usize, toStride: u32, from: usize, fromStride: u32, rows: u32, columns: u32): void {
  const toStep = (<usize>toStride) << 2;
  const fromStep = (<usize>fromStride) << 2;
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  // 16 source rows at a time: each of their cache lines is used up before it is left.
  for (let first: u32 = 0; first < wholeColumns; first += 16) {
    const last = min<u32>(first + 16, wholeColumns);
    for (let row: u32 = 0; row < wholeRows; row += 4) {
      for (let column = first; column < last; column += 4)
        transpose4(to + row * toStep + (column << 2), toStep, from + column * fromStep + (row << 2), fromStep);
    }
  }
  for (let row: u32 = 0; row < rows; row++) {
    for (let column = row < wholeRows ? wholeColumns : 0; column < columns; column++)
      store<u32>(to + row * toStep + (column << 2), load<u32>(from + column * fromStep + (row << 2)));
  }
}
