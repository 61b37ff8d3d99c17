/** A median, and the quarters of the values beside it. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** ROUNDS: four significant digits. */
const round = (value: number): number => Number(value.toPrecision(4));

/** ASSUMES: at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => {
    const position = part * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
    return round(low + (high - low) * (position % 1));
  };
  return { median: at(0.5), lower: at(0.25), upper: at(0.75) };
}
