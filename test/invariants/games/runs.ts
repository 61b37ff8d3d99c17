import { encodeFunctionData, type Hex } from "viem";
import { toHex, type Prng } from "../../../common/index.ts";
import {
  challengerMove,
  defenderMove,
  SegmentTrace,
  type Aim,
  type Divergence,
  type Player,
} from "../../../dispute/index.ts";
import {
  chunkCount,
  commitTensor,
  createExecutor,
  datasetCommitment,
  openChunk,
  stateCommitment,
  type Executor,
  type Operator,
  type State,
} from "../../../engine/index.ts";
import { availabilityAbi, checkpointsOf, type Claim } from "../../../protocol/index.ts";
import { carelessDefender, type Fault } from "./careless-defender.ts";
import { writeScript, type Script } from "./script.ts";
import type { Course } from "./trainings.ts";

/** One claim of a run, and games on it. */
export interface ScriptedClaim {
  readonly claim: Claim;
  /** The states on its grid. */
  readonly states: readonly Hex[];
  readonly scripts: readonly Script[];
  /** Answers to demands for chunks of its end. */
  readonly answers: readonly ScriptedAnswer[];
}

/** The call that answers a demand for a chunk, with the demand zero. */
export interface ScriptedAnswer {
  readonly tensor: number;
  readonly chunk: number;
  readonly calldata: Hex;
}

/** What one solver commits for a whole job. */
export interface Run {
  /** The flipped bit of a dishonest solver. */
  readonly lie: Divergence | null;
  /** Whether a claim of the run is wrong. */
  readonly shows: boolean;
  readonly claims: readonly ScriptedClaim[];
}

const faults: readonly Fault[] = ["element", "padding", "words", "dtype"];

function wordsOf({ extents }: Operator): number {
  return extents.reduce((product, extent) => product * extent, 1);
}

function claimOf({ subject, roots, segment }: SegmentTrace): Claim {
  return {
    ...subject.claim,
    programRoot: toHex(subject.commitment.root),
    datasetRoot: toHex(subject.datasetCommitment.root),
    startRoot: roots[0]!,
    endRoot: roots[subject.claim.steps]!,
    segmentRoot: toHex(segment.root),
  };
}

function statesOf({ subject, roots }: SegmentTrace): Hex[] {
  const { steps, grid } = subject.claim;
  return Array.from({ length: Math.ceil(steps / grid) }, (_, i) => roots[Math.min((i + 1) * grid, steps)]!);
}

function defenderOf(trace: SegmentTrace): Player {
  return (game) => defenderMove(game, trace);
}

/** Writes the runs of one course. */
export class RunWriter {
  readonly #course: Course;
  readonly #executor: Executor;
  readonly #random: Prng;

  private constructor(course: Course, executor: Executor, random: Prng) {
    this.#course = course;
    this.#executor = executor;
    this.#random = random;
  }

  static async create(course: Course, random: Prng): Promise<RunWriter> {
    return new RunWriter(course, await createExecutor("reference", course.training), random);
  }

  /** @param games games on every honest claim, half of them with a careless defender */
  honest(games: number): Run {
    return this.#run(null, games);
  }

  /** A run with a lie; null where the one drawn does not show in the state. */
  lying(games: number): Run | null {
    const { steps } = this.#course.cut;
    const run = this.#run({ ...this.#place(0, steps), bit: 22 }, games);
    return run.shows ? run : null;
  }

  #run(lie: Divergence | null, games: number): Run {
    const { cut, training } = this.#course;
    const claims: ScriptedClaim[] = [];
    let shows = false;
    let start = training.start as State;
    for (let k = 0; k < checkpointsOf(cut); k++) {
      const firstStep = k * cut.interval;
      const steps = Math.min(cut.interval, cut.steps - firstStep);
      const claim = { ...cut, firstStep, steps };
      const honest = this.#trace(start, claim);
      const own = lie === null ? honest : this.#trace(start, claim, lie);
      const wrong = own.roots[steps] !== honest.roots[steps];
      const scripted = wrong ? this.#lied(honest, own) : this.#contested(honest, games);
      shows ||= wrong;
      start = this.#after(start, claim, lie);
      claims.push({ ...scripted, answers: this.#answers(start) });
    }
    return { lie, shows, claims };
  }

  #trace(start: State, claim: SegmentTrace["subject"]["claim"], lie?: Divergence): SegmentTrace {
    const { training, commitment } = this.#course;
    const { program, constants, dataset } = training;
    const subject = {
      program,
      commitment,
      dataset,
      datasetCommitment: datasetCommitment(dataset),
      constants: constants.map((words, index) => commitTensor(words, program.constants[index]!.dtype)),
      claim,
    };
    return new SegmentTrace(subject, this.#executor, start, lie);
  }

  #after(start: State, { firstStep, steps, seed, order }: SegmentTrace["subject"]["claim"], lie: Divergence | null) {
    this.#executor.setState(start);
    for (let step = firstStep; step < firstStep + steps; step++)
      this.#executor.step({ step, seed, order }, lie?.step === step ? { flip: lie } : {});
    return this.#executor.getState();
  }

  /** A game on a wrong claim. */
  #lied(honest: SegmentTrace, own: SegmentTrace): Omit<ScriptedClaim, "answers"> {
    const claim = claimOf(own);
    const script = writeScript(claim, defenderOf(own), this.#challenger(honest), this.#random);
    return { claim, states: statesOf(own), scripts: [script] };
  }

  /** Games on a right claim: hostile challengers, and for every second one a careless defender. */
  #contested(honest: SegmentTrace, games: number): Omit<ScriptedClaim, "answers"> {
    const claim = claimOf(honest);
    const scripts = Array.from({ length: games }, (_, i) => {
      const aim = this.#place(claim.firstStep, claim.steps);
      const { left } = honest.step(aim.step - claim.firstStep);
      const careless = i % 2 === 1 && aim.operator < left.leafCount;
      const fault = faults[(i >> 1) % faults.length]!;
      const defender = careless ? carelessDefender(honest, aim.operator, fault, aim.element) : defenderOf(honest);
      return writeScript(claim, defender, this.#challenger(honest, aim), this.#random);
    });
    return { claim, states: statesOf(honest), scripts };
  }

  /** A chunk of each tensor of a state, and one that the first has not. */
  #answers(state: State): ScriptedAnswer[] {
    const committed = stateCommitment(state, this.#course.training.program);
    const inside = state.map(({ length }, tensor) => ({ tensor, chunk: this.#random.below(chunkCount(length)) }));
    const beyond = { tensor: 0, chunk: chunkCount(state[0]!.length) };
    return [...inside, beyond].map(({ tensor, chunk }) => {
      const { words, dtype, ...opened } = openChunk(committed, tensor, chunk);
      const { chunkTree, tensorProof, chunkProof } = opened;
      const proofs = [tensorProof.map(toHex), toHex(opened.chunk), chunkProof.map(toHex)] as const;
      const args = [0n, words, dtype, toHex(chunkTree), ...proofs] as const;
      return { tensor, chunk, calldata: encodeFunctionData({ abi: availabilityAbi, functionName: "answer", args }) };
    });
  }

  #challenger(honest: SegmentTrace, aim?: Aim): Player {
    return (game, history) => challengerMove(game, history, honest, aim);
  }

  /** A random element of a random operator at a random step; every kind is as likely. */
  #place(firstStep: number, steps: number): Aim {
    const { aims, training } = this.#course;
    const { operators } = training.program;
    const kind = this.#random.pick([...new Set(operators.map((op) => op.kind))]);
    const ofKind = operators.flatMap((op, index) => (op.kind === kind ? [index] : []));
    const operator = this.#random.pick(aims ?? ofKind);
    const element = this.#random.below(wordsOf(operators[operator]!));
    return { step: firstStep + this.#random.below(steps), operator, element };
  }
}
