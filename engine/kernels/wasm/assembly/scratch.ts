/** Working memory of the kernels, in the place that the executor gave it. A kernel owns all of it while it runs. */

const ALIGN: usize = 63;

/** One a thread: every thread has an instance of the module, and its globals. */
let base: usize = 0;

export function setScratch(address: usize): void {
  base = address;
}

/** Start of the working memory. */
export function scratch(): usize {
  return base;
}

/** Bytes of the working memory; the largest user is the Dot's packed panels. */
export function scratchBytes(): usize {
  return 1 << 20;
}

/** First byte that the executor may use: past the kernels' static data. */
export function arenaStart(): usize {
  return (__heap_base + ALIGN) & ~ALIGN;
}
