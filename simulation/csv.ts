import type { Result, Round } from "./simulate.ts";

/** Every round of every scenario, a line each, under a header. */
export function toCsv(results: readonly Result[]): string {
  const keys = Object.keys(results[0]!.equilibrium) as (keyof Round)[];
  const lines = results.flatMap(({ scenario: { name, variation }, rounds }) =>
    rounds.map((round, index) =>
      [name, `"${variation}"`, index, ...keys.map((key) => shortened(round[key]))].join(","),
    ),
  );
  return `${["mechanism", "variation", "round", ...keys].join(",")}\n${lines.join("\n")}\n`;
}

/** Six digits: more would be chance. */
function shortened(value: number): string {
  return String(Number(value.toPrecision(6)));
}
