/** Working memory of the kernels, between their static data and the tensors. A kernel owns all of it while it runs. */

const ALIGN: usize = 63;

/** Start of the working memory. */
export function scratch(): usize {
  return (__heap_base + ALIGN) & ~ALIGN;
}

/** Bytes of the working memory; the largest user is the Dot's packed panels. */
export const SCRATCH_BYTES: usize = 1 << 20;

/** First byte that the executor may use. */
export function arenaStart(): usize {
  return scratch() + SCRATCH_BYTES;
}
