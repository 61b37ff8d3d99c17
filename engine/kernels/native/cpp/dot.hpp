#pragma once
#include "transpose.hpp"
#include "walker.hpp"

/** SPEC: Dot. Naive twin: engine/kernels/reference/dot.ts. */
namespace {

/** SPEC: words of one block sum. */
constexpr uint32_t BLOCK = 256;

/** Outputs of one micro-kernel call: rows × vectors of lanes. So many sums fit the registers without spills. */
constexpr uint32_t ROWS = LANES == 16 ? 8 : 6;
constexpr uint32_t VECTORS = 2;
constexpr uint32_t PANEL = VECTORS * LANES;

/** Columns whose packed block, 256 KiB, stays in the second cache. */
constexpr uint32_t PANEL_COLUMNS = 256;
static_assert(PANEL_COLUMNS % PANEL == 0 && PANEL_COLUMNS * BLOCK * 4 <= SCRATCH_BYTES);

/** Runs of words, `step` words from one to the next. */
struct Runs {
  const float *first;
  size_t step;

  Runs from(size_t run, uint32_t word) const { return {first + run * step + word, step}; }
};

/** The outputs of a matrix product: row r, column c lies at `first + r·row + c·column`. UNITS: words. */
struct Outputs {
  float *first;
  size_t row;
  size_t column;

  Outputs from(size_t r, size_t c) const { return {first + r * row + c * column, row, column}; }
};

/** What becomes of a block's sums. */
struct Finish {
  /** Add them to what the output holds: init, or the blocks before. */
  bool add;
  /** It is the last block. */
  bool last;
};

/** Packs `count` runs of `k` words as [k][width]; lanes past the last run are zero. */
void packPanel(float *to, uint32_t width, Runs runs, uint32_t count, uint32_t k) {
  uint32_t lane = 0;
  for (; lane + 4 <= count; lane += 4) {
    uint32_t i = 0;
    for (; i + 4 <= k; i += 4) transposeSquare(to + i * width + lane, width, runs.from(lane, i).first, runs.step);
    for (; i < k; i++) {
      for (uint32_t part = lane; part < lane + 4; part++) to[i * width + part] = *runs.from(part, i).first;
    }
  }
  for (; lane < width; lane++) {
    for (uint32_t i = 0; i < k; i++) to[i * width + lane] = lane < count ? *runs.from(lane, i).first : 0.0f;
  }
}

/** Width of the panel that begins `columns` before the end: one vector where that is enough. */
constexpr uint32_t panelWidth(uint32_t columns) { return columns > LANES ? PANEL : LANES; }

/**
 * Sums of one block for R rows and a panel of V vectors. ORDER: each lane starts at +0 and adds products in ascending k.
 * ASSUMES: columns of the output are neighbours.
 */
template <uint32_t R, uint32_t V> void blockSums(uint32_t k, Runs a, const float *panel, Outputs out, Finish finish) {
  Floats sums[R][V] = {};
  const float *rows[R];
  for (uint32_t r = 0; r < R; r++) rows[r] = a.from(r, 0).first;
  for (uint32_t i = 0; i < k; i++, panel += V * LANES) {
    Floats b[V];
#pragma GCC unroll 2
    for (uint32_t v = 0; v < V; v++) b[v] = load(panel + v * LANES);
#pragma GCC unroll 8
    for (uint32_t r = 0; r < R; r++) {
      const Floats x = splat(rows[r][i]);
#pragma GCC unroll 2
      for (uint32_t v = 0; v < V; v++) sums[r][v] += x * b[v];
    }
  }
#pragma GCC unroll 8
  for (uint32_t r = 0; r < R; r++) {
#pragma GCC unroll 2
    for (uint32_t v = 0; v < V; v++) {
      float *to = out.first + r * out.row + v * LANES;
      const Floats total = finish.add ? load(to) + sums[r][v] : sums[r][v];
      store(to, finish.last ? canonical(total) : total);
    }
  }
}

using BlockSums = void (*)(uint32_t, Runs, const float *, Outputs, Finish);

template <uint32_t V> BlockSums blockSumsOf(uint32_t rows) {
  static_assert(ROWS <= 8);
  constexpr BlockSums bySize[] = {blockSums<1, V>, blockSums<2, V>, blockSums<3, V>, blockSums<4, V>,
                                  blockSums<5, V>, blockSums<6, V>, blockSums<7, V>, blockSums<8, V>};
  return bySize[rows - 1];
}

/** One block of at most ROWS × PANEL outputs; what does not fill its vectors goes through a tile of its own. */
void tile(uint32_t k, uint32_t rows, uint32_t columns, Runs a, const float *panel, Outputs out, Finish finish) {
  const uint32_t width = panelWidth(columns);
  const BlockSums sums = width == LANES ? blockSumsOf<1>(rows) : blockSumsOf<VECTORS>(rows);
  if (columns == width && out.column == 1) {
    sums(k, a, panel, out, finish);
    return;
  }
  alignas(64) float edge[ROWS * PANEL];
  sums(k, a, panel, {edge, width, 1}, {false, false});
  for (uint32_t r = 0; r < rows; r++) {
    for (uint32_t c = 0; c < columns; c++) {
      float *to = out.from(r, c).first;
      const float total = finish.add ? *to + edge[r * width + c] : edge[r * width + c];
      *to = finish.last ? canonical(total) : total;
    }
  }
}

/** Words from one copied row to the next: rows that lie a power of two apart would share few sets of the first cache. */
constexpr uint32_t COPY_STEP = BLOCK + 16;

/** Copies a block of some rows together. */
Runs copyRows(float *to, Runs rows, uint32_t count, uint32_t k) {
  for (uint32_t r = 0; r < count; r++) std::memcpy(to + r * COPY_STEP, rows.from(r, 0).first, size_t{k} * 4);
  return {to, COPY_STEP};
}

/** One block of k words of a product, for at most PANEL_COLUMNS columns. */
void blockOf(uint32_t k, uint32_t rows, uint32_t columns, Runs a, Runs b, Outputs out, Finish finish, float *panels) {
  for (uint32_t c = 0; c < columns; c += PANEL)
    packPanel(panels + c * k, panelWidth(columns - c), b.from(c, 0), least(PANEL, columns - c), k);
  alignas(64) float copy[ROWS * COPY_STEP];
  for (uint32_t r = 0; r < rows; r += ROWS) {
    const uint32_t height = least(ROWS, rows - r);
    // A copy pays where several panels use it.
    const Runs own = columns > 4 * PANEL ? copyRows(copy, a.from(r, 0), height, k) : a.from(r, 0);
    for (uint32_t c = 0; c < columns; c += PANEL)
      tile(k, height, least(PANEL, columns - c), own, panels + c * k, out.from(r, c), finish);
  }
}

/** One matrix product: output (r, c) is the dot product of run r of `a` and run c of `b`. */
void product(uint32_t k, uint32_t rows, uint32_t columns, Runs a, Runs b, Outputs out, bool hasInit, float *panels) {
  // A panel that few rows use is used while it is still in the first cache.
  const uint32_t together = rows > ROWS ? PANEL_COLUMNS : PANEL;
  for (uint32_t word = 0; word < k; word += BLOCK) {
    const uint32_t block = least(BLOCK, k - word);
    const Finish finish = {hasInit || word > 0, word + block == k};
    for (uint32_t c = 0; c < columns; c += together)
      blockOf(block, rows, least(together, columns - c), a.from(0, word), b.from(c, word), out.from(0, c), finish, panels);
  }
}

/** Words that pair the runs of two operands one by one: both move along the last axis. */
void pairs(uint32_t k, uint32_t count, Runs a, Runs b, float *out, bool hasInit, float *panels) {
  float *left = panels, *right = panels + BLOCK * LANES;
  for (uint32_t first = 0; first < count; first += LANES) {
    const uint32_t lanes = least(LANES, count - first);
    Floats total = {};
    if (hasInit) {
      for (uint32_t lane = 0; lane < lanes; lane++) total[lane] = out[first + lane];
    }
    for (uint32_t word = 0; word < k; word += BLOCK) {
      const uint32_t block = least(BLOCK, k - word);
      packPanel(left, LANES, a.from(first, word), lanes, block);
      packPanel(right, LANES, b.from(first, word), lanes, block);
      Floats sums = {};
      for (uint32_t i = 0; i < block; i++) sums += load(left + i * LANES) * load(right + i * LANES);
      total = hasInit || word > 0 ? total + sums : sums;
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

void products(const Call &call, uint32_t k, Walker &walker, bool hasInit) {
  // A product of two words is the same either way round, so the operand that moves along the last axis takes the lanes.
  const uint32_t moving = walker.innerCoefficient(B) != 0 ? B : A;
  const uint32_t still = moving == B ? A : B;
  const uint32_t axis = rowAxis(walker, moving);
  const bool hasRows = axis != walker.last();
  const uint32_t rows = hasRows ? walker.extents[axis] : 1;
  const uint32_t columns = walker.innerExtent();
  const size_t rowStep = hasRows ? walker.coefficients[still][axis] : 0;
  const size_t outRow = hasRows ? walker.coefficients[OUT][axis] : 0;
  if (hasRows) walker.extents[axis] = 1;
  do {
    const Runs a = {tensorOf(call, still) + walker.values[still], rowStep};
    const Runs b = {tensorOf(call, moving) + walker.values[moving], walker.innerCoefficient(moving)};
    const Outputs out = {outputOf(call) + walker.values[OUT], outRow, 1};
    // Few columns would leave most lanes idle: the rows take the lanes.
    if (columns <= LANES / 2 && rows > columns)
      product(k, columns, rows, b, a, {out.first, 1, outRow}, hasInit, scratchOf(call));
    else
      product(k, rows, columns, a, b, out, hasInit, scratchOf(call));
  } while (walker.next());
}

void dot(const Call &call) {
  const Record record(call);
  const bool hasInit = record.operands() > 2;
  if (hasInit) {
    Walker init(record);
    init.addOperand(record, 2);
    init.collapse();
    init.read(tensorOf(call, 2), outputOf(call), record.outputWords());
  }
  // The output already holds init, so the third function is the output's own position.
  Walker walker(record);
  walker.addOperand(record, A);
  walker.addOperand(record, B);
  walker.addOutput();
  walker.collapse();
  if (walker.innerCoefficient(A) == 0 || walker.innerCoefficient(B) == 0) {
    products(call, record.k(), walker, hasInit);
    return;
  }
  do {
    const Runs a = {tensorOf(call, A) + walker.values[A], walker.innerCoefficient(A)};
    const Runs b = {tensorOf(call, B) + walker.values[B], walker.innerCoefficient(B)};
    pairs(record.k(), walker.innerExtent(), a, b, outputOf(call) + walker.values[OUT], hasInit, scratchOf(call));
  } while (walker.next());
}

} // namespace
