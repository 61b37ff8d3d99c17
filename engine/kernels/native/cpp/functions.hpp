#pragma once
#include "vector.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/**
 * Map functions on LANES words. ROUNDS: every operator is one rounded f32 operation, never fused. A NaN result may carry any
 * payload: Map cleans its output. SPEC: spec/numerics.md; twin: assembly/functions.ts.
 */
namespace {

inline Ints intsOf(Floats a) { return reinterpret_cast<Ints>(a); }
inline Words wordsOf(Floats a) { return reinterpret_cast<Words>(a); }
template <typename Bits> Floats floatsOf(Bits a) { return reinterpret_cast<Floats>(a); }

/** The f32 whose bits are given, in all lanes. */
inline Floats bits(uint32_t word) { return splatWord(word); }

constexpr uint32_t ONE = 0x3f800000;
constexpr uint32_t HALF = 0x3f000000;
constexpr uint32_t SIGN = 0x80000000;
constexpr uint32_t INFINITE = 0x7f800000;
constexpr uint32_t LN2_HIGH = 0x3f318000;
constexpr uint32_t LN2_LOW = 0xb95e8083;
/** 1.5 · 2²³: added to a small number it rounds it to an integer. */
constexpr uint32_t MAGIC = 0x4b400000;
constexpr int32_t BIAS = 127;

/** The lanes of `a` where the mask is set, else +0. */
inline Floats where(Ints mask, Floats a) { return floatsOf(mask & intsOf(a)); }
inline Floats oneWhere(Ints mask) { return where(mask, bits(ONE)); }

inline Floats absolute(Floats a) { return floatsOf(wordsOf(a) & ~SIGN); }
inline Floats negative(Floats a) { return floatsOf(wordsOf(a) ^ SIGN); }
/** A result that is not negative, with the sign of x. */
inline Floats signedAs(Floats result, Floats x) { return floatsOf(wordsOf(result) | (wordsOf(x) & SIGN)); }
inline Floats greater(Floats a, Floats b) { return a < b ? b : a; }
inline Floats lesser(Floats a, Floats b) { return b < a ? b : a; }
inline float greater(float a, float b) { return a < b ? b : a; }

inline Floats squareRoot(Floats a) {
#if defined(__AVX512F__)
  return reinterpret_cast<Floats>(_mm512_sqrt_ps(reinterpret_cast<__m512>(a)));
#elif defined(__AVX2__) && LANES == 8
  return reinterpret_cast<Floats>(_mm256_sqrt_ps(reinterpret_cast<__m256>(a)));
#elif defined(__aarch64__)
  return reinterpret_cast<Floats>(vsqrtq_f32(reinterpret_cast<float32x4_t>(a)));
#else
  for (int lane = 0; lane < LANES; lane++) a[lane] = __builtin_sqrtf(a[lane]);
  return a;
#endif
}

/** From 2²³ on every f32 is an integer; below it, adding 2²³ rounds to one. */
inline Floats nearest(Floats a) {
  const Floats limit = bits(0x4b000000);
  const Floats size = absolute(a);
  return size < limit ? signedAs((size + limit) - limit, a) : a;
}

inline Floats floorOf(Floats a) {
  const Floats rounded = nearest(a);
  return rounded > a ? rounded - bits(ONE) : rounded;
}

inline Ints truncated(Floats a) {
  const Floats limit = bits(0x4f000000); // 2³¹
  const Ints inside = (a >= -limit) & (a < limit);
  const Ints whole = __builtin_convertvector(where(inside, a), Ints);
  // Outside: 2³¹ − 1 above, −2³¹ below, 0 for NaN.
  const Ints above = (a >= limit) & 0x7fffffff;
  const Ints below = (a < -limit) & static_cast<int32_t>(SIGN);
  return whole | above | below;
}

/** One step of a polynomial: p · x + the constant. */
inline Floats step(Floats p, Floats x, uint32_t constant) { return p * x + bits(constant); }

inline Floats exponential(Floats x) {
  Floats c = lesser(x, bits(0x42b20000));
  c = greater(c, bits(0xc2d00000));
  const Floats t = step(c, bits(0x3fb8aa3b), MAGIC);
  const Floats n = t - bits(MAGIC);
  Floats r = c - n * bits(LN2_HIGH);
  r = r - n * bits(LN2_LOW);
  Floats p = step(bits(0x39506967), r, 0x3ab743ce);
  p = step(p, r, 0x3c088908);
  p = step(p, r, 0x3d2aa9c1);
  p = step(p, r, 0x3e2aaaaa);
  p = step(p, r, HALF);
  const Floats y = (p * (r * r) + r) + bits(ONE);
  // As words: for a NaN the difference wraps, and does not matter.
  const Ints i = reinterpret_cast<Ints>(wordsOf(t) - MAGIC);
  const Ints half = i >> 1;
  const Words first = reinterpret_cast<Words>(half) + BIAS;
  const Words second = reinterpret_cast<Words>(i) - reinterpret_cast<Words>(half) + BIAS;
  return y * floatsOf(first << 23) * floatsOf(second << 23);
}

inline Floats logarithm(Floats x) {
  const Ints small = x < bits(0x00800000);
  const Floats s = small ? x * bits(0x4b000000) : x;
  Floats e = __builtin_convertvector((intsOf(s) >> 23) - 126, Floats);
  e = e - where(small, bits(0x41b80000));
  const Floats m = floatsOf((wordsOf(s) & 0x007fffffu) | HALF);
  const Ints low = m < bits(0x3f3504f3);
  e = e - oneWhere(low);
  const Floats f = (m - bits(ONE)) + where(low, m);
  const Floats z = f * f;
  Floats p = step(bits(0x3d9021bb), f, 0xbdebd1b8);
  p = step(p, f, 0x3def251a);
  p = step(p, f, 0xbdfe5d4f);
  p = step(p, f, 0x3e11e9bf);
  p = step(p, f, 0xbe2aae50);
  p = step(p, f, 0x3e4cceac);
  p = step(p, f, 0xbe7ffffc);
  p = step(p, f, 0x3eaaaaaa);
  Floats y = (p * f) * z;
  y = y + e * bits(LN2_LOW);
  y = y - z * bits(HALF);
  Floats r = (f + y) + e * bits(LN2_HIGH);
  r = x == Floats{} ? bits(0xff800000) : r;
  r = x >= Floats{} ? r : bits(NAN_BITS);
  return x == bits(INFINITE) ? x : r;
}

inline Floats tangent(Floats x) {
  const Floats a = absolute(x);
  const Floats s = a * a;
  Floats p = step(bits(0xbbbaf0ea), s, 0x3ca9134e);
  p = step(p, s, 0xbd5c1e2d);
  p = step(p, s, 0x3e088393);
  p = step(p, s, 0xbeaaaa99);
  const Floats small = (p * s) * a + a;
  const Floats e = exponential(bits(0xc0000000) * a);
  const Floats big = (bits(ONE) - e) / (bits(ONE) + e);
  return signedAs(a < bits(0x3f200000) ? small : big, x);
}

inline Floats errorFunction(Floats x) {
  const Floats a = absolute(x);
  const Floats t = lesser(a, bits(0x40800000));
  const Floats s = t * t;
  Floats r = step(bits(0xb7910000), t, 0x39c8e7d9);
  const Floats u = step(bits(0xbb7e8a1c), t, 0x3cc6b1a1);
  r = r * s + u;
  r = step(r, t, 0xbddaae5c);
  r = step(r, t, 0xbf228550);
  r = step(r, t, 0xbe03ce86);
  r = r * t - t;
  const Floats big = bits(ONE) - exponential(r);
  Floats q = step(bits(0xba1c7000), s, 0x3ba38d2c);
  q = step(q, s, 0xbcdb48d9);
  q = step(q, s, 0x3de70e22);
  q = step(q, s, 0xbec09380);
  q = step(q, s, 0x3e0375d4);
  const Floats small = q * a + a;
  return signedAs(a > bits(0x3f6d8000) ? big : small, x);
}

} // namespace
