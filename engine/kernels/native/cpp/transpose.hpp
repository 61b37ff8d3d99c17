#pragma once
#include "vector.hpp"

/** 4 × 4 transposes. */
namespace {

typedef float Quad __attribute__((vector_size(16)));
typedef float QuadThere __attribute__((vector_size(16), aligned(4), may_alias));

/** Writes the four rows of `from` as columns of `to`; steps from one row to the next. UNITS: words. */
inline void transposeSquare(float *to, size_t toStep, const float *from, size_t fromStep) {
  const auto row = [&](size_t i) -> Quad { return *reinterpret_cast<const QuadThere *>(from + i * fromStep); };
  const auto put = [&](size_t i, Quad value) { *reinterpret_cast<QuadThere *>(to + i * toStep) = value; };
  const Quad a = row(0), b = row(1), c = row(2), d = row(3);
  const Quad low = __builtin_shufflevector(a, b, 0, 4, 1, 5), low2 = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Quad high = __builtin_shufflevector(a, b, 2, 6, 3, 7), high2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  put(0, __builtin_shufflevector(low, low2, 0, 1, 4, 5));
  put(1, __builtin_shufflevector(low, low2, 2, 3, 6, 7));
  put(2, __builtin_shufflevector(high, high2, 0, 1, 4, 5));
  put(3, __builtin_shufflevector(high, high2, 2, 3, 6, 7));
}

} // namespace
