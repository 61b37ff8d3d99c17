import { toHex } from "../common/index.ts";
import { exampleClassifier, exampleSubject, type ExampleTraining, type Subject } from "../dispute/index.ts";
import { createExecutor, stateCommitment, wordOf, type Executor, type State } from "../engine/index.ts";
import { Execution, type Otherwise } from "./execution.ts";
import { cut, segments } from "./setting.ts";

/** Chooses the training's data and first state. */
const trainingSeed = 1;
/** The rate that the training's own is not. */
const otherRate = 0.25;

/** The training that all runs are about: a softmax classifier that uses every operator, run by the reference engine. */
export class Course {
  readonly training: ExampleTraining;
  readonly grid: number;
  readonly #subject: Omit<Subject, "claim">;
  readonly #executor: Executor;
  /** With another learning rate in the table than the program's root commits to. */
  readonly #fasterExecutor: Executor;
  readonly #kept = new Map<string, Execution>();

  private constructor(training: ExampleTraining, grid: number, executor: Executor, faster: Executor) {
    this.training = training;
    this.grid = grid;
    this.#executor = executor;
    this.#fasterExecutor = faster;
    const { claim: _claim, ...subject } = exampleSubject(training, { ...cut, firstStep: 0, grid });
    this.#subject = subject;
  }

  /** UNITS: grid in steps. */
  static async create(grid: number): Promise<Course> {
    const training = exampleClassifier(trainingSeed);
    const { program, constants, dataset } = training;
    const [rates, ...rest] = constants;
    const faster = [rates!.map(() => wordOf(otherRate)), ...rest];
    const executor = await createExecutor("reference", { program, constants, dataset });
    const other = await createExecutor("reference", { program, constants: faster, dataset });
    return new Course(training, grid, executor, other);
  }

  /** What terms commit to. */
  get roots() {
    const { commitment, datasetCommitment } = this.#subject;
    return {
      programRoot: toHex(commitment.root),
      datasetRoot: toHex(datasetCommitment.root),
      initialStateRoot: this.rootOf(this.training.start),
    };
  }

  rootOf(state: State) {
    return toHex(stateCommitment(state, this.training.program).root);
  }

  /** The honest execution of segment k of the whole training from a state; kept, since every run asks for the same ones. */
  replay(k: number, start: State): Execution {
    const key = `${k}/${this.rootOf(start)}`;
    const execution = this.#kept.get(key) ?? new Execution(this.#subjectOf(k), this.#executor, start);
    this.#kept.set(key, execution);
    return execution;
  }

  /** A dishonest execution of segment k from a state. @param faster whether it trains at another learning rate */
  cheat(k: number, start: State, otherwise: Otherwise, faster = false): Execution {
    return new Execution(this.#subjectOf(k), faster ? this.#fasterExecutor : this.#executor, start, otherwise);
  }

  #subjectOf(k: number): Subject {
    const claim = { ...cut, steps: cut.interval, firstStep: k * cut.interval, grid: this.grid };
    return { ...this.#subject, claim };
  }
}

/** What a solver claims of segments first … of the training, one after the other. */
export class Claims {
  readonly course: Course;
  /** Number of the first segment in the training. */
  readonly first: number;
  readonly executions: readonly Execution[];
  /** Whether a segment cost its execution, honest or not; a state from elsewhere costs nothing. */
  readonly trained: (k: number) => boolean;

  constructor(course: Course, executions: readonly Execution[], trained: Claims["trained"] = () => true, first = 0) {
    this.course = course;
    this.first = first;
    this.executions = executions;
    this.trained = trained;
  }

  /** The honest ones from a state. */
  static honest(course: Course, start: State = course.training.start, first = 0): Claims {
    const executions: Execution[] = [];
    for (let k = first; k < first + segments; k++) executions.push(course.replay(k, executions.at(-1)?.end ?? start));
    return new Claims(course, executions, undefined, first);
  }

  /** Segments of which `cheat` gives an execution are claimed so, the others honestly from where those end. */
  static of(
    course: Course,
    cheat: (k: number, start: State) => Execution | undefined,
    trained?: Claims["trained"],
  ): Claims {
    const executions: Execution[] = [];
    for (let k = 0; k < segments; k++) {
      const start = executions.at(-1)?.end ?? course.training.start;
      executions.push(cheat(k, start) ?? course.replay(k, start));
    }
    return new Claims(course, executions, trained);
  }

  /** The state that segment k starts from. */
  before(k: number): State {
    return this.executions[k]!.states[0]!;
  }

  /** Whether segment k is wrong: its end, or a state on its grid. */
  isFalse(k: number): boolean {
    const honest = this.course.replay(this.first + k, this.before(k)).onGrid;
    return this.executions[k]!.onGrid.some((root, i) => root !== honest[i]);
  }

  get anyFalse(): boolean {
    return this.executions.some((_, k) => this.isFalse(k));
  }
}
