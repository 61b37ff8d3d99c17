import type { MapFunction } from "../../program/types.ts";
import { floatOf, wordOf } from "./words.ts";

/**
 * Map functions on values: an f32 is a number that binary32 holds, an i32 a signed integer.
 * SPEC: spec/numerics.md. ROUNDS: every f32 step once, to nearest even, by Math.fround. ORDER: as written there.
 */

const f = Math.fround;
const ln2High = floatOf(0x3f318000);
const ln2Low = floatOf(0xb95e8083);

/** −0 counts as negative. */
function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

function withSignOf(magnitude: number, x: number): number {
  return isNegative(x) ? -magnitude : magnitude;
}

/** p·x + c for each coefficient in turn, two roundings each. */
function polynomial(first: number, x: number, coefficients: readonly number[]): number {
  let p = first;
  for (const coefficient of coefficients) p = f(f(p * x) + coefficient);
  return p;
}

function constants(...words: readonly number[]): readonly number[] {
  return words.map(floatOf);
}

function max(a: number, b: number): number {
  return a < b ? b : a;
}

function min(a: number, b: number): number {
  return b < a ? b : a;
}

const log2e = floatOf(0x3fb8aa3b);
/** 1.5 · 2²³: adding it rounds to an integer. */
const rounder = 0x4b400000;
const expFirst = floatOf(0x39506967);
const expCoefficients = constants(0x3ab743ce, 0x3c088908, 0x3d2aa9c1, 0x3e2aaaaa, 0x3f000000);

export function exp(x: number): number {
  const c = max(min(x, 89), -104);
  const t = f(f(c * log2e) + 12582912);
  const n = f(t - 12582912);
  let r = f(c - f(n * ln2High));
  r = f(r - f(n * ln2Low));
  const p = polynomial(expFirst, r, expCoefficients);
  const y = f(f(f(p * f(r * r)) + r) + 1);
  const i = (wordOf(t) - rounder) | 0;
  const half = i >> 1;
  // ROUNDS: 2^i in two factors, so that a subnormal result is rounded once, by the second.
  return f(f(y * floatOf((half + 127) << 23)) * floatOf((i - half + 127) << 23));
}

const leastNormal = floatOf(0x00800000);
const squareRootOfHalf = floatOf(0x3f3504f3);
const logFirst = floatOf(0x3d9021bb);
const logCoefficients = constants(
  0xbdebd1b8,
  0x3def251a,
  0xbdfe5d4f,
  0x3e11e9bf,
  0xbe2aae50,
  0x3e4cceac,
  0xbe7ffffc,
  0x3eaaaaaa,
);

export function log(x: number): number {
  if (x === 0) return -Infinity;
  if (!(x > 0)) return NaN;
  if (x === Infinity) return Infinity;
  const subnormal = x < leastNormal;
  const word = wordOf(subnormal ? f(x * 8388608) : x);
  let e = f((word >> 23) - 126);
  e = f(e - (subnormal ? 23 : 0));
  const m = floatOf((word & 0x007fffff) | 0x3f000000);
  const low = m < squareRootOfHalf;
  e = f(e - (low ? 1 : 0));
  const d = f(f(m - 1) + (low ? m : 0));
  const z = f(d * d);
  const p = polynomial(logFirst, d, logCoefficients);
  let y = f(f(p * d) * z);
  y = f(y + f(e * ln2Low));
  y = f(y - f(z * 0.5));
  return f(f(d + y) + f(e * ln2High));
}

const tanhFirst = floatOf(0xbbbaf0ea);
const tanhCoefficients = constants(0x3ca9134e, 0xbd5c1e2d, 0x3e088393, 0xbeaaaa99);

export function tanh(x: number): number {
  const a = Math.abs(x);
  const s = f(a * a);
  const p = polynomial(tanhFirst, s, tanhCoefficients);
  const small = f(f(f(p * s) * a) + a);
  const e = exp(f(-2 * a));
  const big = f(f(1 - e) / f(1 + e));
  return withSignOf(a < 0.625 ? small : big, x);
}

const erfR = constants(0xb7910000, 0x39c8e7d9);
const erfU = constants(0xbb7e8a1c, 0x3cc6b1a1);
const erfBig = constants(0xbddaae5c, 0xbf228550, 0xbe03ce86);
const erfFirst = floatOf(0xba1c7000);
const erfSmall = constants(0x3ba38d2c, 0xbcdb48d9, 0x3de70e22, 0xbec09380, 0x3e0375d4);
const erfBorder = floatOf(0x3f6d8000);

export function erf(x: number): number {
  const a = Math.abs(x);
  const t = min(a, 4);
  const s = f(t * t);
  let r = f(f(erfR[0]! * t) + erfR[1]!);
  const u = f(f(erfU[0]! * t) + erfU[1]!);
  r = f(f(r * s) + u);
  r = polynomial(r, t, erfBig);
  r = f(f(r * t) - t);
  const big = f(1 - exp(r));
  const q = polynomial(erfFirst, s, erfSmall);
  const small = f(f(q * a) + a);
  return withSignOf(erfBorder < a ? big : small, x);
}

/** From here on every binary32 is an integer. */
const integersFrom = 2 ** 23;

function rint(a: number): number {
  const magnitude = Math.abs(a);
  if (!(magnitude < integersFrom)) return a;
  return withSignOf(magnitude + 2 ** 52 - 2 ** 52, a);
}

function ftoi(a: number): number {
  if (a !== a) return 0;
  return Math.trunc(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, a))) | 0;
}

/** Every function by name; arguments that it does not use are ignored. */
export const mapFunctions: Readonly<Record<MapFunction, (a: number, b: number, c: number) => number>> = {
  id: (a) => a,
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  add: (a, b) => f(a + b),
  sub: (a, b) => f(a - b),
  mul: (a, b) => f(a * b),
  div: (a, b) => f(a / b),
  sqrt: (a) => f(Math.sqrt(a)),
  max,
  min,
  less: (a, b) => (a < b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  floor: (a) => Math.floor(a),
  rint,
  exp,
  log,
  tanh,
  erf,
  select: (a, b, c) => (a !== 0 ? b : c),
  iadd: (a, b) => (a + b) | 0,
  isub: (a, b) => (a - b) | 0,
  imul: (a, b) => Math.imul(a, b),
  iand: (a, b) => a & b,
  ior: (a, b) => a | b,
  ixor: (a, b) => a ^ b,
  ishl: (a, b) => a << (b & 31),
  ishr: (a, b) => (a >>> (b & 31)) | 0,
  iless: (a, b) => (a < b ? 1 : 0),
  iequal: (a, b) => (a === b ? 1 : 0),
  itof: (a) => f(a),
  ftoi,
};
