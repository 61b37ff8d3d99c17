#pragma once
#include <cstdint>

/** What the addon and the instruction sets' kernels agree on. */

/** One call of a kernel. Addresses count from the start of the WebAssembly memory. UNITS: bytes. */
struct Call {
  uint8_t *memory;
  uint32_t record;
  uint32_t operands;
  uint32_t out;
  /** Working memory, `SCRATCH_BYTES` of it; a kernel owns all of it while it runs. */
  uint32_t scratch;
};

/** What WebAssembly's kernels are given too (assembly/scratch.ts). */
constexpr uint32_t SCRATCH_BYTES = 1 << 20;

using Kernel = void (*)(const Call &);

/** Kernels of one instruction set, in the order of `KERNEL_NAMES`. */
constexpr int KERNEL_COUNT = 6;
constexpr const char *KERNEL_NAMES[KERNEL_COUNT] = {"Dot", "Map", "Fold", "Fused", "Leaves", "Nodes"};

extern const Kernel avx2Kernels[KERNEL_COUNT];
extern const Kernel avx512Kernels[KERNEL_COUNT];
extern const Kernel neonKernels[KERNEL_COUNT];
