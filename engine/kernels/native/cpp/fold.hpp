#pragma once
#include "functions.hpp"
#include "transpose.hpp"
#include "walker.hpp"
#include "windows.hpp"

/**
 * SPEC: Fold. ORDER: sixteen partial results, entry i of a run to partial i mod 16, then partials j and j + h are joined for
 * h = 8, 4, 2, 1. Naive twin: engine/kernels/reference/fold.ts.
 */
namespace {

constexpr uint32_t PARTIALS = 16;
/** Vectors that hold the partials. */
constexpr uint32_t PARTS = PARTIALS / LANES;

constexpr uint32_t SUM = 1;
constexpr uint32_t MAX = 2;

typedef float Eight __attribute__((vector_size(32)));

struct Sum {
  template <typename Vector> static Vector join(Vector a, Vector b) { return a + b; }
  static Floats start() { return Floats{}; }
};

struct Max {
  template <typename Vector> static Vector join(Vector a, Vector b) { return a < b ? b : a; }
  static Floats start() { return splatWord(0xff800000); }
};

template <typename Join> float joinFour(Quad lanes) {
  const Quad halves = Join::join(lanes, __builtin_shufflevector(lanes, lanes, 2, 3, 2, 3));
  return Join::join(halves, __builtin_shufflevector(halves, halves, 1, 1, 1, 1))[0];
}

template <typename Join> float joinEight(Eight lanes) {
  return joinFour<Join>(
      Join::join(__builtin_shufflevector(lanes, lanes, 0, 1, 2, 3), __builtin_shufflevector(lanes, lanes, 4, 5, 6, 7)));
}

template <typename Join> float joinPartials(const Floats (&parts)[PARTS]) {
#if LANES == 16
  const Floats all = parts[0];
  return joinEight<Join>(Join::join(__builtin_shufflevector(all, all, 0, 1, 2, 3, 4, 5, 6, 7),
                                    __builtin_shufflevector(all, all, 8, 9, 10, 11, 12, 13, 14, 15)));
#elif LANES == 8
  return joinEight<Join>(Join::join(parts[0], parts[1]));
#else
  return joinFour<Join>(Join::join(Join::join(parts[0], parts[2]), Join::join(parts[1], parts[3])));
#endif
}

/** 16 words of ones, then 16 zero words: from word 16 − n on it selects the first n of 16 partials. */
alignas(64) constexpr int32_t MASK[2 * PARTIALS] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

/**
 * Folds `count` vectors' entries that `entry(word)` gives. What a last part of fewer than 16 words lacks joins as the start,
 * which changes nothing: a sum's partial is never −0. ASSUMES: 60 bytes past a run may be read.
 */
template <typename Join, typename Entry> float foldRun(uint32_t count, Entry entry) {
  Floats parts[PARTS];
  for (uint32_t p = 0; p < PARTS; p++) parts[p] = Join::start();
  const uint32_t whole = count / PARTIALS * PARTIALS;
  for (uint32_t i = 0; i < whole; i += PARTIALS) {
    for (uint32_t p = 0; p < PARTS; p++) parts[p] = Join::join(parts[p], entry(i + p * LANES));
  }
  if (count > whole) {
    const int32_t *const mask = MASK + PARTIALS - (count - whole);
    for (uint32_t p = 0; p < PARTS; p++) {
      Ints present;
      std::memcpy(&present, mask + p * LANES, sizeof present);
      parts[p] = Join::join(parts[p], present != 0 ? entry(whole + p * LANES) : Join::start());
    }
  }
  return joinPartials<Join>(parts);
}

float foldWords(uint32_t fn, uint32_t count, const float *a, const float *b) {
  if (fn == SUM) return foldRun<Sum>(count, [=](uint32_t i) { return load(a + i); });
  if (fn == MAX) return foldRun<Max>(count, [=](uint32_t i) { return load(a + i); });
  return foldRun<Sum>(count, [=](uint32_t i) { return load(a + i) * load(b + i); });
}

/**
 * Folds runs of four words that lie one after the other, as those of a pool do, four at a time; how many of them. ORDER: as of
 * a single run.
 */
template <typename Join> uint32_t foldFours(float *to, const float *a, uint32_t rows) {
  const Quad start = Quad{} + Join::start()[0];
  uint32_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    Square square(a + 4 * row, 4);
    for (Quad &column : square.columns) column = Join::join(start, column);
    const auto &[w, x, y, z] = square.columns;
    storeQuad(to + row, Join::join(Join::join(w, y), Join::join(x, z)));
  }
  return row;
}

/** A word a row. */
void foldRows(uint32_t fn, float *to, const float *a, const float *b, uint32_t rows, uint32_t columns) {
  const bool isFours = columns == 4 && (fn == SUM || fn == MAX);
  const uint32_t done = !isFours ? 0 : fn == MAX ? foldFours<Max>(to, a, rows) : foldFours<Sum>(to, a, rows);
  a += done * columns;
  b += done * columns;
  for (uint32_t row = done; row < rows; row++, a += columns, b += columns) to[row] = foldWords(fn, columns, a, b);
}

/** Runs side by side, their words `word` words apart. */
struct Columns {
  const float *first;
  size_t word;

  Floats at(uint32_t i, uint32_t column) const { return load(first + i * word + column); }
};

/** Joins the partial results of PARTIALS runs. */
template <typename Join> void joinColumns(float *results, Floats (&partials)[PARTIALS][PARTS]) {
  for (uint32_t h = PARTIALS / 2; h > 0; h /= 2) {
    for (uint32_t p = 0; p < h; p++) {
      for (uint32_t v = 0; v < PARTS; v++) partials[p][v] = Join::join(partials[p][v], partials[p + h][v]);
    }
  }
  for (uint32_t v = 0; v < PARTS; v++) store(results + v * LANES, partials[0][v]);
}

/** Folds PARTIALS runs of `k` words each, whose entries `entry(word, first column)` gives. ORDER: as of a single run. */
template <typename Join, typename Entry> void foldColumns(float *results, uint32_t k, Entry entry) {
  Floats partials[PARTIALS][PARTS];
  for (uint32_t p = 0; p < PARTIALS; p++) {
    for (Floats &sum : partials[p]) sum = Join::start();
    for (uint32_t i = p; i < k; i += PARTIALS) {
      for (uint32_t v = 0; v < PARTS; v++) partials[p][v] = Join::join(partials[p][v], entry(i, v * LANES));
    }
  }
  joinColumns<Join>(results, partials);
}

void foldColumns(float *results, uint32_t fn, uint32_t k, const Columns &a, const Columns &b) {
  if (fn == SUM) return foldColumns<Sum>(results, k, [&](uint32_t i, uint32_t c) { return a.at(i, c); });
  if (fn == MAX) return foldColumns<Max>(results, k, [&](uint32_t i, uint32_t c) { return a.at(i, c); });
  return foldColumns<Sum>(results, k, [&](uint32_t i, uint32_t c) { return a.at(i, c) * b.at(i, c); });
}

/**
 * Folds whose runs lie side by side along an axis, their words apart. Without such an axis, as in a thread's part of one entry
 * of it, one run is folded at a time. ASSUMES: 60 bytes past an operand may be read. Twin: assembly/fold-columns.ts.
 */
void foldTurned(const Call &call) {
  const Record record(call);
  const uint32_t fn = record.fn(), runs = fn == SUM || fn == MAX ? 1 : 2, position = record.operands();
  const bool hasInit = position > runs;
  Walker walker(record);
  for (uint32_t i = 0; i < position; i++) walker.addOperand(record, i);
  walker.addOutput();
  walker.collapse();
  const auto isSideBySide = [&](uint32_t axis) {
    return walker.coefficients[0][axis] == 1 && walker.coefficients[runs - 1][axis] == 1;
  };
  uint32_t axis = 0;
  while (axis < walker.last() && !isSideBySide(axis)) axis++;
  if (axis != walker.last()) walker.exchange(axis, walker.last());
  const uint32_t together = isSideBySide(walker.last()) ? PARTIALS : 1;
  const auto columns = [&](uint32_t operand, uint32_t first) -> Columns {
    const uint32_t start = walker.values[operand] + first * walker.innerCoefficient(operand);
    return {tensorOf(call, operand) + start, record.runStep(operand)};
  };
  do {
    float *out = outputOf(call) + walker.values[position];
    for (uint32_t first = 0; first < walker.innerExtent(); first += together) {
      alignas(64) float results[PARTIALS];
      foldColumns(results, fn, record.k(), columns(0, first), columns(runs - 1, first));
      const uint32_t count = least(together, walker.innerExtent() - first);
      for (uint32_t c = 0; c < count; c++) {
        float result = results[c];
        if (hasInit) {
          const float init = tensorOf(call, runs)[walker.values[runs] + (first + c) * walker.innerCoefficient(runs)];
          result = fn == MAX ? greater(init, result) : init + result;
        }
        out[(first + c) * walker.innerCoefficient(position)] = canonical(result);
      }
    }
  } while (walker.next());
}

/** Folds whose runs are read through a window, PARTIALS of a row of windows at a time. ORDER: as of a single run. */
template <typename Join> void foldWindows(const Call &call) {
  const Record record(call);
  const bool hasInit = record.operands() > 1;
  Walker walker(record);
  walker.addOperand(record, 0);
  walker.addOutput();
  if (hasInit) walker.addOperand(record, 1);
  walker.collapse();
  const Windows windows(record.window(), tensorOf(call, 0));
  const uint32_t axis = windows.axisOf(walker.innerCoefficient(0));
  do {
    float *out = outputOf(call) + walker.values[1];
    Windows::Cursor cursor = windows.seek(walker.values[0]);
    for (uint32_t first = 0, count = 0; first < walker.innerExtent(); first += count) {
      count = least(least(PARTIALS, walker.innerExtent() - first), windows.left(cursor, axis));
      Floats partials[PARTIALS][PARTS];
      for (auto &parts : partials) {
        for (Floats &part : parts) part = Join::start();
      }
      const auto joinWord = [&](uint32_t i, uint32_t column, Floats value) {
        Floats &part = partials[i % PARTIALS][column / LANES];
        part = Join::join(part, value);
      };
      // Joining what partials start with changes nothing: a sum's is never −0.
      const uint32_t none = __builtin_bit_cast(uint32_t, Join::start()[0]);
      windows.read(cursor, axis, count, record.k(), none, joinWord);
      alignas(64) float results[PARTIALS];
      joinColumns<Join>(results, partials);
      for (uint32_t c = 0; c < count; c++) {
        float result = results[c];
        if (hasInit) {
          const float init = tensorOf(call, 1)[walker.values[2] + (first + c) * walker.innerCoefficient(2)];
          result = Join::join(init, result);
        }
        out[first + c] = canonical(result);
      }
      windows.move(cursor, axis, count);
    }
  } while (walker.next());
}

void fold(const Call &call) {
  const Record record(call);
  if (record.hasWindow()) return record.fn() == MAX ? foldWindows<Max>(call) : foldWindows<Sum>(call);
  if (record.runStep(0) > 1 || record.runStep(1) > 1) return foldTurned(call);
  const uint32_t fn = record.fn(), k = record.k(), l = record.l();
  const uint32_t runs = fn == SUM || fn == MAX ? 1 : 2;
  const bool hasInit = record.operands() > runs;
  Walker walker(record);
  for (uint32_t i = 0; i < record.operands(); i++) walker.addOperand(record, i);
  // Only the last entry of a blocked axis may have a shorter run.
  const bool ragged = l % k != 0;
  walker.collapse(ragged);

  const uint32_t count = walker.innerExtent();
  float *out = outputOf(call);
  // An operand that is not there is never read.
  const auto entry = [&](bool isThere, uint32_t operand, uint32_t j) -> const float * {
    if (!isThere) return nullptr;
    return tensorOf(call, operand) + walker.values[operand] + j * walker.innerCoefficient(operand);
  };
  do {
    for (uint32_t j = 0; j < count; j++) {
      const uint32_t run = ragged && j == count - 1 ? l - j * k : k;
      float result = foldWords(fn, run, entry(true, 0, j), entry(runs == 2, 1, j));
      if (hasInit) {
        const float init = *entry(true, runs, j);
        result = fn == MAX ? greater(init, result) : init + result;
      }
      *out++ = canonical(result);
    }
  } while (walker.next());
}

} // namespace
