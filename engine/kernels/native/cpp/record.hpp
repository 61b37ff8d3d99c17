#pragma once
#include <cstring>

#include "kernels.hpp"

/** Reads operator records and operand tables where they lie. SPEC: spec/program.md; twin: assembly/record.ts. */
namespace {

constexpr uint32_t F32 = 1;
constexpr uint32_t HEADER_BYTES = 64;
constexpr uint32_t OPERAND_BYTES = 40;
constexpr uint32_t GUARD_BYTES = 48;
constexpr uint32_t INSTRUCTION_BYTES = 8;
constexpr uint32_t TABLE_BYTES = 16;
constexpr uint32_t MAX_RANK = 8;

inline uint32_t wordAt(const uint8_t *at) {
  uint32_t word;
  std::memcpy(&word, at, 4);
  return word;
}

inline uint32_t greatest(uint32_t a, uint32_t b) { return a < b ? b : a; }

struct Instruction {
  uint8_t fn;
  uint8_t arguments[3];
  uint32_t immediate;
};

/** A guard of a View's piece. */
struct Guard {
  int32_t offset;
  int32_t coefficients[MAX_RANK];
  uint32_t divisor;
  int32_t bound;
  int32_t stride;
};
static_assert(sizeof(Guard) == GUARD_BYTES);

struct Record {
  const uint8_t *at;

  explicit Record(const uint8_t *at) : at(at) {}
  explicit Record(const Call &call) : at(call.memory + call.record) {}

  uint32_t fn() const { return at[1]; }
  uint32_t rank() const { return at[2]; }
  bool isF32() const { return at[3] == F32; }
  uint32_t operands() const { return at[4]; }
  uint32_t instructions() const { return at[5]; }
  uint32_t k() const { return wordAt(at + 12); }
  uint32_t l() const { return wordAt(at + 16); }
  /** Words from one word of a run to the next; a program's own records have zero there, which means 1. */
  uint32_t runStep(uint32_t operand) const { return greatest(1, wordAt(at + 20 + 4 * operand)); }
  /** The View through which runs are read, if there is one: engine/kernels/wasm/turned.ts. */
  bool hasWindow() const { return wordAt(at + 60) != 0; }
  Record window() const { return Record(at + wordAt(at + 60)); }
  /** The word of a View where no piece holds. */
  uint32_t fill() const { return wordAt(at + 60); }
  uint32_t extent(uint32_t axis) const { return wordAt(at + 28 + axis * 4); }
  uint32_t offset(uint32_t operand) const { return wordAt(operandAt(operand) + 4); }
  const uint8_t *strides(uint32_t operand) const { return operandAt(operand) + 8; }

  /** Guards of a View of one piece. */
  uint32_t guards() const { return at[6] & 15; }
  Guard guard(uint32_t index) const {
    Guard guard;
    std::memcpy(&guard, operandAt(operands()) + GUARD_BYTES * index, GUARD_BYTES);
    return guard;
  }

  /** Instructions of a Map, which has no guards. */
  Instruction instruction(uint32_t index) const {
    Instruction instruction;
    std::memcpy(&instruction, operandAt(operands()) + INSTRUCTION_BYTES * index, INSTRUCTION_BYTES);
    return instruction;
  }

  /** Words of the output: the product of the extents. */
  uint32_t outputWords() const {
    uint32_t words = 1;
    for (uint32_t axis = 0; axis < rank(); axis++) words *= extent(axis);
    return words;
  }

private:
  const uint8_t *operandAt(uint32_t operand) const { return at + HEADER_BYTES + OPERAND_BYTES * operand; }
};

/** The first word of an operand's tensor. */
inline const float *tensorOf(const Call &call, uint32_t operand) {
  const uint32_t address = wordAt(call.memory + call.operands + TABLE_BYTES * operand);
  return reinterpret_cast<const float *>(call.memory + address);
}
inline float *outputOf(const Call &call) { return reinterpret_cast<float *>(call.memory + call.out); }
inline float *scratchOf(const Call &call) { return reinterpret_cast<float *>(call.memory + call.scratch); }

} // namespace
