/**
 * Constants of the Map functions as bit patterns, in the order in which spec/numerics.md uses them. They are read from
 * memory into all lanes: an engine may rebuild a vector written out in the code at every use.
 */
const TABLE = memory.data<u32>([
  0x3f800000, 0x3f000000, 0x80000000, 0x7f800000, 0x3f318000, 0xb95e8083, 0x4b400000, 0x0000007f,
  // exp
  0x42b20000, 0xc2d00000, 0x3fb8aa3b, 0x39506967, 0x3ab743ce, 0x3c088908, 0x3d2aa9c1, 0x3e2aaaaa, 0x3f000000,
  // log
  0x00800000, 0x4b000000, 0x0000007e, 0x41b80000, 0x007fffff, 0x3f3504f3, 0x3d9021bb, 0xbdebd1b8, 0x3def251a,
  0xbdfe5d4f, 0x3e11e9bf, 0xbe2aae50, 0x3e4cceac, 0xbe7ffffc, 0x3eaaaaaa, 0xff800000, 0x7fc00000,
  // tanh
  0xbbbaf0ea, 0x3ca9134e, 0xbd5c1e2d, 0x3e088393, 0xbeaaaa99, 0xc0000000, 0x3f200000,
  // erf
  0x40800000, 0xb7910000, 0x39c8e7d9, 0xbb7e8a1c, 0x3cc6b1a1, 0xbddaae5c, 0xbf228550, 0xbe03ce86, 0xba1c7000,
  0x3ba38d2c, 0xbcdb48d9, 0x3de70e22, 0xbec09380, 0x3e0375d4, 0x3f6d8000,
  // zero
  0x00000000,
]);

/** Positions of the constants that several functions use. */
export const ONE: u32 = 0;
export const HALF: u32 = 1;
export const SIGN: u32 = 2;
export const INFINITY: u32 = 3;
export const LN2_HIGH: u32 = 4;
export const LN2_LOW: u32 = 5;
export const MAGIC: u32 = 6;
export const BIAS: u32 = 7;

/** Positions of each function's first constant. */
export const EXP: u32 = 8;
export const LOG: u32 = 17;
export const TANH: u32 = 34;
export const ERF: u32 = 41;
export const ZERO: u32 = 56;

/** The constant at a position, in all lanes. */
export function constant(position: u32): v128 {
  return v128.load32_splat(TABLE + ((<usize>position) << 2));
}
