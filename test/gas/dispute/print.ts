import { compare, type DisputeFigures, type GameFigure } from "./figures.ts";
import type { Told } from "./train.ts";

const grouped = (value: number): string => value.toLocaleString("en-US");

/** What a reader sees of one game. */
export function gameLines(game: GameFigure): string[] {
  const { reasons, kind, terms, operator, element, words, claimed, expected, rounds, gas, estimate, costs } = game;
  const size = terms === undefined ? "" : ` of ${grouped(terms)} terms`;
  return [
    `${kind}${size}, operator ${operator} (${reasons.join("; ")})`,
    `  convicted: element ${grouped(element)} of ${grouped(words)}, claimed ${claimed}, expected ${expected}`,
    ...costs.map(({ phase, side, move, gas: spent, bytes }) => {
      const cells = [phase.padEnd(14), side.padEnd(10), move.padEnd(11), grouped(spent).padStart(9)];
      return `  ${cells.join("  ")} gas ${grouped(bytes).padStart(7)} bytes`;
    }),
    `  ${rounds} rounds and the judgement; defender ${grouped(gas.defender)} + challenger ${grouped(gas.challenger)} = ${grouped(gas.both)} gas, the judgement's ${grouped(gas.judge)} among it (estimated ${grouped(estimate)} and its transaction and settlement); opening ${grouped(gas.open)}`,
  ];
}

/** What was executed. */
export function segmentLines({ training, segment, execution }: DisputeFigures): string[] {
  const { steps, grid, disputed } = segment;
  const losses = Object.values(execution.losses);
  const loss = losses.length === 0 ? "" : `, loss ${losses[0]!.toFixed(3)} to ${losses.at(-1)!.toFixed(3)}`;
  return [
    `${training.name}: ${grouped(training.parameters)} parameters, ${training.operators} operators`,
    `segment of ${grouped(steps)} steps, a state every ${grid}; ${grouped(execution.msAStep)} ms a step (${execution.engine})${loss}`,
    `lies in step ${disputed}; honest end state ${execution.endRoot}`,
  ];
}

/** The greatest figures beside what they may be. */
export function targetLines(games: readonly GameFigure[]): string[] {
  return compare(games).map(({ what, most, target, where }) => {
    const verdict = most <= target ? "met   " : "missed";
    return `${verdict}  ${what}: at most ${grouped(most)} of ${grouped(target)} (${where})`;
  });
}

/** Tells how far an execution is, every few seconds, and when it will end. */
export function progress(print: (line: string) => void, everyMs = 10_000): (title: string) => Told {
  return (title) => {
    let last = performance.now();
    return (done, steps, msAStep) => {
      if (done < steps && performance.now() - last < everyMs) return;
      last = performance.now();
      const seconds = Math.round(((steps - done) * msAStep) / 1_000);
      const left = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
      print(`${title}: ${grouped(done)} of ${grouped(steps)} steps, ${Math.round(msAStep)} ms each, ${left} left`);
    };
  };
}
