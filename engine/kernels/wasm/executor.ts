import { bytesOf } from "../../../common/index.ts";
import { checkState } from "../../commit/state.ts";
import type { State } from "../../commit/state.ts";
import type { Executor, ExecutorInput, StepOptions } from "../../execution.ts";
import { encodeProgram } from "../../program/encode.ts";
import type { Program, StepContext } from "../../program/types.ts";
import { placeOf, planLayout } from "./layout.ts";
import type { Layout, Place } from "./layout.ts";
import { growTo, loadKernels } from "./loader.ts";
import type { Kernels } from "./loader.ts";

/** Writes records, operand tables, fields and constants: all that steps do not change. */
function writeFixed(words: Uint32Array, layout: Layout, input: ExecutorInput): void {
  const { program, constants, dataset } = input;
  const bytes = bytesOf(words);
  const { records } = encodeProgram(program);
  const operatorRecords = records.slice(records.length - program.operators.length);
  operatorRecords.forEach((record, j) => bytes.set(record, layout.records[j]!));
  const write = (place: Place, content: Uint32Array) => words.set(content, place.start / 4);
  dataset.fields.forEach((field, index) => write(layout.fields[index]!, field.words));
  constants.forEach((constant, index) => write(layout.constants[index]!, constant));
  for (const parity of [0, 1] as const) {
    program.operators.forEach(({ operands }, j) => {
      const entries = operands.flatMap((operand) => {
        const { start, words: length } = placeOf(layout, operand, parity);
        const stride = operand.ref.space === "field" ? dataset.fields[operand.ref.index]!.stride : 0;
        return [start, length, stride, 0];
      });
      words.set(entries, layout.tables[parity]![j]! / 4);
    });
  }
}

class WasmExecutor implements Executor {
  readonly engine = "wasm";
  readonly #program: Program;
  readonly #samples: number;
  readonly #layout: Layout;
  readonly #kernels: Kernels["kernels"];
  /** The whole memory. */
  readonly #words: Uint32Array;
  /** Which of the two sets of state tensors is the start state. */
  #parity: 0 | 1 = 0;

  constructor(layout: Layout, { memory, kernels }: Kernels, input: ExecutorInput) {
    this.#program = input.program;
    this.#samples = input.dataset.samples;
    this.#layout = layout;
    this.#kernels = kernels;
    this.#words = new Uint32Array(memory.buffer);
    writeFixed(this.#words, layout, input);
  }

  #view({ start, words }: Place): Uint32Array {
    return this.#words.subarray(start / 4, start / 4 + words);
  }

  getState(): State {
    return this.#layout.states[this.#parity].map((place) => this.#view(place).slice());
  }

  setState(state: readonly Uint32Array[]): void {
    checkState(state, this.#program);
    this.#layout.states[this.#parity].forEach((place, index) => this.#view(place).set(state[index]!));
  }

  step({ step, seed, order }: StepContext, { flip, onOutput }: StepOptions = {}): void {
    const { context, records } = this.#layout;
    const shuffled = order === "shuffled" ? 1 : 0;
    this.#words.set([step, seed, shuffled, this.#program.batch, this.#samples], context / 4);
    const tables = this.#layout.tables[this.#parity];
    const outputs = this.#layout.outputs[this.#parity];
    this.#program.operators.forEach(({ kind }, j) => {
      const output = outputs[j]!;
      this.#kernels[kind](records[j]!, tables[j]!, output.start, context);
      if (flip?.operator === j) this.#view(output)[flip.element]! ^= 1 << flip.bit;
      onOutput?.(j, this.#view(output));
    });
    this.#parity = this.#parity === 0 ? 1 : 0;
  }
}

/**
 * Executor whose kernels are WebAssembly; every output equals the reference executor's, bit by bit. It keeps copies of
 * constants and dataset. ASSUMES: input that `checkExecutorInput` accepts. @throws OperatorError `program-too-large`
 */
export async function createWasmExecutor(input: ExecutorInput): Promise<Executor> {
  const kernels = await loadKernels();
  const layout = planLayout(kernels.arenaStart, input.program, encodeProgram(input.program), input.dataset);
  growTo(kernels.memory, layout.end);
  return new WasmExecutor(layout, kernels, input);
}
