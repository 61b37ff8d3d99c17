import { toHex, type Prng } from "../common/index.ts";
import { exampleClassifier, exampleSubject, SegmentTrace, type Divergence, type Subject } from "../dispute/index.ts";
import { createExecutor, stateCommitment, wordOf, type Executor, type State } from "../engine/index.ts";

/** UNITS: steps; a state is committed after each. */
export const steps = 16;
export const interval = 4;
export const segments = steps / interval;
export const seed = 7;

/**
 * What a dishonest solver computes instead. `bit`: one bit of one output flipped. `order`: samples in another order. `stop`:
 * nothing is learned. `rate`: another learning rate. `splice`: other weights at the segment's start.
 */
export type Lie = "bit" | "order" | "stop" | "rate" | "splice";

const { program, constants, dataset, start } = exampleClassifier(20_261_126);
const [rates, classes] = constants as readonly [Uint32Array, Uint32Array];
const constantRates = (rate: number): Uint32Array[] => [rates.map(() => wordOf(rate)), classes];

/** A segment that somebody executed, and the state after it. */
export interface Executed {
  readonly trace: SegmentTrace;
  readonly end: State;
}

/** Trains the smallest program that uses every operator, rightly and wrongly. */
export class Training {
  readonly program = program;
  readonly start: State = start;
  readonly #honest: Executor;
  readonly #lazy: Executor;
  readonly #hasty: Executor;
  readonly #subject: Subject;
  /** Segments that were executed before, by their first step and state. */
  readonly #known = new Map<string, Executed>();

  private constructor(honest: Executor, lazy: Executor, hasty: Executor) {
    [this.#honest, this.#lazy, this.#hasty] = [honest, lazy, hasty];
    const claim = { firstStep: 0, steps: interval, grid: 1, seed, order: "shuffled" } as const;
    this.#subject = exampleSubject({ program, constants, dataset }, claim);
  }

  static async create(): Promise<Training> {
    const executor = (of: readonly Uint32Array[]) => createExecutor("reference", { program, constants: of, dataset });
    return new Training(
      await executor(constants),
      await executor(constantRates(0)),
      await executor(constantRates(0.25)),
    );
  }

  get commitment(): Subject["commitment"] {
    return this.#subject.commitment;
  }
  get datasetCommitment(): Subject["datasetCommitment"] {
    return this.#subject.datasetCommitment;
  }

  /** Segment k of a job that begins with step `first`, from a state. UNITS: steps. */
  segment(k: number, from: State, first = 0): Executed {
    const key = `${first + k * interval}/${toHex(stateCommitment(from, program).root)}`;
    const known = this.#known.get(key) ?? this.#execute(this.#honest, from, first + k * interval);
    this.#known.set(key, known);
    return known;
  }

  /** The same with a lie in it, which changes the segment's end. */
  lie(kind: Lie, k: number, from: State, prng: Prng, first = 0): Executed {
    const step = first + k * interval;
    if (kind === "order") return this.#execute(this.#honest, from, step, { ofSeed: seed + 1 });
    if (kind === "stop") return this.#execute(this.#lazy, from, step);
    if (kind === "rate") return this.#execute(this.#hasty, from, step);
    if (kind === "splice") {
      const weights = from[0]!.map((word) => word ^ 0x0040_0000);
      return this.#execute(this.#honest, [weights, ...from.slice(1)], step);
    }
    const right = this.segment(k, from, first).trace.roots.at(-1);
    for (;;) {
      const operator = prng.below(program.operators.length);
      const elements = program.operators[operator]!.extents.reduce((product, extent) => product * extent, 1);
      const flip = { step: step + prng.below(interval), operator, element: prng.below(elements), bit: prng.below(32) };
      const executed = this.#execute(this.#honest, from, step, { flip });
      if (executed.trace.roots.at(-1) !== right) return executed;
    }
  }

  #execute(
    executor: Executor,
    from: State,
    firstStep: number,
    { flip, ofSeed = seed }: { readonly flip?: Divergence; readonly ofSeed?: number } = {},
  ): Executed {
    const subject = { ...this.#subject, claim: { ...this.#subject.claim, firstStep, seed: ofSeed } };
    const trace = new SegmentTrace(subject, executor, from, flip);
    return { trace, end: executor.getState().map((words) => words.slice()) };
  }
}
