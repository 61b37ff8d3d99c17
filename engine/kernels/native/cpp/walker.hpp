#pragma once
#include "record.hpp"
#include "words.hpp"

namespace {

/**
 * A walk over output coordinates in row-major order that keeps the value of up to 18 linear functions of them: operand
 * addresses, guards, the position in the output. All arithmetic is modulo 2³², which is exact for validated programs.
 * Axes of one entry are dropped, and neighbours on which every function is linear as one axis are merged.
 * Twin: assembly/walker.ts.
 */
struct Walker {
  static constexpr uint32_t FUNCTIONS = 18;

  uint32_t rank;
  uint32_t functions = 0;
  uint32_t extents[MAX_RANK];
  uint32_t coordinates[MAX_RANK] = {};
  uint32_t values[FUNCTIONS];
  uint32_t coefficients[FUNCTIONS][MAX_RANK];

  explicit Walker(const Record &record) : rank(record.rank()) {
    for (uint32_t axis = 0; axis < rank; axis++) extents[axis] = record.extent(axis);
  }

  /** Adds the function offset + Σ coefficients·o. */
  void add(uint32_t offset, const uint8_t *from) {
    values[functions] = offset;
    std::memcpy(coefficients[functions++], from, sizeof coefficients[0]);
  }
  void addOperand(const Record &record, uint32_t operand) { add(record.offset(operand), record.strides(operand)); }

  /** Adds the row-major position in the output. */
  void addOutput() {
    values[functions] = 0;
    uint32_t stride = 1;
    for (uint32_t axis = rank; axis-- > 0;) {
      coefficients[functions][axis] = stride;
      stride *= extents[axis];
    }
    functions++;
  }

  /** Drops and merges axes; call it once, after the functions. With `keepLast` the last axis stays itself. */
  void collapse(bool keepLast = false) {
    uint32_t kept = 0;
    for (uint32_t axis = 0; axis < rank; axis++) {
      const uint32_t entries = extents[axis];
      const bool fixed = keepLast && axis == rank - 1;
      if (entries == 1 && !fixed) continue;
      const bool merged = kept > 0 && !fixed && isMergeable(kept - 1, axis);
      const uint32_t target = merged ? kept - 1 : kept++;
      extents[target] = merged ? extents[target] * entries : entries;
      for (uint32_t f = 0; f < functions; f++) coefficients[f][target] = coefficients[f][axis];
    }
    if (kept == 0) {
      kept = 1;
      extents[0] = 1;
      for (uint32_t f = 0; f < functions; f++) coefficients[f][0] = 0;
    }
    rank = kept;
  }

  /** Exchanges two axes, so that the caller works along another one. The walk is then no longer in row-major order. */
  void exchange(uint32_t one, uint32_t other) {
    const auto swap = [](uint32_t &a, uint32_t &b) {
      const uint32_t before = a;
      a = b;
      b = before;
    };
    swap(extents[one], extents[other]);
    for (uint32_t f = 0; f < functions; f++) swap(coefficients[f][one], coefficients[f][other]);
  }

  uint32_t last() const { return rank - 1; }
  /** Entries of the last axis, along which the caller works; `next` goes to the following row. */
  uint32_t innerExtent() const { return extents[last()]; }
  uint32_t innerCoefficient(uint32_t f) const { return coefficients[f][last()]; }

  /** Goes to the start of the next row; false after the last one. */
  bool next() {
    for (uint32_t axis = last(); axis-- > 0;) {
      const bool more = coordinates[axis] + 1 < extents[axis];
      coordinates[axis] = more ? coordinates[axis] + 1 : 0;
      for (uint32_t f = 0; f < functions; f++) {
        const uint32_t stride = coefficients[f][axis];
        values[f] += more ? stride : 0 - stride * (extents[axis] - 1);
      }
      if (more) return true;
    }
    return false;
  }

  /**
   * Goes to the output word of a flat index. ASSUMES: a walker just opened, of function 0 only; for `read`, which may go on
   * inside a row.
   */
  void seek(uint32_t flat) {
    for (uint32_t axis = rank; axis-- > 0; flat /= extents[axis]) {
      coordinates[axis] = flat % extents[axis];
      if (axis != last()) values[0] += coordinates[axis] * coefficients[0][axis];
    }
  }

  /** Where the next `count` words that function 0 addresses lie, if they are neighbours in one row; else null. */
  const float *skip(const float *tensor, uint32_t count) {
    const uint32_t at = coordinates[last()];
    if (innerCoefficient(0) != 1 || count > innerExtent() - at) return nullptr;
    const float *there = tensor + (values[0] + at);
    advance(at, count);
    return there;
  }

  /** Copies the next `count` words that function 0 addresses, in output order; may stop inside a row and go on later. */
  void read(const float *tensor, float *to, uint32_t count) {
    const uint32_t stride = innerCoefficient(0);
    const bool isShort = innerExtent() < SHORT && rank > 1;
    while (count > 0) {
      const uint32_t at = coordinates[last()];
      if (isShort && at == 0 && count >= innerExtent()) {
        const uint32_t words = readRows(tensor, to, count / innerExtent()) * innerExtent();
        to += words;
        count -= words;
        continue;
      }
      const uint32_t run = least(count, innerExtent() - at);
      copyRun(to, tensor + (values[0] + at * stride), static_cast<int32_t>(stride), run);
      to += run;
      count -= run;
      advance(at, run);
    }
  }

private:
  /** Rows shorter than this are copied several at a time: going from one to the next costs as much as some words. */
  static constexpr uint32_t SHORT = 16;

  /** Copies at most `most` of the next rows, all of which differ on the axis before the last only; how many. */
  uint32_t readRows(const float *tensor, float *to, uint32_t most) {
    const uint32_t axis = last() - 1, stride = innerCoefficient(0), across = coefficients[0][axis];
    const uint32_t rows = least(most, extents[axis] - coordinates[axis]);
    uint32_t start = values[0];
    if (innerExtent() == 2 && across == 1) {
      interleave(to, tensor + start, tensor + start + stride, rows);
    } else {
      for (uint32_t row = 0; row < rows; row++, start += across) {
        for (uint32_t i = 0; i < innerExtent(); i++) *to++ = tensor[start + i * stride];
      }
    }
    // To the last of them, and from there as ever.
    coordinates[axis] += rows - 1;
    values[0] += (rows - 1) * across;
    next();
    return rows;
  }

  void advance(uint32_t at, uint32_t run) {
    const bool ended = at + run == innerExtent();
    coordinates[last()] = ended ? 0 : at + run;
    if (ended) next();
  }


  bool isMergeable(uint32_t outer, uint32_t inner) const {
    for (uint32_t f = 0; f < functions; f++) {
      if (coefficients[f][outer] != coefficients[f][inner] * extents[inner]) return false;
    }
    return true;
  }
};

} // namespace
