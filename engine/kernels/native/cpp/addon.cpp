/** The kernels as a Node addon. It keeps no state, so that every thread of a process can load it. */
#define NAPI_VERSION 8
#include <node_api.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "kernels.hpp"

namespace {

struct InstructionSet {
  const char *name;
  const Kernel *kernels;
};

#if defined(__x86_64__)
/** Round to nearest even, subnormals kept, no trap: another addon may have left something else. */
class FloatRules {
  unsigned before = _mm_getcsr();

public:
  FloatRules() { _mm_setcsr(0x1f80); }
  ~FloatRules() { _mm_setcsr(before); }
};

#ifndef EMULATED
/** Sets that this processor and its operating system have, best first. */
int instructionSets(InstructionSet *found) {
  int count = 0;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    found[count++] = {"avx512", avx512Kernels};
  if (__builtin_cpu_supports("avx2")) found[count++] = {"avx2", avx2Kernels};
  return count;
}
#endif
#elif defined(__aarch64__)
/** Round to nearest even, subnormals kept, NaNs as they come, no trap. */
class FloatRules {
  uint64_t before;

public:
  FloatRules() {
    asm volatile("mrs %0, fpcr" : "=r"(before));
    asm volatile("msr fpcr, %0" : : "r"(uint64_t{0}));
  }
  ~FloatRules() { asm volatile("msr fpcr, %0" : : "r"(before)); }
};

#ifndef EMULATED
int instructionSets(InstructionSet *found) {
  found[0] = {"neon", neonKernels};
  return 1;
}
#endif
#endif

#ifdef EMULATED
/** Sets that x86-64 processors of today may lack, compiled without their instructions. */
int instructionSets(InstructionSet *found) {
  found[0] = {"avx512", avx512Kernels};
  found[1] = {"neon", neonKernels};
  return 2;
}
#endif

constexpr int MAX_SETS = 2;
constexpr size_t RUN_ARGUMENTS = 7;

/** run(set, kernel, memory, record, operand table, output, scratch): numbers, and the whole memory as bytes. */
napi_value run(napi_env env, napi_callback_info info) {
  size_t count = RUN_ARGUMENTS;
  napi_value given[RUN_ARGUMENTS];
  uint32_t numbers[RUN_ARGUMENTS] = {};
  void *memory = nullptr;
  size_t length = 0;
  bool isRight = napi_get_cb_info(env, info, &count, given, nullptr, nullptr) == napi_ok && count == RUN_ARGUMENTS;
  for (size_t i = 0; isRight && i < RUN_ARGUMENTS; i++) {
    if (i != 2) isRight = napi_get_value_uint32(env, given[i], &numbers[i]) == napi_ok;
    else isRight = napi_get_typedarray_info(env, given[i], nullptr, &length, &memory, nullptr, nullptr) == napi_ok;
  }
  const auto [set, kernel, _, record, operands, out, scratch] = numbers;
  InstructionSet sets[MAX_SETS];
  if (!isRight || set >= static_cast<uint32_t>(instructionSets(sets)) || kernel >= KERNEL_COUNT || record >= length ||
      operands >= length || out >= length || size_t{scratch} + SCRATCH_BYTES > length) {
    napi_throw_range_error(env, nullptr, "A native kernel was called with wrong arguments.");
    return nullptr;
  }
  const FloatRules rules;
  sets[set].kernels[kernel]({static_cast<uint8_t *>(memory), record, operands, out, scratch});
  return nullptr;
}

napi_value arrayOf(napi_env env, const char *const *names, int count) {
  napi_value array, name;
  napi_create_array(env, &array);
  for (int i = 0; i < count; i++) {
    napi_create_string_utf8(env, names[i], NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, array, i, name);
  }
  return array;
}

} // namespace

/** Exports `run`, and the names whose positions it takes: `sets`, best first, and `kernels`; `scratchBytes`. */
NAPI_MODULE_INIT() {
  InstructionSet sets[MAX_SETS];
  const char *names[MAX_SETS];
  const int count = instructionSets(sets);
  for (int i = 0; i < count; i++) names[i] = sets[i].name;
  napi_value function;
  napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, nullptr, &function);
  napi_set_named_property(env, exports, "run", function);
  napi_set_named_property(env, exports, "sets", arrayOf(env, names, count));
  napi_set_named_property(env, exports, "kernels", arrayOf(env, KERNEL_NAMES, KERNEL_COUNT));
  napi_value scratch;
  napi_create_uint32(env, SCRATCH_BYTES, &scratch);
  napi_set_named_property(env, exports, "scratchBytes", scratch);
  return exports;
}
