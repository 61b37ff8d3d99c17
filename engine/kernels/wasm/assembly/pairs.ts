/**
 * Two Map functions over a tile in one pass: d = (a ∘ b) • c, or c − (a ∘ b). ROUNDS: both are rounded, as one after the other is.
 * Naive twin: `apply`, twice. Codes: engine/kernels/wasm/fused-record.ts.
 */
export function applyPair(pair: u32, d: usize, a: usize, b: usize, c: usize, n: usize): void {
  switch (pair) {
    case 0:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.mul(f32x4.add(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
      break;
    case 1:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.mul(f32x4.sub(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
      break;
    case 2:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.add(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
      break;
    case 3:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.sub(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
      break;
    case 4:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.sub(v128.load(c + i), f32x4.mul(v128.load(a + i), v128.load(b + i))));
      break;
    case 5:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.mul(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
      break;
    case 6:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.div(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
      break;
    case 7:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.add(f32x4.div(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
      break;
    case 8:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.mul(f32x4.div(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
      break;
    case 9:
      for (let i: usize = 0; i < n; i += 16)
        v128.store(d + i, f32x4.sub(v128.load(c + i), f32x4.div(v128.load(a + i), v128.load(b + i))));
      break;
    default:
      unreachable();
  }
}
