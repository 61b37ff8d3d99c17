import { createPrng, toHex } from "../common/index.ts";
import type { Words } from "../common/index.ts";
import {
  classifierProgram,
  commitTensor,
  createExecutor,
  datasetCommitment,
  programCommitment,
  wordOf,
  type Dataset,
  type Engine,
  type Program,
  type State,
} from "../engine/index.ts";
import type { Claim } from "../protocol/index.ts";
import { SegmentTrace, type Divergence, type ExecutedSegment, type Subject } from "./segment-trace.ts";

/** A segment both sides can execute, for tests and benchmarks of games. */
export interface ExampleSegment {
  readonly subject: Subject;
  readonly start: State;
  /** The honest execution. */
  readonly honest: SegmentTrace;
  /** An execution that diverges. */
  run(flip: Divergence): SegmentTrace;
  /** What a solver with this execution claims. */
  claimOf(trace: ExecutedSegment): Claim;
}

/** What an example segment executes, from a state. */
export interface ExampleTraining<Source extends Words = Words> {
  readonly program: Program;
  readonly constants: readonly Uint32Array[];
  readonly dataset: Dataset<Source>;
  readonly start: State;
}

/** What both sides hold before a game about a training's segment. */
export function exampleSubject(
  { program, constants, dataset }: Omit<ExampleTraining, "start">,
  claim: Subject["claim"],
): Subject {
  return {
    program,
    commitment: programCommitment(program),
    dataset,
    datasetCommitment: datasetCommitment(dataset),
    constants: constants.map((words, index) => commitTensor(words, program.constants[index].dtype)),
    claim,
  };
}

/** What a solver with this execution claims. */
export function claimOf({ subject, roots, segment }: ExecutedSegment): Claim {
  const { claim, commitment, datasetCommitment: data } = subject;
  return {
    ...claim,
    programRoot: toHex(commitment.root),
    datasetRoot: toHex(data.root),
    startRoot: roots[0],
    endRoot: roots[claim.steps],
    segmentRoot: toHex(segment.root),
  };
}

/** A segment of a training from `firstStep`. UNITS: steps and grid in steps */
export async function exampleSegment(
  training: ExampleTraining,
  claim: Subject["claim"],
  engine: Engine = "reference",
): Promise<ExampleSegment> {
  const { program, constants, dataset, start } = training;
  const executor = await createExecutor(engine, { program, constants, dataset });
  const subject = exampleSubject(training, claim);
  const run = (flip?: Divergence): SegmentTrace => new SegmentTrace(subject, executor, start, flip);
  return { subject, start, honest: run(), run, claimOf };
}

/** The classifier that uses every operator, on random data of 10 samples. */
export function exampleClassifier(seed: number): ExampleTraining<Uint32Array> {
  const prng = createPrng(seed);
  const floats = (count: number): Uint32Array => Uint32Array.from({ length: count }, () => wordOf(prng.unit() * 2 - 1));
  const rates = Uint32Array.from({ length: 64 }, () => wordOf(0.125));
  const classes = Uint32Array.of(0, 1, 2);
  const root = commitTensor(rates, "f32").root;
  const program = classifierProgram({ words: rates.length, root }, commitTensor(classes, "i32").root);
  const labels = Uint32Array.from({ length: 10 }, () => prng.below(3));
  const fields = [
    { dtype: "f32", words: floats(60), stride: 6, length: 6 },
    { dtype: "i32", words: labels, stride: 1, length: 1 },
  ] as const;
  return {
    program,
    constants: [rates, classes],
    dataset: { samples: 10, fields },
    start: [floats(18), Uint32Array.of(0)],
  };
}
