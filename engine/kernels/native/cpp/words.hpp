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
  uint32_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, words);
  for (; i < count; i++) to[i] = word;
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
