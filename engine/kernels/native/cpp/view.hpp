#pragma once
#include "transpose.hpp"
#include "walker.hpp"

/** SPEC: View. Naive twin: engine/kernels/reference/view.ts; twin: assembly/view.ts. */
namespace {

/** What one piece gives to a row: entries `low` to `high` − 1, word `address` + entry · `step` each. */
struct Piece {
  uint32_t low;
  uint32_t high;
  uint32_t address;
  uint32_t step;
};

inline int64_t floorDivide(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return quotient * b > a ? quotient - 1 : quotient;
}

/** Narrows a piece to what one guard admits, whose value is start + inner · entry, and moves its address. */
void narrow(Guard guard, int32_t start, int32_t inner, Piece &piece) {
  const int64_t bound = guard.bound();
  int64_t from = 0, to = piece.high;
  uint32_t quotient = static_cast<uint32_t>(start);
  if (inner == 0) {
    const uint32_t divisor = guard.divisor();
    const bool holds = start >= 0 && quotient % divisor == 0 && quotient / divisor < guard.bound();
    quotient = holds ? quotient / divisor : 0;
    if (!holds) to = 0;
  } else if (inner > 0) {
    from = floorDivide(int64_t{inner} - 1 - start, inner);
    to = floorDivide(bound + inner - 1 - start, inner);
  } else {
    from = floorDivide(start - bound, -int64_t{inner}) + 1;
    to = floorDivide(start, -int64_t{inner}) + 1;
  }
  piece.low = static_cast<uint32_t>(from > piece.low ? from : piece.low);
  const int64_t high = to < piece.high ? to : piece.high;
  piece.high = static_cast<uint32_t>(high > 0 ? high : 0);
  piece.address += quotient * guard.stride();
  piece.step += static_cast<uint32_t>(inner) * guard.stride();
}

/** A View under way. Functions of the walker: the pieces' addresses, the guards in record order, the output's position. */
class Viewing {
  static constexpr uint32_t MAX_PIECES = 16;
  /** Rows as long as this are worth no search for longer ones. */
  static constexpr uint32_t LONG = 16;

  const Call &call;
  const Record record;
  const uint32_t pieces;
  uint32_t guards = 0;
  Walker walker;

public:
  explicit Viewing(const Call &call) : call(call), record(call), pieces(record.operands()), walker(record) {
    for (uint32_t i = 0; i < pieces; i++) walker.addOperand(record, i);
    for (uint32_t i = 0; i < pieces; i++) guards += record.guards(i);
    for (uint32_t g = 0; g < guards; g++)
      walker.add(static_cast<uint32_t>(record.guard(g).offset()), record.guard(g).coefficients());
    walker.addOutput();
    walker.collapse();
  }

  void run() {
    if (transposed()) {
      canonicalise(outputOf(call), record.outputWords());
      return;
    }
    const bool plain = pickRows();
    const uint32_t count = walker.innerExtent(), stride = walker.innerCoefficient(pieces + guards);
    do {
      float *to = outputOf(call) + walker.values[pieces + guards];
      if (plain) paintRow(to, stride);
      else
        for (uint32_t i = 0; i < count; i++) to[i * stride] = wordAt(i);
      if (stride == 1) canonicalise(to, count);
    } while (walker.next());
    if (stride != 1) canonicalise(outputOf(call), record.outputWords());
  }

private:
  /** f32 words only. */
  void canonicalise(float *words, uint32_t count) const {
    if (!record.isF32()) return;
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) store(words + i, canonical(load(words + i)));
    for (; i < count; i++) words[i] = canonical(words[i]);
  }

  /** Along the axis every guard's quotient moves by whole steps, so that it admits an interval. */
  bool isPlain(uint32_t axis) const {
    for (uint32_t g = 0; g < guards; g++) {
      if (walker.coefficients[pieces + g][axis] != 0 && record.guard(g).divisor() != 1) return false;
    }
    return true;
  }

  /** Picks the rows' axis: the last one if it is plain and long, or else the longest plain one; false if none is plain. */
  bool pickRows() {
    const uint32_t last = walker.last();
    bool plain = isPlain(last);
    if (plain && walker.extents[last] >= LONG) return true;
    uint32_t picked = last;
    for (uint32_t axis = 0; axis < last; axis++) {
      if (plain && walker.extents[axis] < walker.extents[picked]) continue;
      if (!isPlain(axis)) continue;
      picked = axis;
      plain = true;
    }
    if (picked != last) walker.workAlong(picked);
    return plain;
  }

  Piece measure(uint32_t piece, uint32_t firstGuard) const {
    Piece found = {0, walker.innerExtent(), walker.values[piece], walker.innerCoefficient(piece)};
    for (uint32_t g = firstGuard; g < firstGuard + record.guards(piece); g++) {
      const uint32_t f = pieces + g;
      const int32_t inner = static_cast<int32_t>(walker.innerCoefficient(f));
      narrow(record.guard(g), static_cast<int32_t>(walker.values[f]), inner, found);
    }
    return found;
  }

  /** Writes one row whose guards are all plain: the last piece first, so that earlier pieces win. */
  void paintRow(float *out, uint32_t stride) const {
    const uint32_t count = walker.innerExtent();
    Piece found[MAX_PIECES];
    uint32_t measured = 0, firstGuard = 0;
    bool covered = false;
    for (; measured < pieces && !covered; measured++) {
      found[measured] = measure(measured, firstGuard);
      firstGuard += record.guards(measured);
      covered = found[measured].low == 0 && found[measured].high == count;
    }
    if (!covered) fillApart(out, stride, __builtin_bit_cast(float, record.fill()), count);
    while (measured-- > 0) {
      const Piece &piece = found[measured];
      if (piece.low >= piece.high) continue;
      // Modulo 2³² the sum is exact; a piece of one word may have any step.
      const float *from = tensorOf(call, measured) + (piece.address + piece.low * piece.step);
      copyApart(out + piece.low * stride, stride, from, static_cast<int32_t>(piece.step), piece.high - piece.low);
    }
  }

  /** The word at an entry of the row. */
  float wordAt(uint32_t entry) const {
    uint32_t g = 0;
    for (uint32_t i = 0; i < pieces; i++) {
      uint32_t address = walker.values[i] + entry * walker.innerCoefficient(i);
      bool holds = true;
      for (const uint32_t end = g + record.guards(i); g < end; g++) {
        const Guard guard = record.guard(g);
        const uint32_t start = walker.values[pieces + g] + entry * walker.innerCoefficient(pieces + g);
        const uint32_t quotient = start / guard.divisor();
        holds = holds && static_cast<int32_t>(start) >= 0 && quotient * guard.divisor() == start && quotient < guard.bound();
        address += quotient * guard.stride();
      }
      if (holds) return tensorOf(call, i)[address];
    }
    return __builtin_bit_cast(float, record.fill());
  }

  /** A single unguarded piece whose last axis strides while another runs through consecutive words; false if it is not. */
  bool transposed() {
    if (pieces != 1 || guards != 0) return false;
    const uint32_t last = walker.last(), stride = walker.innerCoefficient(0);
    uint32_t across = 0;
    while (across < last && walker.coefficients[0][across] != 1) across++;
    if (across >= last || stride < 2) return false;
    const uint32_t rows = walker.extents[across], columns = walker.extents[last];
    walker.extents[across] = 1;
    do {
      float *to = outputOf(call) + walker.values[1];
      transposePlane(to, walker.coefficients[1][across], tensorOf(call, 0) + walker.values[0], stride, rows, columns);
    } while (walker.next());
    return true;
  }
};

void view(const Call &call) { Viewing(call).run(); }

} // namespace
