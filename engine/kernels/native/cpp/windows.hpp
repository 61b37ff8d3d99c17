#pragma once
#include <algorithm>

#include "record.hpp"
#include "transpose.hpp"

/**
 * Runs of words that are read through a View of windows, which nobody writes: engine/kernels/wasm/windows.ts. A word is named
 * by its place in the View's output. A row is some words along the View's last axis; columns are runs side by side. Twin:
 * assembly/windows.ts. Naive twin: engine/kernels/reference/view.ts.
 */
namespace {

constexpr uint32_t MAX_COLUMNS = 32;
/** Further than any guard's value. */
constexpr int32_t NOWHERE = 1 << 30;

class Windows {
public:
  /** A word's address, then the values of two guards at most. */
  typedef int32_t Position __attribute__((vector_size(16)));

  /** A walk over the View's output. */
  struct Cursor {
    Position at;
    uint32_t coordinates[MAX_RANK];
  };

private:
  /** Lanes `begin` to `end` − 1 of a vector: neighbouring columns whose words are neighbours too. */
  struct Segment {
    /** From the panel's first column to where the vector's first lane would be. */
    Position moved;
    int32_t begin;
    int32_t end;
  };

  /** A panel's columns. */
  struct Panel {
    uint32_t vectors;
    /** The first segment of each vector, and past the last one. */
    uint32_t first[MAX_COLUMNS / LANES + 1];
    Segment segment[MAX_COLUMNS];
    uint32_t columns;
    /** Addresses of the columns, from the first one on. */
    int32_t moved[MAX_COLUMNS];
    uint32_t moving;
    /** From the first column on: the least and the greatest value of each guard. */
    Position least;
    Position greatest;
  };

  const Record view;
  const float *const tensor;
  const uint32_t last;
  const Floats fill;
  Position steps[MAX_RANK];
  Position origin;
  Position bounds;
  uint32_t extents[MAX_RANK];
  /** Words of the output from one entry of an axis to the next. */
  uint32_t words[MAX_RANK];

  /** Whether all guards hold from one position to another. */
  bool isInside(Position least, Position greatest) const {
    const Position out = (least < 0) | (greatest >= bounds);
    return (out[1] | out[2] | out[3]) == 0;
  }
  /** Whether all guards hold for every column. */
  bool isInside(const Panel &panel, Position at) const { return isInside(at + panel.least, at + panel.greatest); }

  Panel divide(Cursor cursor, uint32_t axis, uint32_t count) const {
    Panel panel;
    panel.vectors = (count + LANES - 1) / LANES;
    panel.columns = count;
    panel.moving = movingGuard(steps[axis]);
    panel.least = panel.greatest = Position{};
    const Position start = cursor.at;
    Position lane{1};
    lane[panel.moving] = 1;
    uint32_t segments = 0;
    for (uint32_t column = 0; column < count;) {
      const uint32_t begin = column % LANES;
      if (begin == 0) panel.first[column / LANES] = segments;
      const uint32_t run = ::least(::least(count - column, LANES - begin), left(cursor, axis));
      const Position first = cursor.at - start, end = first + steps[axis] * static_cast<int32_t>(run - 1);
      panel.segment[segments++] = {first - lane * static_cast<int32_t>(begin), static_cast<int32_t>(begin),
                                   static_cast<int32_t>(begin + run)};
      for (uint32_t i = 0; i < run; i++) panel.moved[column + i] = first[0] + static_cast<int32_t>(i);
      panel.least = panel.least < first ? panel.least : first;
      panel.greatest = panel.greatest > end ? panel.greatest : end;
      move(cursor, axis, run);
      column += run;
    }
    panel.first[panel.vectors] = segments;
    return panel;
  }

  /** The guard that moves along columns, and alone along rows; a lane of none if there is no such guard. */
  static uint32_t movingGuard(Position unit) { return unit[1] != 0 ? 1 : unit[2] != 0 ? 2 : 3; }

  /** Which columns of a segment the moving guard admits: those from `low` to `high` − 1. */
  struct Reach {
    int32_t address;
    int32_t low;
    int32_t high;
  };

  /** @param still ones for every guard but the moving one */
  Reach reach(Position first, uint32_t moving, Position still) const {
    const Position out = ((first < 0) | (first >= bounds)) & still;
    const bool holds = (out[1] | out[2] | out[3]) == 0;
    return holds ? Reach{first[0], -first[moving], bounds[moving] - first[moving]} : Reach{0, NOWHERE, -NOWHERE};
  }

  static Position stillGuards(uint32_t moving) {
    const int32_t lane = static_cast<int32_t>(moving);
    return Position{0, 1, 2, 3} != lane;
  }

  /** The words of `count` columns that lie some words and guard values further than a reach. */
  template <typename Use>
  void readReach(const Reach &there, int32_t words, int32_t values, int32_t count, const Use &use) const {
    const int32_t low = std::max(there.low - values, 0), high = std::min(there.high - values, count);
    // Where no column holds, the address may be none of the tensor's.
    const float *from = tensor + (low < high ? there.address + words : 0);
    for (int32_t j = 0; j < count; j += LANES) use(j, between(low - j, high - j, from + j, fill));
  }

  /** Lanes `low` to `high` − 1 from the memory, the others as they are. */
  static Floats between(int32_t low, int32_t high, const float *from, Floats others) {
    return (lanes() >= low) & (lanes() < high) ? load(from) : others;
  }

  /** Calls `use(position, words)` for each row of the next `k` words. */
  template <typename Use> void eachRow(Cursor cursor, uint32_t k, const Use &use) const {
    while (k > 0) {
      const uint32_t row = least(k, left(cursor, last));
      use(cursor.at, row);
      move(cursor, last, row);
      k -= row;
    }
  }

  /** Packs words of a row, vector by vector; `segmentOf(s, i, others)` gives the lanes of segment s of word i. */
  template <typename SegmentOf>
  void packWords(float *to, uint32_t width, const Panel &panel, int32_t count, const SegmentOf &segmentOf) const {
    for (int32_t i = 0; i < count; i++, to += width) {
      for (uint32_t v = 0; v < panel.vectors; v++) {
        Floats value = fill;
        for (uint32_t s = panel.first[v]; s < panel.first[v + 1]; s++) value = segmentOf(s, i, value);
        store(to + v * LANES, value);
      }
    }
  }

  /** Packs four words of a row, all of whose guards hold, and which are neighbours in the memory. */
  void packSquares(float *to, uint32_t width, const Panel &panel, const float *from) const {
    for (uint32_t column = 0; column < panel.columns; column += 4) {
      const auto words = [&](uint32_t i) { return loadQuad(from + panel.moved[::least(column + i, panel.columns - 1)]); };
      const Square square(words(0), words(1), words(2), words(3));
      for (uint32_t i = 0; i < 4; i++) storeQuad(to + i * width + column, square.columns[i]);
    }
  }

  void packInside(float *to, uint32_t width, const Panel &panel, Position at, uint32_t count) const {
    const float *from = tensor + at[0];
    const int32_t words = steps[last][0];
    // Many short segments take longer than turning squares.
    const bool isTurned = words == 1 && panel.first[panel.vectors] > panel.columns / 8;
    for (; isTurned && count >= 4; count -= 4, from += 4, to += 4 * width) packSquares(to, width, panel, from);
    packWords(to, width, panel, count, [&](uint32_t s, int32_t i, Floats others) {
      const Segment &segment = panel.segment[s];
      return between(segment.begin, segment.end, from + segment.moved[0] + i * words, others);
    });
  }

  void packGuarded(float *to, uint32_t width, const Panel &panel, Position at, uint32_t count) const {
    const int32_t words = steps[last][0], values = steps[last][panel.moving];
    const Position still = stillGuards(panel.moving);
    Reach reaches[MAX_COLUMNS];
    for (uint32_t s = 0; s < panel.first[panel.vectors]; s++)
      reaches[s] = reach(at + panel.segment[s].moved, panel.moving, still);
    packWords(to, width, panel, count, [&](uint32_t s, int32_t i, Floats others) {
      const Reach &there = reaches[s];
      const int32_t low = std::max(there.low - i * values, panel.segment[s].begin);
      const int32_t high = std::min(there.high - i * values, panel.segment[s].end);
      // Where no column holds, the address may be none of the tensor's.
      return between(low, high, tensor + (low < high ? there.address + i * words : 0), others);
    });
  }

public:
  Windows(const Record &view, const float *tensor)
      : view(view), tensor(tensor), last(view.rank() - 1), fill(splatWord(view.fill())) {
    origin = Position{static_cast<int32_t>(view.offset(0))};
    bounds = Position{} + NOWHERE;
    for (uint32_t axis = view.rank(), flat = 1; axis-- > 0; flat *= extents[axis]) {
      extents[axis] = view.extent(axis);
      words[axis] = flat;
      steps[axis] = Position{static_cast<int32_t>(wordAt(view.strides(0) + 4 * axis))};
    }
    for (uint32_t g = 0; g < view.guards(); g++) {
      const Guard guard = view.guard(g);
      origin[0] += guard.offset * guard.stride;
      origin[g + 1] = guard.offset;
      bounds[g + 1] = guard.bound;
      for (uint32_t axis = 0; axis <= last; axis++) {
        steps[axis][0] += guard.coefficients[axis] * guard.stride;
        steps[axis][g + 1] = guard.coefficients[axis];
      }
    }
  }

  Cursor seek(uint32_t flat) const {
    Cursor cursor;
    cursor.at = origin;
    for (uint32_t axis = 0; axis <= last; axis++) {
      cursor.coordinates[axis] = flat / words[axis];
      flat %= words[axis];
      cursor.at += steps[axis] * static_cast<int32_t>(cursor.coordinates[axis]);
    }
    return cursor;
  }

  /** The axis whose entries lie so many words apart. */
  uint32_t axisOf(uint32_t step) const {
    uint32_t axis = last;
    while (axis > 0 && words[axis] != step) axis--;
    return axis;
  }

  /** Entries of an axis from a word on. */
  uint32_t left(const Cursor &cursor, uint32_t axis) const { return extents[axis] - cursor.coordinates[axis]; }

  /** Goes on by at most so many entries of an axis as are left, to the next entry of those before it where it ends. */
  void move(Cursor &cursor, uint32_t axis, uint32_t entries) const {
    cursor.at += steps[axis] * static_cast<int32_t>(entries);
    cursor.coordinates[axis] += entries;
    for (; cursor.coordinates[axis] == extents[axis] && axis > 0; axis--) {
      cursor.at += steps[axis - 1] - steps[axis] * static_cast<int32_t>(extents[axis]);
      cursor.coordinates[axis] = 0;
      cursor.coordinates[axis - 1]++;
    }
  }

  /**
   * Packs the next `k` words of `count` runs as [k][width]; lanes past the last run hold anything. The first run begins at word
   * `first` of the View, `step` words before the next. ASSUMES: LANES − 1 words around the tensor may be read.
   */
  void pack(float *to, uint32_t width, uint32_t first, uint32_t step, uint32_t count, uint32_t k) const {
    const Cursor cursor = seek(first);
    const Panel panel = divide(cursor, axisOf(step), count);
    eachRow(cursor, k, [&](Position at, uint32_t row) {
      // A border of the image may lie before a part of the row and behind another.
      for (uint32_t part; row > 0; row -= part, to += width * part) {
        const bool inside = isInside(panel, at);
        const auto isLike = [&](uint32_t i) {
          return isInside(panel, at + steps[last] * static_cast<int32_t>(i)) == inside;
        };
        part = inside && isLike(row - 1) ? row : 1;
        while (part < row && isLike(part)) part++;
        if (inside) packInside(to, width, panel, at, part);
        else packGuarded(to, width, panel, at, part);
        at += steps[last] * static_cast<int32_t>(part);
      }
    });
  }

  /**
   * Calls `use(i, j, value)` for words i of the runs of `count` columns from the cursor's on, a vector at a time from column j
   * on, but for rows of nothing but fill where that is `none`. ASSUMES: neighbours along an axis; LANES − 1 words around the
   * tensor may be read.
   */
  template <typename Use>
  void read(const Cursor &cursor, uint32_t axis, uint32_t count, uint32_t k, uint32_t none, const Use &use) const {
    const uint32_t moving = movingGuard(steps[axis]);
    const Position still = stillGuards(moving);
    uint32_t first = 0;
    eachRow(cursor, k, [&](Position at, uint32_t row) {
      const Reach there = reach(at, moving, still);
      const bool isNone = there.low == NOWHERE && view.fill() == none;
      for (uint32_t i = 0; i < row && !isNone; i++)
        readReach(there, i * steps[last][0], i * steps[last][moving], count,
                  [&](int32_t j, Floats value) { use(first + i, j, value); });
      first += row;
    });
  }
};

} // namespace
