import { OperatorError } from "../common/index.ts";
import type { State } from "./commit/state.ts";
import type { Dataset } from "./dataset.ts";
import type { InstructionSet } from "./kernels/native/kernels.ts";
import type { Program, StepContext } from "./program/types.ts";
import { validateProgram } from "./program/validate-program.ts";

/** What every engine takes and does. */

export const engines = ["reference", "wasm", "native"] as const;

export type Engine = (typeof engines)[number];

/** One bit of one element of one operator's output. */
export interface Flip {
  readonly operator: number;
  /** Flat index in the output. */
  readonly element: number;
  /** 0 (least) to 31. */
  readonly bit: number;
}

/**
 * Looks at a tensor where it lies. The words are valid only during the call, and so are the nodes of their chunk tree
 * (`MerkleTree.nodes`), which an engine may give where it is asked for hashes.
 */
export type Look = (index: number, words: Uint32Array, nodes?: Uint8Array) => void;

export interface StepOptions {
  /** Flips a bit of an output and carries on from there. */
  readonly flip?: Flip;
  /** Called after every operator, after the flip. */
  readonly onOutput?: Look;
  readonly hashes?: boolean;
}

/** Runs a program step by step. Every engine gives the same words, bit for bit. */
export interface Executor {
  readonly engine: Engine;
  /** A copy of the state after the last step. Zero words before `setState`. */
  getState(): State;
  /** Looks at every tensor of that state, in order. */
  lookAtState(look: Look, options?: Pick<StepOptions, "hashes">): void;
  /** Copies a state in, each tensor before it asks for the next. Half a state may be in where it throws. @throws OperatorError `state-mismatch` */
  setState(state: Iterable<Uint32Array>): void;
  /** Runs one step: every operator reads the start state, then the new state takes effect together. */
  step(context: StepContext, options?: StepOptions): void;
  /** Ends the threads that it started. It must not be used afterwards. */
  close(): Promise<void>;
}

export interface ExecutorInput {
  readonly program: Program;
  /** The words of every constant, in declared order. They must not change while the executor is used. */
  readonly constants: readonly Uint32Array[];
  /** Its fields are those that the program declares. */
  readonly dataset: Dataset;
}

export interface EngineOptions {
  /** Threads that compute, the calling one included; 1 if left out. Their number changes no bit. The reference engine uses one. */
  readonly threads?: number;
  /** Least work that a thread is given, for tests that divide small operators. UNITS: work units. */
  readonly leastWork?: number;
  /** Of the native engine; the best of the processor's if left out. */
  readonly instructions?: InstructionSet;
}

function mismatch(code: string, what: string, expected: unknown, actual: unknown): OperatorError {
  return new OperatorError(code, `The ${what} are not those that the program declares; fetch the program's own.`, {
    expected,
    actual,
  });
}

/**
 * Refuses input that an engine could not run: an invalid program, other constants, another dataset.
 * @throws OperatorError `invalid-program`, `constant-mismatch` or `dataset-mismatch`
 */
export function checkExecutorInput({ program, constants, dataset }: ExecutorInput): void {
  validateProgram(program);
  const declared = program.constants.map(({ words }) => words);
  const given = constants.map(({ length }) => length);
  if (declared.join() !== given.join()) throw mismatch("constant-mismatch", "constants", declared, given);
  const fields = program.fields.map(({ dtype, length }) => `${dtype} × ${length}`);
  const present = dataset.fields.map(({ dtype, length }) => `${dtype} × ${length}`);
  if (fields.join() !== present.join()) throw mismatch("dataset-mismatch", "dataset's fields", fields, present);
}
