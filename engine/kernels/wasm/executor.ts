import { bytesOf } from "../../../common/index.ts";
import { checkState } from "../../commit/state.ts";
import type { State } from "../../commit/state.ts";
import type { Engine, EngineOptions, Executor, ExecutorInput, StepOptions } from "../../execution.ts";
import type { Program, StepContext } from "../../program/types.ts";
import { nativeKernels, type NativeChoice } from "../native/kernels.ts";
import { placeOf, planLayout } from "./layout.ts";
import type { Layout, Place } from "./layout.ts";
import { createMemory, instantiateKernels, loadModule, type Kernels, type KernelModule } from "./loader.ts";
import { Team, type Call, type ThreadSetup } from "./team.ts";

/** Writes records, operand tables, fields and constants: all that steps do not change. */
function writeFixed(words: Uint32Array, layout: Layout, input: ExecutorInput): void {
  const { program, constants, dataset } = input;
  const bytes = bytesOf(words);
  for (const { record, bytes: part } of layout.parts.flat()) bytes.set(part, record);
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

/** The part of each operator that thread `thread` computes. */
function callsOf({ parts, tables, outputs }: Layout, program: Program, thread: number): (Call | undefined)[] {
  return program.operators.map(({ kind }, j) => {
    const part = parts[j]![thread];
    if (part === undefined) return undefined;
    const [even, odd] = outputs;
    return {
      kind,
      record: part.record,
      tables: [tables[0][j]!, tables[1][j]!],
      outputs: [even[j]!.start + part.start, odd[j]!.start + part.start],
    };
  });
}

/** Threads beside this one; none where one is enough. */
async function startTeam(
  { module }: KernelModule,
  memory: WebAssembly.Memory,
  layout: Layout,
  program: Program,
  native: NativeChoice | undefined,
): Promise<Team | undefined> {
  const { context, control, scratches } = layout;
  const setups = scratches.slice(1).map((scratch, i): ThreadSetup => {
    return { module, native, memory, scratch, context, control, calls: callsOf(layout, program, i + 1) };
  });
  return setups.length === 0 ? undefined : Team.start(setups, memory, control);
}

class WasmExecutor implements Executor {
  readonly engine: Engine;
  readonly #program: Program;
  readonly #samples: number;
  readonly #layout: Layout;
  readonly #kernels: Kernels;
  /** This thread's part of each operator. */
  readonly #calls: readonly Call[];
  readonly #team: Team | undefined;
  /** The whole memory. */
  readonly #words: Uint32Array;
  /** Which of the two sets of state tensors is the start state. */
  #parity: 0 | 1 = 0;

  constructor(
    engine: Engine,
    layout: Layout,
    memory: WebAssembly.Memory,
    kernels: Kernels,
    team: Team | undefined,
    input: ExecutorInput,
  ) {
    this.engine = engine;
    this.#program = input.program;
    this.#samples = input.dataset.samples;
    this.#layout = layout;
    this.#kernels = kernels;
    this.#calls = callsOf(layout, input.program, 0) as Call[];
    this.#team = team;
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
    const { context, parts } = this.#layout;
    const parity = this.#parity;
    const shuffled = order === "shuffled" ? 1 : 0;
    this.#words.set([step, seed, shuffled, this.#program.batch, this.#samples], context / 4);
    const outputs = this.#layout.outputs[parity];
    this.#calls.forEach(({ kind, record, tables, outputs: starts }, j) => {
      const own = () => this.#kernels[kind](record, tables[parity], starts[parity], context);
      if (parts[j]!.length > 1) this.#team!.run(j, parity, own);
      else own();
      const output = outputs[j]!;
      if (flip?.operator === j) this.#view(output)[flip.element]! ^= 1 << flip.bit;
      onOutput?.(j, this.#view(output));
    });
    this.#parity = parity === 0 ? 1 : 0;
  }

  async close(): Promise<void> {
    await this.#team?.close();
  }
}

/**
 * Executor whose kernels are WebAssembly; every output equals the reference executor's, bit by bit. It keeps copies of
 * constants and dataset. ASSUMES: input that `checkExecutorInput` accepts. @param native kernels to take in place
 * of WebAssembly's. @throws OperatorError `program-too-large`
 */
export async function createWasmExecutor(
  input: ExecutorInput,
  { threads = 1, leastWork }: EngineOptions = {},
  native?: NativeChoice,
): Promise<Executor> {
  const kernelModule = await loadModule();
  const layout = planLayout(kernelModule, input.program, input.dataset, threads, leastWork);
  const memory = createMemory(layout.end);
  const scratch = layout.scratches[0]!;
  const own = await instantiateKernels(kernelModule.module, memory, scratch);
  const kernels = native === undefined ? own : nativeKernels(native, memory, scratch, own);
  const team = await startTeam(kernelModule, memory, layout, input.program, native);
  return new WasmExecutor(native === undefined ? "wasm" : "native", layout, memory, kernels, team, input);
}
