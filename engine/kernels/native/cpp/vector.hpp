#pragma once
#include <cstddef>
#include <cstdint>

/**
 * Vectors of LANES floats. ROUNDS: every operator is one rounded f32 operation a lane; the compiler must be told not to fuse
 * a product and a sum.
 */
namespace {

typedef float Floats __attribute__((vector_size(LANES * 4)));
typedef int32_t Ints __attribute__((vector_size(LANES * 4)));
typedef uint32_t Words __attribute__((vector_size(LANES * 4)));
/** As they lie in memory, on any word. */
typedef float FloatsThere __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

inline Floats load(const float *from) { return *reinterpret_cast<const FloatsThere *>(from); }
inline void store(float *to, Floats value) { *reinterpret_cast<FloatsThere *>(to) = value; }

/** Four floats, on any processor. */
typedef float Quad __attribute__((vector_size(16)));
typedef float QuadThere __attribute__((vector_size(16), aligned(4), may_alias));

inline Quad loadQuad(const float *from) { return *reinterpret_cast<const QuadThere *>(from); }
inline void storeQuad(float *to, Quad value) { *reinterpret_cast<QuadThere *>(to) = value; }

inline Floats splatWord(uint32_t word) { return reinterpret_cast<Floats>(Words{} + word); }
inline Floats splat(float value) { return splatWord(__builtin_bit_cast(uint32_t, value)); }

/** 0, 1, 2, … */
inline Ints lanes() {
  Ints numbers;
  for (int32_t i = 0; i < LANES; i++) numbers[i] = i;
  return numbers;
}

/** The one NaN of f32 words. */
constexpr uint32_t NAN_BITS = 0x7fc00000;

/** As an f32 operator writes it. */
inline Floats canonical(Floats value) { return value == value ? value : splatWord(NAN_BITS); }
inline float canonical(float value) { return value == value ? value : __builtin_nanf(""); }

inline uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

} // namespace
