import { storePair } from "./apply";

/**
 * Two Map functions over a tile in one pass: d = (a ∘ b) • c, or c − (a ∘ b), on `n` bytes, a multiple of 32.
 * ROUNDS: both are rounded, as one after the other is. Naive twin: `apply`, twice. Codes: engine/kernels/wasm/fused-record.ts.
 */
export function applyPair(pair: u32, d: usize, a: usize, b: usize, c: usize, n: usize): void {
  switch (pair) {
    case 0:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.mul(f32x4.add(v128.load(a + i), v128.load(b + i)), v128.load(c + i)),
          f32x4.mul(f32x4.add(v128.load(a + i, 16), v128.load(b + i, 16)), v128.load(c + i, 16)),
        );
      break;
    case 1:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.mul(f32x4.sub(v128.load(a + i), v128.load(b + i)), v128.load(c + i)),
          f32x4.mul(f32x4.sub(v128.load(a + i, 16), v128.load(b + i, 16)), v128.load(c + i, 16)),
        );
      break;
    case 2:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.add(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)),
          f32x4.add(f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)), v128.load(c + i, 16)),
        );
      break;
    case 3:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.sub(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)),
          f32x4.sub(f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)), v128.load(c + i, 16)),
        );
      break;
    case 4:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.sub(v128.load(c + i), f32x4.mul(v128.load(a + i), v128.load(b + i))),
          f32x4.sub(v128.load(c + i, 16), f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16))),
        );
      break;
    case 5:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.mul(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)),
          f32x4.mul(f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)), v128.load(c + i, 16)),
        );
      break;
    case 6:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.div(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)),
          f32x4.div(f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)), v128.load(c + i, 16)),
        );
      break;
    case 7:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.add(f32x4.div(v128.load(a + i), v128.load(b + i)), v128.load(c + i)),
          f32x4.add(f32x4.div(v128.load(a + i, 16), v128.load(b + i, 16)), v128.load(c + i, 16)),
        );
      break;
    case 8:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.mul(f32x4.div(v128.load(a + i), v128.load(b + i)), v128.load(c + i)),
          f32x4.mul(f32x4.div(v128.load(a + i, 16), v128.load(b + i, 16)), v128.load(c + i, 16)),
        );
      break;
    case 9:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.sub(v128.load(c + i), f32x4.div(v128.load(a + i), v128.load(b + i))),
          f32x4.sub(v128.load(c + i, 16), f32x4.div(v128.load(a + i, 16), v128.load(b + i, 16))),
        );
      break;
    default:
      unreachable();
  }
}
