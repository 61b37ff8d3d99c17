import { expect } from "chai";

export function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

/** Counts of one implementation, printed when its tests end. */
export class Tally {
  #run = 0;
  #skipped = 0;
  #mismatches = 0;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Compares words and asserts that all are equal.
   * @param describe what the vector at an index is, for the message
   */
  compare(expected: ArrayLike<number>, actual: ArrayLike<number>, describe: (index: number) => string): void {
    expect(actual.length).to.equal(expected.length);
    const wrong = Array.from(expected, (_, i) => i).filter((i) => expected[i]! >>> 0 !== actual[i]! >>> 0);
    this.#run += expected.length;
    this.#mismatches += wrong.length;
    const lines = wrong.slice(0, 5).map((i) => `${describe(i)}: ${hex(actual[i]!)}, not ${hex(expected[i]!)}`);
    expect(wrong.length, `${wrong.length} of ${expected.length} differ\n${lines.join("\n")}`).to.equal(0);
  }

  skip(count: number): void {
    this.#skipped += count;
  }

  print(): void {
    console.log(`      ${this.#name}: ${this.#run} run, ${this.#skipped} skipped, ${this.#mismatches} mismatches`);
  }
}
