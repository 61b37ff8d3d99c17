#pragma once
#include <new>

#include "functions.hpp"
#include "walker.hpp"

/** SPEC: Map. Tile by tile, each instruction over a whole tile. Naive twin: engine/kernels/reference/map.ts. */
namespace {

/** Words of a tile: a handful of them stay in the nearest cache. */
constexpr uint32_t TILE = 512;

/** Codes of arguments: operands, results of instructions, the immediate. */
constexpr uint32_t FIRST_RESULT = 16;
constexpr uint32_t IMMEDIATE = 255;
static_assert(IMMEDIATE * TILE * 4 <= SCRATCH_BYTES);

/** A tile of words for a function to read, or one vector that stands for all of the tile. */
struct Argument {
  const float *at;
  /** LANES, or 0 for one vector. */
  uint32_t step;
};

/** Functions over `count` words, a multiple of LANES. */
template <typename Function> void unary(float *to, uint32_t count, Argument a, Function function) {
  for (uint32_t i = 0; i < count; i += LANES, a.at += a.step) store(to + i, function(load(a.at)));
}

template <typename Function> void binary(float *to, uint32_t count, Argument a, Argument b, Function function) {
  for (uint32_t i = 0; i < count; i += LANES, a.at += a.step, b.at += b.step)
    store(to + i, function(load(a.at), load(b.at)));
}

template <typename Function>
void ternary(float *to, uint32_t count, Argument a, Argument b, Argument c, Function function) {
  for (uint32_t i = 0; i < count; i += LANES, a.at += a.step, b.at += b.step, c.at += c.step)
    store(to + i, function(load(a.at), load(b.at), load(c.at)));
}

/** A function of words, as one of floats. */
template <typename Function> auto onWords(Function function) {
  return [=](Floats a, Floats b) { return floatsOf(function(wordsOf(a), wordsOf(b))); };
}


/** SPEC: spec/numerics.md, "Map functions". */
void apply(uint32_t fn, float *to, uint32_t n, Argument a, Argument b, Argument c) {
  switch (fn) {
  case 1: return unary(to, n, a, [](Floats x) { return x; });
  case 2: return unary(to, n, a, negative);
  case 3: return unary(to, n, a, absolute);
  case 4: return binary(to, n, a, b, [](Floats x, Floats y) { return x + y; });
  case 5: return binary(to, n, a, b, [](Floats x, Floats y) { return x - y; });
  case 6: return binary(to, n, a, b, [](Floats x, Floats y) { return x * y; });
  case 7: return binary(to, n, a, b, [](Floats x, Floats y) { return x / y; });
  case 8: return unary(to, n, a, squareRoot);
  case 9: return binary(to, n, a, b, [](Floats x, Floats y) { return greater(x, y); });
  case 10: return binary(to, n, a, b, lesser);
  case 11: return binary(to, n, a, b, [](Floats x, Floats y) { return oneWhere(x < y); });
  case 12: return binary(to, n, a, b, [](Floats x, Floats y) { return oneWhere(x == y); });
  case 13: return unary(to, n, a, floorOf);
  case 14: return unary(to, n, a, nearest);
  case 15: return unary(to, n, a, exponential);
  case 16: return unary(to, n, a, logarithm);
  case 17: return unary(to, n, a, tangent);
  case 18: return unary(to, n, a, errorFunction);
  case 19: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return x != Floats{} ? y : z; });
  case 20: return binary(to, n, a, b, onWords([](Words x, Words y) { return x + y; }));
  case 21: return binary(to, n, a, b, onWords([](Words x, Words y) { return x - y; }));
  case 22: return binary(to, n, a, b, onWords([](Words x, Words y) { return x * y; }));
  case 23: return binary(to, n, a, b, onWords([](Words x, Words y) { return x & y; }));
  case 24: return binary(to, n, a, b, onWords([](Words x, Words y) { return x | y; }));
  case 25: return binary(to, n, a, b, onWords([](Words x, Words y) { return x ^ y; }));
  case 26: return binary(to, n, a, b, onWords([](Words x, Words y) { return x << (y & 31); }));
  case 27: return binary(to, n, a, b, onWords([](Words x, Words y) { return x >> (y & 31); }));
  case 28: return binary(to, n, a, b, [](Floats x, Floats y) { return oneWhere(intsOf(x) < intsOf(y)); });
  case 29: return binary(to, n, a, b, [](Floats x, Floats y) { return oneWhere(intsOf(x) == intsOf(y)); });
  case 30: return unary(to, n, a, [](Floats x) { return __builtin_convertvector(intsOf(x), Floats); });
  case 31: return unary(to, n, a, [](Floats x) { return floatsOf(truncated(x)); });
  default: __builtin_trap();
  }
}

/** How an operand reaches its tiles. */
class Operand {
  const float *tensor;
  Walker walker;
  float *copy;
  bool isFlat;
  /** The vector of an operand that is one word. */
  alignas(64) float uniform[LANES];

public:
  Operand(const Call &call, const Record &record, uint32_t index, float *tile)
      : tensor(tensorOf(call, index)), walker(record), copy(tile) {
    walker.addOperand(record, index);
    walker.collapse();
    isFlat = walker.rank == 1;
    if (isFlat && walker.innerCoefficient(0) == 0) store(uniform, splat(tensor[walker.values[0]]));
  }

  /** The next `count` words, where they lie if they are neighbours, else copied. */
  Argument next(uint32_t count) {
    if (isFlat && walker.innerCoefficient(0) == 0) return {uniform, 0};
    const float *there = walker.skip(tensor, count);
    if (there != nullptr) return {there, LANES};
    walker.read(tensor, copy, count);
    return {copy, LANES};
  }
};

/** The operands of a Map, of which there are six at most. */
union Operands {
  static constexpr uint32_t MAX = FIRST_RESULT;
  Operand all[MAX];
  Operands() {}
  ~Operands() {}
};

/** ASSUMES: words up to the next whole vector belong to the tile, or are written anew. */
void canonicalise(float *words, uint32_t count) {
  for (uint32_t i = 0; i < count; i += LANES) store(words + i, canonical(load(words + i)));
}

/** ASSUMES: 60 bytes past the output may be written and past an operand read. */
void map(const Call &call) {
  const Record record(call);
  const uint32_t words = record.outputWords(), count = record.operands(), instructions = record.instructions();
  // Tiles by the codes of arguments: operands' copies, results.
  float *const tiles = scratchOf(call), *out = outputOf(call);
  Operands operands;
  for (uint32_t i = 0; i < count; i++) new (&operands.all[i]) Operand(call, record, i, tiles + i * TILE);
  alignas(64) float immediates[IMMEDIATE][LANES];
  for (uint32_t i = 0; i < instructions; i++) store(immediates[i], splatWord(record.instruction(i).immediate));

  Argument arguments[IMMEDIATE];
  for (uint32_t i = 0; i < instructions; i++) arguments[FIRST_RESULT + i] = {tiles + (FIRST_RESULT + i) * TILE, LANES};
  for (uint32_t done = 0; done < words; done += TILE, out += TILE) {
    const uint32_t run = least(TILE, words - done), whole = (run + LANES - 1) / LANES * LANES;
    for (uint32_t i = 0; i < count; i++) arguments[i] = operands.all[i].next(run);
    for (uint32_t i = 0; i < instructions; i++) {
      const Instruction instruction = record.instruction(i);
      const auto argument = [&](uint32_t place) -> Argument {
        const uint32_t code = instruction.arguments[place];
        return code == IMMEDIATE ? Argument{immediates[i], 0} : arguments[code];
      };
      float *to = i == instructions - 1 ? out : tiles + (FIRST_RESULT + i) * TILE;
      apply(instruction.fn, to, whole, argument(0), argument(1), argument(2));
    }
    if (record.isF32()) canonicalise(out, whole);
  }
}

} // namespace
