import { equal, erf, exp, iequal, iless, less, log, select, tanh } from "./functions";

/** Two neighbours, computed alike and stored together: an engine may join them to one wider vector. */
export function storePair(to: usize, first: v128, second: v128): void {
  v128.store(to, first);
  v128.store(to, second, 16);
}

/**
 * One Map function over a tile. `d` receives `n` bytes, a multiple of 32; `a`, `b`, `c` are the arguments' tiles.
 * SPEC: spec/numerics.md, "Map functions".
 */
export function apply(fn: u32, d: usize, a: usize, b: usize, c: usize, n: usize): void {
  if (fn <= 18) applyFloat(fn, d, a, b, n);
  else applyOther(fn, d, a, b, c, n);
}

function applyFloat(fn: u32, d: usize, a: usize, b: usize, n: usize): void {
  switch (fn) {
    case 1:
      memory.copy(d, a, n);
      break;
    case 2:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, f32x4.neg(v128.load(a + i)), f32x4.neg(v128.load(a + i, 16)));
      break;
    case 3:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, f32x4.abs(v128.load(a + i)), f32x4.abs(v128.load(a + i, 16)));
      break;
    case 4:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.add(v128.load(a + i), v128.load(b + i)),
          f32x4.add(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 5:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.sub(v128.load(a + i), v128.load(b + i)),
          f32x4.sub(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 6:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.mul(v128.load(a + i), v128.load(b + i)),
          f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 7:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.div(v128.load(a + i), v128.load(b + i)),
          f32x4.div(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 8:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, f32x4.sqrt(v128.load(a + i)), f32x4.sqrt(v128.load(a + i, 16)));
      break;
    case 9:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.pmax(v128.load(a + i), v128.load(b + i)),
          f32x4.pmax(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 10:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          f32x4.pmin(v128.load(a + i), v128.load(b + i)),
          f32x4.pmin(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 11:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, less(v128.load(a + i), v128.load(b + i)), less(v128.load(a + i, 16), v128.load(b + i, 16)));
      break;
    case 12:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, equal(v128.load(a + i), v128.load(b + i)), equal(v128.load(a + i, 16), v128.load(b + i, 16)));
      break;
    case 13:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, f32x4.floor(v128.load(a + i)), f32x4.floor(v128.load(a + i, 16)));
      break;
    case 14:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, f32x4.nearest(v128.load(a + i)), f32x4.nearest(v128.load(a + i, 16)));
      break;
    case 15:
      for (let i: usize = 0; i < n; i += 32) storePair(d + i, exp(v128.load(a + i)), exp(v128.load(a + i, 16)));
      break;
    case 16:
      for (let i: usize = 0; i < n; i += 32) storePair(d + i, log(v128.load(a + i)), log(v128.load(a + i, 16)));
      break;
    case 17:
      for (let i: usize = 0; i < n; i += 32) storePair(d + i, tanh(v128.load(a + i)), tanh(v128.load(a + i, 16)));
      break;
    case 18:
      for (let i: usize = 0; i < n; i += 32) storePair(d + i, erf(v128.load(a + i)), erf(v128.load(a + i, 16)));
      break;
    default:
      unreachable();
  }
}

function applyOther(fn: u32, d: usize, a: usize, b: usize, c: usize, n: usize): void {
  switch (fn) {
    case 19:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          select(v128.load(a + i), v128.load(b + i), v128.load(c + i)),
          select(v128.load(a + i, 16), v128.load(b + i, 16), v128.load(c + i, 16)),
        );
      break;
    case 20:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          i32x4.add(v128.load(a + i), v128.load(b + i)),
          i32x4.add(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 21:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          i32x4.sub(v128.load(a + i), v128.load(b + i)),
          i32x4.sub(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 22:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          i32x4.mul(v128.load(a + i), v128.load(b + i)),
          i32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 23:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          v128.and(v128.load(a + i), v128.load(b + i)),
          v128.and(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 24:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          v128.or(v128.load(a + i), v128.load(b + i)),
          v128.or(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 25:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          v128.xor(v128.load(a + i), v128.load(b + i)),
          v128.xor(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    // A vector shift has one count for all lanes; a scalar one takes its count modulo 32.
    case 26:
      for (let i: usize = 0; i < n; i += 4) store<u32>(d + i, load<u32>(a + i) << load<u32>(b + i));
      break;
    case 27:
      for (let i: usize = 0; i < n; i += 4) store<u32>(d + i, load<u32>(a + i) >> load<u32>(b + i));
      break;
    case 28:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, iless(v128.load(a + i), v128.load(b + i)), iless(v128.load(a + i, 16), v128.load(b + i, 16)));
      break;
    case 29:
      for (let i: usize = 0; i < n; i += 32)
        storePair(
          d + i,
          iequal(v128.load(a + i), v128.load(b + i)),
          iequal(v128.load(a + i, 16), v128.load(b + i, 16)),
        );
      break;
    case 30:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, f32x4.convert_i32x4_s(v128.load(a + i)), f32x4.convert_i32x4_s(v128.load(a + i, 16)));
      break;
    case 31:
      for (let i: usize = 0; i < n; i += 32)
        storePair(d + i, i32x4.trunc_sat_f32x4_s(v128.load(a + i)), i32x4.trunc_sat_f32x4_s(v128.load(a + i, 16)));
      break;
    default:
      unreachable();
  }
}
