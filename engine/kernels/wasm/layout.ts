import { OperatorError } from "../../../common/index.ts";
import type { Dataset } from "../../dataset.ts";
import { outputWords } from "../../program/cost.ts";
import type { EncodedProgram } from "../../program/encode.ts";
import type { Operand, Program } from "../../program/types.ts";
import { alignBytes, planOutputs } from "./arena.ts";
import { memoryLimit } from "./loader.ts";

/** A tensor's place in the memory. UNITS: `start` bytes. */
export interface Place {
  readonly start: number;
  readonly words: number;
}

/** Where everything lies. UNITS: bytes from the start of the memory. */
export interface Layout {
  readonly context: number;
  /** Record of each operator. */
  readonly records: readonly number[];
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

/** Lays out a program's tensors from byte `origin` on, a multiple of 64. @throws OperatorError `program-too-large` */
export function planLayout(origin: number, program: Program, encoded: EncodedProgram, dataset: Dataset): Layout {
  let end = origin;
  const take = (size: number) => {
    end += alignBytes(size);
    return end - alignBytes(size);
  };
  const place = (words: number): Place => ({ start: take(words * 4), words });

  const context = take(CONTEXT_BYTES);
  const operatorRecords = encoded.records.slice(encoded.records.length - program.operators.length);
  const records = operatorRecords.map((record) => take(record.length));
  const table = () => program.operators.map(({ operands }) => take(operands.length * TABLE_WORDS * 4));
  const tables = [table(), table()] as const;
  const fields = dataset.fields.map(({ words }) => place(words.length));
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
  return { context, records, tables, fields, constants, states, outputs: [outputsOf(0), outputsOf(1)], end };
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
