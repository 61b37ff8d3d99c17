import { bytesOf } from "../../../common/index.ts";
import { takeState } from "../../commit/state.ts";
import type { State } from "../../commit/state.ts";
import type { Engine, EngineOptions, Executor, ExecutorInput, Look, StepOptions } from "../../execution.ts";
import type { Program, StepContext } from "../../program/types.ts";
import { nativeKernels, type NativeChoice } from "../native/kernels.ts";
import { gatherOf, type Gather } from "./gather.ts";
import { placeOf, planLayout, plansOf } from "./layout.ts";
import type { Layout, Place, Plan } from "./layout.ts";
import { createMemory, instantiateKernels, loadModule, type Kernels, type KernelModule } from "./loader.ts";
import { makeRoom } from "./room.ts";
import { Team, type Call, type ThreadSetup } from "./team.ts";

/** Writes records, tables, constants and the fields that lie in memory: all that steps do not change. */
function writeFixed(words: Uint32Array, layout: Layout, { constants, dataset }: ExecutorInput): void {
  const bytes = bytesOf(words);
  const write = (place: Place, content: Uint32Array) => words.set(content, place.start / 4);
  dataset.fields.forEach(({ words: field }, index) => {
    if (field instanceof Uint32Array) write(layout.fields[index]!, field);
  });
  constants.forEach((constant, index) => write(layout.constants[index]!, constant));
  for (const [plan, named] of plansOf(layout)) {
    for (const { parts, tables, entries } of plan.calls) {
      for (const { record, bytes: part } of parts) bytes.set(part, record);
      for (const parity of [0, 1] as const) {
        const table = entries.flatMap((ref) => {
          const { start, words: length } = placeOf(layout, named, ref, parity);
          return [start, length, ref.space === "field" ? dataset.fields[ref.index]!.stride : 0, 0];
        });
        words.set(table, tables[parity] / 4);
      }
    }
  }
}

/** The part of each call of a plan that thread `thread` computes. */
function callsOf({ calls, outputs }: Plan, thread: number): (Call | undefined)[] {
  return calls.map(({ kind, parts, tables, operator }) => {
    const part = parts[thread];
    if (part === undefined) return undefined;
    const start = (parity: 0 | 1) => (outputs[parity][operator]?.start ?? 0) + part.start;
    return { kind, record: part.record, tables, outputs: [start(0), start(1)] };
  });
}

/** Threads beside this one; none where one is enough. */
async function startTeam(
  kernels: KernelModule,
  native: NativeChoice | undefined,
  memory: WebAssembly.Memory,
  layout: Layout,
): Promise<Team | undefined> {
  const { context, control, scratches } = layout;
  const setups = scratches.slice(1).map((scratch, i): ThreadSetup => {
    const calls = plansOf(layout).flatMap(([plan]) => callsOf(plan, i + 1));
    return { kernels, native, memory, scratch, context, control, calls };
  });
  return setups.length === 0 ? undefined : Team.start(setups, memory, control);
}

class WasmExecutor implements Executor {
  readonly engine: Engine;
  readonly #program: Program;
  readonly #samples: number;
  readonly #layout: Layout;
  readonly #kernels: Kernels;
  /** This thread's part of each call, one plan after another. */
  readonly #calls: readonly Call[];
  /** Where each plan's calls begin among all of them. */
  readonly #firstCalls = new Map<Plan, number>();
  readonly #gathers: readonly (Gather | undefined)[];
  readonly #team: Team | undefined;
  /** The whole memory. */
  readonly #words: Uint32Array;
  /** Which of the two sets of state tensors is the start state. */
  #parity: 0 | 1 = 0;
  #hasStepped = false;

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
    const calls: (Call | undefined)[] = [];
    for (const [plan] of plansOf(layout)) {
      this.#firstCalls.set(plan, calls.length);
      calls.push(...callsOf(plan, 0));
    }
    // INVARIANT: the first thread has a part of every call.
    this.#calls = calls as Call[];
    this.#gathers = input.program.operators.map((operator) => gatherOf(operator, input));
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

  lookAtState(look: Look, { hashes }: Pick<StepOptions, "hashes"> = {}): void {
    const { operators, states } = this.#program;
    // The state's tensors are the outputs of the step before.
    const [before, firstProducer] = [this.#other, operators.length - states.length];
    this.#layout.states[this.#parity].forEach((place, tensor) => {
      look(tensor, this.#view(place), hashes === true ? this.#hash(firstProducer + tensor, before) : undefined);
    });
  }

  setState(state: Iterable<Uint32Array>): void {
    const places = this.#layout.states[this.#parity];
    takeState(state, this.#program, (words, tensor) => this.#view(places[tensor]!).set(words));
  }

  step(stepContext: StepContext, options: StepOptions = {}): void {
    const { step, seed, order } = stepContext;
    const { context, fused, traced, end } = this.#layout;
    if (!this.#hasStepped) makeRoom(end);
    this.#hasStepped = true;
    const shuffled = order === "shuffled" ? 1 : 0;
    this.#words.set([step, seed, shuffled, this.#program.batch, this.#samples], context / 4);
    const isSeen = options.onOutput !== undefined || options.flip !== undefined;
    const plan = isSeen ? traced : fused;
    plan.calls.forEach(({ operator }, call) => {
      this.#run(plan, call, stepContext);
      if (isSeen) this.#show(operator, options);
    });
    this.#parity = this.#other;
  }

  get #other(): 0 | 1 {
    return this.#parity === 0 ? 1 : 0;
  }

  /** Runs a call of a plan: on the host, on all threads or on this one. */
  #run(plan: Plan, call: number, stepContext: StepContext): void {
    const parity = this.#parity;
    const { operator } = plan.calls[call]!;
    const gather = this.#gathers[operator];
    if (gather) gather(stepContext, this.#view(plan.outputs[parity][operator]!));
    else this.#compute(plan, call, parity);
  }

  /** Runs a call of a plan on all threads or on this one. */
  #compute(plan: Plan, call: number, parity: 0 | 1): void {
    const index = this.#firstCalls.get(plan)! + call;
    const { kind, record, tables, outputs } = this.#calls[index]!;
    const own = () => this.#kernels[kind](record, tables[parity], outputs[parity], this.#layout.context);
    if (plan.calls[call]!.parts.length > 1) this.#team!.run(index, parity, own);
    else own();
  }

  /** Shows an operator's output, and flips its bit before that. */
  #show(operator: number, { flip, onOutput, hashes }: StepOptions): void {
    const words = this.#view(this.#layout.traced.outputs[this.#parity][operator]!);
    if (flip?.operator === operator) words[flip.element]! ^= 1 << flip.bit;
    onOutput?.(operator, words, hashes === true ? this.#hash(operator, this.#parity) : undefined);
  }

  /** All nodes of the tree of an operator's output in a step of that parity. */
  #hash(operator: number, parity: 0 | 1): Uint8Array {
    const { hashed } = this.#layout;
    this.#compute(hashed, 2 * operator, parity);
    this.#compute(hashed, 2 * operator + 1, parity);
    return bytesOf(this.#view(hashed.outputs[parity][operator]!));
  }

  async close(): Promise<void> {
    await this.#team?.close();
  }
}

export interface WasmOptions extends EngineOptions {
  /** How the kernels compute, for tests that try every way; the fastest one if left out. It changes no bit. */
  readonly kernels?: Partial<Pick<KernelModule, "revectorised" | "tileRows">>;
}

/**
 * Executor whose kernels are WebAssembly; every output equals the reference executor's, bit by bit. It keeps copies of
 * constants and of the fields that lie in memory. ASSUMES: input that `checkExecutorInput` accepts.
 * @param native kernels to take in place of WebAssembly's @throws OperatorError `program-too-large`
 */
export async function createWasmExecutor(
  input: ExecutorInput,
  { threads = 1, leastWork, kernels: choice = {} }: WasmOptions = {},
  native?: NativeChoice,
): Promise<Executor> {
  const kernelModule = { ...(await loadModule(choice.revectorised)), ...choice };
  const layout = planLayout(kernelModule, input.program, input.dataset, { threads, leastWork });
  const memory = createMemory(layout.end);
  const scratch = layout.scratches[0]!;
  const own = await instantiateKernels(kernelModule, memory, scratch);
  const kernels = native === undefined ? own : nativeKernels(native, memory, scratch, own);
  const team = await startTeam(kernelModule, native, memory, layout);
  return new WasmExecutor(native === undefined ? "wasm" : "native", layout, memory, kernels, team, input);
}
