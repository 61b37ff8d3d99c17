#pragma once
#include "fold.hpp"
#include "map.hpp"

/**
 * A group of operators, tile by tile. Record: engine/kernels/wasm/fused-record.ts; twin: assembly/fused.ts. Naive twin: the
 * operators one by one.
 */
namespace {

constexpr uint32_t TILE_OPERAND_BYTES = 112;
constexpr uint32_t PAIR_BYTES = 8;

/** Codes of stages past the Map functions. */
constexpr uint32_t LOAD = 64;
constexpr uint32_t SPREAD = 65;
constexpr uint32_t CANONICALISE = 66;
constexpr uint32_t STORE = 67;
constexpr uint32_t FOLDS = 80;
constexpr uint32_t PAIRS = 96;

/** Bytes of the slots; the walkers of copied operands lie behind them. */
constexpr uint32_t SLOT_BYTES = 1 << 19;
constexpr uint32_t TILE_OPERANDS = 32;
constexpr uint32_t PLACES = 256;
static_assert(SLOT_BYTES + TILE_OPERANDS * sizeof(Walker) <= SCRATCH_BYTES);

/** How an operand reaches its tiles. */
enum class Mode : uint8_t { moving, once, copied };

struct TileOperand {
  const uint8_t *at;

  Record read() const { return Record(at); }
  uint32_t place() const { return at[104]; }
  bool isPerRow() const { return at[105] != 0; }
  Mode mode() const { return static_cast<Mode>(at[106]); }
};

struct TileOutput {
  uint32_t place;
  bool isPerRow;
};

struct Stage {
  uint8_t code;
  bool isPerRow;
  uint16_t zero;
  uint8_t to;
  uint8_t from[3];
};
static_assert(sizeof(Stage) == PAIR_BYTES);

struct FusedRecord {
  const uint8_t *at;

  uint32_t operands() const { return at[0]; }
  uint32_t outputs() const { return at[1]; }
  uint32_t constants() const { return at[2]; }
  uint32_t moving() const { return at[3]; }
  uint32_t stages() const { return wordAt(at + 4); }
  uint32_t firstRow() const { return wordAt(at + 8); }
  uint32_t pastRow() const { return wordAt(at + 12); }
  uint32_t columns() const { return wordAt(at + 16); }
  uint32_t rowsPerTile() const { return wordAt(at + 20); }
  uint32_t slotBytes() const { return wordAt(at + 24); }

  TileOperand operand(uint32_t i) const { return {at + HEADER_BYTES + TILE_OPERAND_BYTES * i}; }
  uint32_t constantWord(uint32_t i) const { return wordAt(pair(i)); }
  uint32_t constantPlace(uint32_t i) const { return wordAt(pair(i) + 4); }
  TileOutput output(uint32_t i) const {
    const uint8_t *from = pair(constants() + i);
    return {wordAt(from), wordAt(from + 4) != 0};
  }
  Stage stage(uint32_t i) const {
    Stage stage;
    std::memcpy(&stage, pair(constants() + outputs() + i), sizeof stage);
    return stage;
  }

  /** Words of so many rows, in a place with a word a row or one with a word a column. */
  uint32_t words(bool perRow, uint32_t rows) const { return perRow ? rows : rows * columns(); }

private:
  const uint8_t *pair(uint32_t i) const { return operand(operands()).at + PAIR_BYTES * i; }
};

/** ROUNDS: both functions are rounded, as one after the other is. Codes: engine/kernels/wasm/pairs.ts. */
void applyPair(uint32_t pair, float *to, uint32_t n, Argument a, Argument b, Argument c) {
  switch (pair) {
  case 0: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return (x + y) * z; });
  case 1: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return (x - y) * z; });
  case 2: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return x * y + z; });
  case 3: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return x * y - z; });
  case 4: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return z - x * y; });
  case 5: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return (x * y) * z; });
  case 6: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return (x * y) / z; });
  case 7: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return x / y + z; });
  case 8: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return (x / y) * z; });
  case 9: return ternary(to, n, a, b, c, [](Floats x, Floats y, Floats z) { return z - x / y; });
  default: __builtin_trap();
  }
}

/** A group at work: where its places lie for the tile in hand. */
class Tiles {
  const Call &call;
  const FusedRecord record;
  float *places[PLACES];
  /** LANES; 0 where one vector stands for the whole slot. */
  uint32_t steps[PLACES];
  /** Of copied operands, by their index. */
  Walker *const walkers;

  Argument argument(uint32_t place) const { return {places[place], steps[place]}; }

  void openOperand(uint32_t i) {
    const TileOperand operand = record.operand(i);
    const uint32_t first = record.words(operand.isPerRow(), record.firstRow());
    if (operand.mode() == Mode::moving) {
      // No stage writes to the place of an operand.
      places[operand.place()] = const_cast<float *>(tensorOf(call, i)) + operand.read().offset(0) + first;
      return;
    }
    Walker *walker = new (walkers + i) Walker(operand.read());
    walker->addOperand(operand.read(), 0);
    walker->collapse();
    walker->seek(first);
    if (operand.mode() == Mode::once)
      walker->read(tensorOf(call, i), places[operand.place()], record.words(operand.isPerRow(), record.rowsPerTile()));
  }

  /** Moves the places in tensors on by a tile of so many rows. */
  void moveOn(uint32_t rows) {
    for (uint32_t i = 0; i < record.operands(); i++) {
      const TileOperand operand = record.operand(i);
      if (operand.mode() == Mode::moving) places[operand.place()] += record.words(operand.isPerRow(), rows);
    }
    for (uint32_t i = 0; i < record.outputs(); i++) {
      const TileOutput output = record.output(i);
      places[output.place] += record.words(output.isPerRow, rows);
    }
  }

  void runStage(const Stage &stage, uint32_t rows) {
    const uint32_t words = record.words(stage.isPerRow, rows), columns = record.columns();
    const uint32_t whole = (words + LANES - 1) / LANES * LANES;
    float *to = places[stage.to];
    if (stage.code == LOAD) {
      walkers[stage.from[0]].read(tensorOf(call, stage.from[0]), to, words);
      return;
    }
    const Argument a = argument(stage.from[0]), b = argument(stage.from[1]), c = argument(stage.from[2]);
    if (stage.code < LOAD) apply(stage.code, to, whole, a, b, c);
    else if (stage.code >= PAIRS) applyPair(stage.code - PAIRS, to, whole, a, b, c);
    else if (stage.code == CANONICALISE) canonicalise(to, words);
    else if (stage.code == STORE) copyRun(to, a.at, 1, words);
    else if (stage.code == SPREAD)
      for (uint32_t row = 0; row < rows; row++) fillRun(to + row * columns, a.at[row], columns);
    else foldRows(stage.code - FOLDS, to, a.at, b.at, rows, columns);
  }

public:
  explicit Tiles(const Call &call)
      : call(call), record{call.memory + call.record},
        walkers(reinterpret_cast<Walker *>(call.memory + call.scratch + SLOT_BYTES)) {
    const uint32_t slot = record.slotBytes() / 4;
    for (uint32_t place = 0; place < PLACES; place++) {
      places[place] = place < record.moving() ? nullptr : scratchOf(call) + (place - record.moving()) * slot;
      steps[place] = LANES;
    }
    for (uint32_t i = 0; i < record.operands(); i++) openOperand(i);
    for (uint32_t i = 0; i < record.constants(); i++) {
      store(places[record.constantPlace(i)], splatWord(record.constantWord(i)));
      steps[record.constantPlace(i)] = 0;
    }
    for (uint32_t i = 0; i < record.outputs(); i++) {
      const TileOutput output = record.output(i);
      float *tensor = const_cast<float *>(tensorOf(call, record.operands() + i));
      places[output.place] = tensor + record.words(output.isPerRow, record.firstRow());
    }
  }

  void run() {
    for (uint32_t row = record.firstRow(); row < record.pastRow(); row += record.rowsPerTile()) {
      const uint32_t rows = least(record.rowsPerTile(), record.pastRow() - row);
      for (uint32_t i = 0; i < record.stages(); i++) runStage(record.stage(i), rows);
      moveOn(rows);
    }
  }
};

/** ASSUMES: 60 bytes past an output may be written and past an operand read; ranges of rows for threads are whole cache lines. */
void fused(const Call &call) { Tiles(call).run(); }

} // namespace
