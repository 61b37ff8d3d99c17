#pragma once
#include "vector.hpp"

/** 4 × 4 transposes. */
namespace {

/** The columns of four rows. */
struct Square {
  Quad columns[4];

  Square(Quad a, Quad b, Quad c, Quad d) {
    const Quad low = __builtin_shufflevector(a, b, 0, 4, 1, 5), low2 = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const Quad high = __builtin_shufflevector(a, b, 2, 6, 3, 7), high2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    columns[0] = __builtin_shufflevector(low, low2, 0, 1, 4, 5);
    columns[1] = __builtin_shufflevector(low, low2, 2, 3, 6, 7);
    columns[2] = __builtin_shufflevector(high, high2, 0, 1, 4, 5);
    columns[3] = __builtin_shufflevector(high, high2, 2, 3, 6, 7);
  }

  /** Of rows that lie so many words apart. */
  Square(const float *from, size_t step)
      : Square(loadQuad(from), loadQuad(from + step), loadQuad(from + 2 * step), loadQuad(from + 3 * step)) {}
};

/** Writes the four rows of `from` as columns of `to`; steps from one row to the next. UNITS: words. */
inline void transposeSquare(float *to, size_t toStep, const float *from, size_t fromStep) {
  const Square square(from, fromStep);
  for (size_t i = 0; i < 4; i++) storeQuad(to + i * toStep, square.columns[i]);
}

} // namespace
