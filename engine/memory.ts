import { outputWords } from "./program/cost.ts";
import type { Operator, Program } from "./program/types.ts";
import { alignBytes, outputBytes } from "./kernels/wasm/arena.ts";

/** What a step of a program needs of the memory. UNITS: bytes. */
export interface MemoryNeed {
  /** What the executor sets aside for outputs that are not state. */
  readonly outputs: number;
  /** Outputs that live at once at the worst moment: no plan needs less. */
  readonly liveOutputs: number;
  /** The start state and the next one. */
  readonly states: number;
  readonly constants: number;
}

function bytesOf(operator: Operator): number {
  return alignBytes(outputWords(operator) * 4);
}

function mostLive({ operators, states }: Program): number {
  const firstProducer = operators.length - states.length;
  const dying: number[] = operators.map(() => 0);
  const last = operators.map((_, j) => j);
  operators.forEach(({ operands }, j) => {
    for (const { ref } of operands) if (ref.space === "operator") last[ref.index] = j;
  });
  let live = 0;
  let most = 0;
  operators.forEach((operator, j) => {
    if (j < firstProducer) {
      live += bytesOf(operator);
      dying[last[j] as number]! += bytesOf(operator);
    }
    most = Math.max(most, live);
    live -= dying[j] as number;
  });
  return most;
}

/** Memory of a program's step, the dataset left out. */
export function memoryNeed(program: Program): MemoryNeed {
  const bytes = (declared: readonly { readonly words: number }[]) =>
    declared.reduce((sum, { words }) => sum + alignBytes(words * 4), 0);
  return {
    outputs: outputBytes(program),
    liveOutputs: mostLive(program),
    states: 2 * bytes(program.states),
    constants: bytes(program.constants),
  };
}

/** Bytes of the outputs of one step, which a dispute about it commits to. */
export function traceBytes({ operators }: Program): number {
  return operators.reduce((sum, operator) => sum + outputWords(operator) * 4, 0);
}
