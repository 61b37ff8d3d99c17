#pragma once
#include <cstring>

#include "vector.hpp"

/**
 * Copies of runs of words. Words travel as floats: a copy changes no bit, and x86-64 and ARM move floats without looking at
 * them. UNITS: strides in words.
 */
namespace {

inline void fillRun(float *to, float word, uint32_t count) {
  const Floats words = splat(word);
  const Quad four = {word, word, word, word};
  uint32_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, words);
  for (; i + 4 <= count; i += 4) storeQuad(to + i, four);
  for (; i < count; i++) to[i] = word;
}

/** Copies few neighbouring words. */
inline void copyFew(float *to, const float *from, uint32_t count) {
  uint32_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, load(from + i));
  for (; i + 4 <= count; i += 4) storeQuad(to + i, loadQuad(from + i));
  for (; i < count; i++) to[i] = from[i];
}

/** Copies `count` words of each of two runs in turns. */
inline void interleave(float *to, const float *a, const float *b, uint32_t count) {
  uint32_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const Quad x = loadQuad(a + i), y = loadQuad(b + i);
    storeQuad(to + 2 * i, __builtin_shufflevector(x, y, 0, 4, 1, 5));
    storeQuad(to + 2 * i + 4, __builtin_shufflevector(x, y, 2, 6, 3, 7));
  }
  for (; i < count; i++) {
    to[2 * i] = a[i];
    to[2 * i + 1] = b[i];
  }
}

/** Copies `count` words that lie `stride` words apart to consecutive words. */
inline void copyRun(float *to, const float *from, int32_t stride, uint32_t count) {
  if (stride == 1) {
    std::memcpy(to, from, size_t{count} * 4);
  } else if (stride == 0) {
    fillRun(to, *from, count);
  } else {
    for (uint32_t i = 0; i < count; i++, from += stride) to[i] = *from;
  }
}

} // namespace
