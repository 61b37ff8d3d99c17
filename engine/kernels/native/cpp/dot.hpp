#pragma once
#include <optional>

#include "transpose.hpp"
#include "walker.hpp"
#include "windows.hpp"

/** SPEC: Dot. Naive twin: engine/kernels/reference/dot.ts. */
namespace {

/** SPEC: words of one block sum. */
constexpr uint32_t BLOCK = 256;

/** Outputs of one micro-kernel call: rows × vectors of lanes. So many sums fit the registers without spills. */
constexpr uint32_t ROWS = LANES == 16 ? 8 : 6;
constexpr uint32_t VECTORS = 2;
constexpr uint32_t PANEL = VECTORS * LANES;

/** Packed words of a strip of columns: 512 KiB, which a second cache of 1 MiB keeps while all rows pass by. */
constexpr uint32_t STRIP_WORDS = 1 << 17;
constexpr uint32_t STRIP_COLUMNS = 256;
/** Words of a run that are packed together. */
constexpr uint32_t STRIP_DEPTH = 4 * BLOCK;
static_assert(STRIP_COLUMNS % PANEL == 0 && STRIP_WORDS * 4 <= SCRATCH_BYTES && STRIP_DEPTH * PANEL <= STRIP_WORDS);

/** Runs of words: `step` words from one run to the next, `word` words from one of its words to the next. */
struct Runs {
  const float *first;
  size_t step;
  size_t word;

  Runs from(size_t run, uint32_t i) const { return {first + run * step + i * word, step, word}; }
};

/** The runs that take the lanes: words in a tensor, or what windows show. */
struct LaneRuns {
  Runs runs;
  /** Null: there are none. */
  const Windows *windows;
  /** Where the windows show the first run, and words from there to the next. */
  uint32_t first;
  uint32_t step;

  /** `count` runs from `column` on, `k` words from `word` on, as [k][width]. */
  void pack(float *to, uint32_t width, uint32_t column, uint32_t word, uint32_t count, uint32_t k) const;
};

/** Words of a matrix: row r, column c lies at `first + r·row + c·column`. UNITS: words. */
template <typename Word> struct Matrix {
  /** Null: there is none. */
  Word *first;
  size_t row;
  size_t column;

  Matrix from(size_t r, size_t c) const {
    return first == nullptr ? *this : Matrix{first + r * row + c * column, row, column};
  }
};

using Outputs = Matrix<float>;
/** What is added to a block's sums: init, or the blocks before. */
using Totals = Matrix<const float>;

/** Packs `count` runs of `k` words as [k][width]; lanes past the last run are zero. */
void packPanel(float *to, uint32_t width, const Runs &runs, uint32_t count, uint32_t k) {
  if (count < width) std::memset(to, 0, size_t{k} * width * 4);
  if (runs.step == 1) {
    // Side by side in the memory: a row of the panel is a copy.
    for (uint32_t i = 0; i < k; i++) copyFew(to + i * width, runs.first + i * runs.word, count);
    return;
  }
  const uint32_t squares = runs.word == 1 ? k / 4 * 4 : 0, whole = count / 4 * 4;
  for (uint32_t lane = 0; lane < whole; lane += 4) {
    for (uint32_t i = 0; i < squares; i += 4)
      transposeSquare(to + i * width + lane, width, runs.first + lane * runs.step + i, runs.step);
  }
  for (uint32_t lane = 0; lane < count; lane++) {
    for (uint32_t i = lane < whole ? squares : 0; i < k; i++)
      to[i * width + lane] = runs.first[lane * runs.step + i * runs.word];
  }
}

void LaneRuns::pack(float *to, uint32_t width, uint32_t column, uint32_t word, uint32_t count, uint32_t k) const {
  if (windows == nullptr) packPanel(to, width, runs.from(column, word), count, k);
  else windows->pack(to, width, first + column * step + word, step, count, k);
}

/** Width of the panel that begins `columns` before the end: one vector where that is enough. */
constexpr uint32_t panelWidth(uint32_t columns) { return columns > LANES ? PANEL : LANES; }

/**
 * Sums of one block for R rows, whose words lie W apart, and a panel of V vectors. ORDER: each lane starts at +0 and adds
 * products in ascending k. A NaN may be cleaned after any block: it stays one. ASSUMES: columns of outputs are
 * neighbours, those of totals too, or one word.
 */
template <uint32_t R, uint32_t V, uint32_t W>
void blockSums(uint32_t k, const Runs &a, const float *panel, const Totals &totals, const Outputs &out) {
  Floats sums[R][V] = {};
  const float *rows[R];
#pragma GCC unroll 8
  for (uint32_t r = 0; r < R; r++) rows[r] = a.first + r * a.step;
  for (uint32_t i = 0; i < k; i++, panel += V * LANES) {
    Floats b[V];
#pragma GCC unroll 2
    for (uint32_t v = 0; v < V; v++) b[v] = load(panel + v * LANES);
#pragma GCC unroll 8
    for (uint32_t r = 0; r < R; r++) {
      const Floats x = splat(rows[r][i * W]);
#pragma GCC unroll 2
      for (uint32_t v = 0; v < V; v++) sums[r][v] += x * b[v];
    }
  }
  const auto finish = [&](auto add) {
#pragma GCC unroll 8
    for (uint32_t r = 0; r < R; r++) {
#pragma GCC unroll 2
      for (uint32_t v = 0; v < V; v++)
        store(out.first + r * out.row + v * LANES,
              canonical(add(sums[r][v], totals.first + r * totals.row + v * LANES * totals.column)));
    }
  };
  if (totals.first == nullptr) finish([](Floats sum, const float *) { return sum; });
  else if (totals.column == 0) finish([](Floats sum, const float *total) { return splat(*total) + sum; });
  else finish([](Floats sum, const float *total) { return load(total) + sum; });
}

using BlockSums = void (*)(uint32_t, const Runs &, const float *, const Totals &, const Outputs &);

template <uint32_t V, uint32_t W> BlockSums blockSumsOf(uint32_t rows) {
  static_assert(ROWS <= 8);
  constexpr BlockSums bySize[] = {blockSums<1, V, W>, blockSums<2, V, W>, blockSums<3, V, W>, blockSums<4, V, W>,
                                  blockSums<5, V, W>, blockSums<6, V, W>, blockSums<7, V, W>, blockSums<8, V, W>};
  return bySize[rows - 1];
}

/** @param word 1, or ROWS for packed rows */
BlockSums blockSumsOf(uint32_t rows, uint32_t width, size_t word) {
  if (word == 1) return width == LANES ? blockSumsOf<1, 1>(rows) : blockSumsOf<VECTORS, 1>(rows);
  return width == LANES ? blockSumsOf<1, ROWS>(rows) : blockSumsOf<VECTORS, ROWS>(rows);
}

/** One block of at most ROWS × PANEL outputs; what does not fill its vectors goes through a tile of its own. */
void tile(uint32_t k, uint32_t rows, uint32_t columns, const Runs &a, const float *panel, const Totals &totals,
          const Outputs &out) {
  const uint32_t width = panelWidth(columns);
  const BlockSums sums = blockSumsOf(rows, width, a.word);
  if (columns == width && out.column == 1 && totals.column <= 1) {
    sums(k, a, panel, totals, out);
    return;
  }
  alignas(64) float edge[ROWS * PANEL];
  sums(k, a, panel, {nullptr, 0, 1}, {edge, width, 1});
  for (uint32_t r = 0; r < rows; r++) {
    for (uint32_t c = 0; c < columns; c++) {
      const float sum = edge[r * width + c];
      const float total = totals.first == nullptr ? sum : *totals.from(r, c).first + sum;
      *out.from(r, c).first = canonical(total);
    }
  }
}

/** Words from one copied row to the next: rows that lie a power of two apart would share few sets of the first cache. */
constexpr uint32_t COPY_STEP = BLOCK + 16;

/** A block of at most ROWS runs where a tile can read it: in place, copied together, or packed if their words lie apart. */
Runs rowsOfTile(float *copy, Runs rows, uint32_t count, uint32_t k, bool isCopied) {
  if (rows.word != 1) {
    packPanel(copy, ROWS, rows, count, k);
    return {copy, 1, ROWS};
  }
  if (!isCopied) return rows;
  for (uint32_t r = 0; r < count; r++) std::memcpy(copy + r * COPY_STEP, rows.from(r, 0).first, size_t{k} * 4);
  return {copy, COPY_STEP, 1};
}

/** A matrix product: output (r, c) is the dot product of run r of `a` and run c of `b`. */
struct Product {
  uint32_t k;
  uint32_t rows;
  uint32_t columns;
  Runs a;
  LaneRuns b;
  Totals init;
  Outputs out;
  float *panels;

  /** The words from `start` to `end` − 1 of all runs, for `width` columns from `column` on. */
  void strip(uint32_t column, uint32_t width, uint32_t start, uint32_t end) const {
    const uint32_t padded = (width + LANES - 1) / LANES * LANES;
    for (uint32_t word = start; word < end; word += BLOCK) {
      const uint32_t block = least(BLOCK, end - word);
      float *to = panels + (word - start) * padded;
      for (uint32_t c = 0; c < width; c += PANEL)
        b.pack(to + c * block, panelWidth(width - c), column + c, word, least(PANEL, width - c), block);
    }
    alignas(64) float copy[ROWS * COPY_STEP];
    for (uint32_t r = 0; r < rows; r += ROWS) {
      const uint32_t height = least(ROWS, rows - r);
      for (uint32_t word = start; word < end; word += BLOCK) {
        const uint32_t block = least(BLOCK, end - word);
        // A copy pays where several panels use it.
        const Runs own = rowsOfTile(copy, a.from(r, word), height, block, width > 4 * PANEL);
        const Outputs to = out.from(r, column);
        const Totals totals = word == 0 ? init.from(r, column) : Totals{to.first, to.row, to.column};
        const float *panel = panels + (word - start) * padded;
        for (uint32_t c = 0; c < width; c += PANEL)
          tile(block, height, least(PANEL, width - c), own, panel + c * block, totals.from(0, c), to.from(0, c));
      }
    }
  }

  void run() const {
    // A panel that few rows use is used while it is still in the first cache.
    const bool isFlat = rows <= ROWS;
    const uint32_t depth = isFlat ? BLOCK : least(k, STRIP_DEPTH);
    const uint32_t width = isFlat ? PANEL : least(STRIP_COLUMNS, STRIP_WORDS / depth / PANEL * PANEL);
    for (uint32_t column = 0; column < columns; column += width) {
      for (uint32_t start = 0; start < k; start += depth)
        strip(column, least(width, columns - column), start, least(k, start + depth));
    }
  }
};

/** Words that pair the runs of two operands one by one: both move along the last axis. */
void pairs(uint32_t k, uint32_t count, Runs a, Runs b, Totals init, float *out, float *panels) {
  float *left = panels, *right = panels + BLOCK * LANES;
  for (uint32_t first = 0; first < count; first += LANES) {
    const uint32_t lanes = least(LANES, count - first);
    Floats total = {};
    if (init.first != nullptr) {
      for (uint32_t lane = 0; lane < lanes; lane++) total[lane] = *init.from(0, first + lane).first;
    }
    for (uint32_t word = 0; word < k; word += BLOCK) {
      const uint32_t block = least(BLOCK, k - word);
      packPanel(left, LANES, a.from(first, word), lanes, block);
      packPanel(right, LANES, b.from(first, word), lanes, block);
      Floats sums = {};
      for (uint32_t i = 0; i < block; i++) sums += load(left + i * LANES) * load(right + i * LANES);
      total = init.first != nullptr || word > 0 ? total + sums : sums;
    }
    total = canonical(total);
    for (uint32_t lane = 0; lane < lanes; lane++) out[first + lane] = total[lane];
  }
}

/** The longest axis but the last along which function `fixed` does not move; the last one if there is none. */
uint32_t rowAxis(const Walker &walker, uint32_t fixed) {
  uint32_t found = walker.last();
  for (uint32_t axis = 0; axis < walker.last(); axis++) {
    if (walker.coefficients[fixed][axis] != 0) continue;
    if (found == walker.last() || walker.extents[axis] > walker.extents[found]) found = axis;
  }
  return found;
}

constexpr uint32_t A = 0;
constexpr uint32_t B = 1;
constexpr uint32_t OUT = 2;
constexpr uint32_t INIT = 3;

/** A Dot at work: a walk over its matrices, or over its rows of pairs. */
struct DotWalk {
  const Call &call;
  const Record record;
  Walker walker;
  const bool hasInit;

  explicit DotWalk(const Call &call) : call(call), record(call), walker(record), hasInit(record.operands() > 2) {
    walker.addOperand(record, A);
    walker.addOperand(record, B);
    walker.addOutput();
    // Without init its function is the output's position: it merges what that merges, and nothing reads it.
    if (hasInit) walker.addOperand(record, 2);
    else walker.addOutput();
    walker.collapse();
  }

  Runs runs(uint32_t operand, size_t step) const {
    return {tensorOf(call, operand) + walker.values[operand], step, record.runStep(operand)};
  }
  Totals init(size_t row, size_t column) const {
    return hasInit ? Totals{tensorOf(call, 2) + walker.values[INIT], row, column} : Totals{nullptr, 0, 1};
  }
  float *out() const { return outputOf(call) + walker.values[OUT]; }

  void products() {
    // A product of two words is the same either way round, so the operand that moves along the last axis takes the lanes.
    std::optional<Windows> windows;
    if (record.hasWindow()) windows.emplace(record.window(), tensorOf(call, B));
    const uint32_t moving = windows || walker.innerCoefficient(B) != 0 ? B : A;
    const uint32_t still = moving == B ? A : B;
    const uint32_t axis = rowAxis(walker, moving), columns = walker.innerExtent();
    const bool hasRows = axis != walker.last();
    const uint32_t rows = hasRows ? walker.extents[axis] : 1;
    const auto rowStep = [&](uint32_t f) -> size_t { return hasRows ? walker.coefficients[f][axis] : 0; };
    if (hasRows) walker.extents[axis] = 1;
    do {
      const uint32_t step = walker.innerCoefficient(moving);
      const Runs a = runs(still, rowStep(still)), b = runs(moving, step);
      // Few columns would leave most lanes idle: the rows take the lanes.
      const uint32_t k = record.k();
      const size_t row = rowStep(OUT), initRow = rowStep(INIT), initColumn = walker.innerCoefficient(INIT);
      if (windows)
        Product{k, rows, columns, a, {b, &*windows, walker.values[B], step}, init(initRow, initColumn), {out(), row, 1},
                scratchOf(call)}
            .run();
      else if (columns <= LANES / 2 && rows > columns)
        Product{k, columns, rows, b, {a}, init(initColumn, initRow), {out(), 1, row}, scratchOf(call)}.run();
      else
        Product{k, rows, columns, a, {b}, init(initRow, initColumn), {out(), row, 1}, scratchOf(call)}.run();
    } while (walker.next());
  }

  void rowsOfPairs() {
    do {
      const Runs a = runs(A, walker.innerCoefficient(A)), b = runs(B, walker.innerCoefficient(B));
      pairs(record.k(), walker.innerExtent(), a, b, init(0, walker.innerCoefficient(INIT)), out(), scratchOf(call));
    } while (walker.next());
  }
};

void dot(const Call &call) {
  DotWalk walk(call);
  const bool isPaired = walk.walker.innerCoefficient(A) != 0 && walk.walker.innerCoefficient(B) != 0;
  if (isPaired) walk.rowsOfPairs();
  else walk.products();
}

} // namespace
