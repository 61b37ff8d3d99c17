/** One measured transaction, or a sum of some. UNITS: gas. */
export interface Figure {
  readonly name: string;
  readonly gas: number;
  /** Bytes of calldata, where they are most of the cost. */
  readonly bytes?: number;
}

/** All figures: calls with their most usual arguments, moves at their largest, judgements small and large, whole games. */
export interface Figures {
  readonly calls: readonly Figure[];
  readonly moves: readonly Figure[];
  readonly judgements: readonly Figure[];
  readonly games: readonly Figure[];
}

/** The dearest of the figures whose name starts so. */
export function dearest(figures: readonly Figure[], prefix = ""): number {
  return Math.max(...figures.filter(({ name }) => name.startsWith(prefix)).map(({ gas }) => gas));
}
