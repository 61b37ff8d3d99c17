/**
 * All kernels of one instruction set. Compiled once for each, with LANES floats a vector, TABLE as the name of the table,
 * and the compiler's flags for the set.
 * SAFETY: everything but the table lies in an unnamed namespace. A function that two sets shared would be linked once, and
 * run instructions that the processor may not have.
 */
#include "kernels.hpp"

#include "dot.hpp"
#include "fold.hpp"
#include "fused.hpp"
#include "hash.hpp"
#include "map.hpp"

extern const Kernel TABLE[KERNEL_COUNT] = {dot, map, fold, fused, leaves, nodes};
