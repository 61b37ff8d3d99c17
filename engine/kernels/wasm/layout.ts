import { OperatorError } from "../../../common/index.ts";
import type { Dataset } from "../../dataset.ts";
import { outputWords } from "../../program/cost.ts";
import { encodeOperator } from "../../program/encode.ts";
import type { Operand, Program } from "../../program/types.ts";
import { alignBytes, planOutputs } from "./arena.ts";
import { memoryLimit, type KernelModule } from "./loader.ts";
import { splitOperator } from "./split.ts";
import { controlBytes } from "./team.ts";

/** A tensor's place in the memory. UNITS: `start` bytes. */
export interface Place {
  readonly start: number;
  readonly words: number;
}

/** One thread's part of an operator. */
export interface PlacedPart {
  /** Where its record lies. UNITS: bytes. */
  readonly record: number;
  /** The record itself. */
  readonly bytes: Uint8Array;
  /** Where its output begins in the operator's. UNITS: bytes. */
  readonly start: number;
}

/** Where everything lies. UNITS: bytes from the start of the memory. */
export interface Layout {
  readonly context: number;
  /** What the threads of the engine tell each other. */
  readonly control: number;
  /** Working memory of each thread. */
  readonly scratches: readonly number[];
  /** Parts of each operator, the first thread's first. */
  readonly parts: readonly (readonly PlacedPart[])[];
  /** Operand table of each operator, for even and for odd steps. */
  readonly tables: readonly [readonly number[], readonly number[]];
  readonly fields: readonly Place[];
  readonly constants: readonly Place[];
  /** Start states of even and of odd steps: each is the other's next state. */
  readonly states: readonly [readonly Place[], readonly Place[]];
  /** Outputs; of state producers, for even and for odd steps. */
  readonly outputs: readonly [readonly Place[], readonly Place[]];
  /** First byte past everything. */
  readonly end: number;
}

/** Words of an entry of an operand table: address, words, stride between samples (fields), zero. */
export const TABLE_WORDS = 4;

const CONTEXT_BYTES = 64;

/**
 * Lays out a program's tensors past the kernels' own data, and its operators' parts for so many threads.
 * @param leastWork see `splitOperator`
 * @throws OperatorError `program-too-large`
 */
export function planLayout(
  { arenaStart, scratchBytes }: KernelModule,
  program: Program,
  dataset: Dataset,
  threads: number,
  leastWork?: number,
): Layout {
  let end = arenaStart;
  const take = (size: number) => {
    end += alignBytes(size);
    return end - alignBytes(size);
  };
  const place = (words: number): Place => ({ start: take(words * 4), words });

  const context = take(CONTEXT_BYTES);
  const control = take(controlBytes);
  const scratches = Array.from({ length: threads }, () => take(scratchBytes));
  const parts = program.operators.map((whole) =>
    splitOperator(whole, threads, leastWork).map(({ operator, firstWord }): PlacedPart => {
      const bytes = encodeOperator(operator);
      return { record: take(bytes.length), bytes, start: firstWord * 4 };
    }),
  );
  const table = () => program.operators.map(({ operands }) => take(operands.length * TABLE_WORDS * 4));
  const tables = [table(), table()] as const;
  // A field that does not lie in memory has no place in this one either.
  const fields = dataset.fields.map(({ words }) => place(words instanceof Uint32Array ? words.length : 0));
  const constants = program.constants.map(({ words }) => place(words));
  const state = () => program.states.map(({ words }) => place(words));
  const states = [state(), state()] as const;

  const plan = planOutputs(program);
  const first = take(plan.bytes);
  const firstProducer = program.operators.length - program.states.length;
  const outputsOf = (parity: 0 | 1) =>
    program.operators.map((operator, j): Place => {
      const start = plan.starts[j];
      const words = outputWords(operator);
      return start === undefined ? states[1 - parity]![j - firstProducer]! : { start: first + start, words };
    });
  if (end + 64 > memoryLimit) {
    throw new OperatorError("program-too-large", "The program's tensors exceed 4 GiB; use a smaller batch or model.", {
      bytes: end,
    });
  }
  const outputs = [outputsOf(0), outputsOf(1)] as const;
  return { context, control, scratches, parts, tables, fields, constants, states, outputs, end };
}

/** The tensor that an operand reads in a step of the given parity. */
export function placeOf(layout: Layout, { ref }: Operand, parity: 0 | 1): Place {
  const spaces = {
    state: layout.states[parity],
    field: layout.fields,
    constant: layout.constants,
    operator: layout.outputs[parity],
  };
  return spaces[ref.space][ref.index]!;
}
