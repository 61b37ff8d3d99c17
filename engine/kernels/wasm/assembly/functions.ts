import {
  BIAS,
  ERF,
  EXP,
  HALF,
  INFINITY,
  LN2_HIGH,
  LN2_LOW,
  LOG,
  MAGIC,
  ONE,
  SIGN,
  TANH,
  ZERO,
  constant,
} from "./constants";

/**
 * Map functions on four lanes. ROUNDS: every operator is one rounded f32 operation, never fused.
 * SPEC: spec/numerics.md. Naive twin: engine/kernels/reference/functions.ts.
 * A NaN result may carry any payload: Map cleans its output.
 */

/** One step of a polynomial: p · x + the constant at `position`. */
function step(p: v128, x: v128, position: u32): v128 {
  return f32x4.add(f32x4.mul(p, x), constant(position));
}

export function less(a: v128, b: v128): v128 {
  return v128.and(f32x4.lt(a, b), constant(ONE));
}

export function equal(a: v128, b: v128): v128 {
  return v128.and(f32x4.eq(a, b), constant(ONE));
}

export function iless(a: v128, b: v128): v128 {
  return v128.and(i32x4.lt_s(a, b), constant(ONE));
}

export function iequal(a: v128, b: v128): v128 {
  return v128.and(i32x4.eq(a, b), constant(ONE));
}

export function select(a: v128, b: v128, c: v128): v128 {
  return v128.bitselect(b, c, f32x4.ne(a, constant(ZERO)));
}

// @inline
export function exp(x: v128): v128 {
  let c = f32x4.pmin(x, constant(EXP));
  c = f32x4.pmax(c, constant(EXP + 1));
  const t = step(c, constant(EXP + 2), MAGIC);
  const n = f32x4.sub(t, constant(MAGIC));
  let r = f32x4.sub(c, f32x4.mul(n, constant(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, constant(LN2_LOW)));
  let p = step(constant(EXP + 3), r, EXP + 4);
  p = step(p, r, EXP + 5);
  p = step(p, r, EXP + 6);
  p = step(p, r, EXP + 7);
  p = step(p, r, EXP + 8);
  let y = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), constant(ONE));
  const i = i32x4.sub(t, constant(MAGIC));
  const i1 = i32x4.shr_s(i, 1);
  const i2 = i32x4.sub(i, i1);
  y = f32x4.mul(y, i32x4.shl(i32x4.add(i1, constant(BIAS)), 23));
  return f32x4.mul(y, i32x4.shl(i32x4.add(i2, constant(BIAS)), 23));
}

// @inline
export function log(x: v128): v128 {
  const zero = constant(ZERO);
  const den = f32x4.lt(x, constant(LOG));
  const s = v128.bitselect(f32x4.mul(x, constant(LOG + 1)), x, den);
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(s, 23), constant(LOG + 2)));
  e = f32x4.sub(e, v128.and(den, constant(LOG + 3)));
  const m = v128.or(v128.and(s, constant(LOG + 4)), constant(HALF));
  const lt = f32x4.lt(m, constant(LOG + 5));
  e = f32x4.sub(e, v128.and(lt, constant(ONE)));
  const f = f32x4.add(f32x4.sub(m, constant(ONE)), v128.and(lt, m));
  const z = f32x4.mul(f, f);
  let p = step(constant(LOG + 6), f, LOG + 7);
  p = step(p, f, LOG + 8);
  p = step(p, f, LOG + 9);
  p = step(p, f, LOG + 10);
  p = step(p, f, LOG + 11);
  p = step(p, f, LOG + 12);
  p = step(p, f, LOG + 13);
  p = step(p, f, LOG + 14);
  let y = f32x4.mul(f32x4.mul(p, f), z);
  y = f32x4.add(y, f32x4.mul(e, constant(LN2_LOW)));
  y = f32x4.sub(y, f32x4.mul(z, constant(HALF)));
  let r = f32x4.add(f32x4.add(f, y), f32x4.mul(e, constant(LN2_HIGH)));
  r = v128.bitselect(constant(LOG + 15), r, f32x4.eq(x, zero));
  r = v128.bitselect(r, constant(LOG + 16), f32x4.ge(x, zero));
  return v128.bitselect(x, r, f32x4.eq(x, constant(INFINITY)));
}

// @inline
export function tanh(x: v128): v128 {
  const a = f32x4.abs(x);
  const s = f32x4.mul(a, a);
  let p = step(constant(TANH), s, TANH + 1);
  p = step(p, s, TANH + 2);
  p = step(p, s, TANH + 3);
  p = step(p, s, TANH + 4);
  const small = f32x4.add(f32x4.mul(f32x4.mul(p, s), a), a);
  const e = exp(f32x4.mul(constant(TANH + 5), a));
  const big = f32x4.div(f32x4.sub(constant(ONE), e), f32x4.add(constant(ONE), e));
  const y = v128.bitselect(small, big, f32x4.lt(a, constant(TANH + 6)));
  return v128.or(y, v128.and(x, constant(SIGN)));
}

// @inline
export function erf(x: v128): v128 {
  const a = f32x4.abs(x);
  const t = f32x4.pmin(a, constant(ERF));
  const s = f32x4.mul(t, t);
  let r = step(constant(ERF + 1), t, ERF + 2);
  const u = step(constant(ERF + 3), t, ERF + 4);
  r = f32x4.add(f32x4.mul(r, s), u);
  r = step(r, t, ERF + 5);
  r = step(r, t, ERF + 6);
  r = step(r, t, ERF + 7);
  r = f32x4.sub(f32x4.mul(r, t), t);
  const big = f32x4.sub(constant(ONE), exp(r));
  let q = step(constant(ERF + 8), s, ERF + 9);
  q = step(q, s, ERF + 10);
  q = step(q, s, ERF + 11);
  q = step(q, s, ERF + 12);
  q = step(q, s, ERF + 13);
  const small = f32x4.add(f32x4.mul(q, a), a);
  const y = v128.bitselect(big, small, f32x4.gt(a, constant(ERF + 14)));
  return v128.or(y, v128.and(x, constant(SIGN)));
}
