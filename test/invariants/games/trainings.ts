import { createPrng, MerkleTree, type Prng } from "../../../common/index.ts";
import { exampleClassifier, type ExampleTraining } from "../../../dispute/index.ts";
import {
  classifierOperators,
  halvingProgram,
  hashRecord,
  programCommitment,
  programRoot,
  wordOf,
  type Operand,
  type Operator,
  type Program,
  type ProgramCommitment,
} from "../../../engine/index.ts";
import type { Terms } from "../../../protocol/index.ts";

/** What a job trains, and how it is cut into segments and grids. */
export interface Course {
  readonly training: ExampleTraining;
  /** What the job's program root commits to: the training's program, or a copy of it with a bad record. */
  readonly commitment: ProgramCommitment;
  readonly cut: Pick<Terms, "steps" | "interval" | "grid" | "seed" | "order">;
  /** Operators that games are about; all where none are named. */
  readonly aims?: readonly number[];
}

/** Left operators of the wide program: two rounds of the operator descent. */
const wideOperators = 70;
/** Its state: 67 chunks, so two rounds of the chunk descent. */
const wideWords = 66 * 256 + 5;

function operandOf(space: Operand["ref"]["space"], index: number): Operand {
  return { ref: { space, index }, offset: 0, strides: [1] };
}

function scaled(words: number, operand: Operand, by: number): Operator {
  const instructions = [{ fn: "mul", a: 0, b: 255, c: 0, imm: wordOf(by) }] as const;
  return { kind: "Map", dtype: "f32", extents: [words], operands: [operand], instructions };
}

/** A program with many operators, one of them and the only state large: every round of both descents. */
function wideProgram(): Program {
  const small = Array.from({ length: wideOperators - 1 }, (_, i) => scaled(3, operandOf("state", 0), i));
  return {
    states: [{ dtype: "f32", words: wideWords }],
    fields: [],
    constants: [],
    operators: [
      scaled(wideWords, operandOf("state", 0), 0.5),
      ...small,
      scaled(wideWords, operandOf("operator", 0), 1.5),
    ],
    batch: 1,
  };
}

function floats(random: Prng, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => wordOf(random.unit() * 2 - 1));
}

/** The program's commitment with some bytes of one operator's record changed. */
function withBadRecord(program: Program, operator: number, at: number, bytes: readonly number[]): ProgramCommitment {
  const { encoded } = programCommitment(program);
  const leaf = encoded.records.length - program.operators.length + operator;
  const records = encoded.records.map((record) => Uint8Array.from(record));
  records[leaf]!.set(bytes, at);
  const tree = new MerkleTree(records.map(hashRecord));
  return { encoded: { ...encoded, records }, tree, root: programRoot(encoded.header, tree.root) };
}

/** Every first phase, full and cut segments, sides of no, one and many leaves, both depths of both descents, bad records. */
export function createCourses(seed: number): Course[] {
  const random = createPrng(seed);
  const classifier = exampleClassifier(seed);
  const commitment = programCommitment(classifier.program);
  const nothing = { constants: [], dataset: { samples: 0, fields: [] } };
  const halving = { program: halvingProgram(), ...nothing, start: [floats(random, 3)] };
  const wide = { program: wideProgram(), ...nothing, start: [floats(random, wideWords)] };
  const { logits, squares } = classifierOperators;
  const badWord = withBadRecord(classifier.program, logits, 8, [1]);
  const badAddress = withBadRecord(classifier.program, squares, 68, [0xff, 0xff]);
  const cut = { seed: 7, order: "shuffled" } as const;
  return [
    { training: classifier, commitment, cut: { steps: 17, interval: 7, grid: 2, ...cut } },
    { training: classifier, commitment, cut: { steps: 9, interval: 4, grid: 8, seed: 8, order: "sequential" } },
    { training: classifier, commitment, cut: { steps: 10, interval: 5, grid: 1, ...cut } },
    { training: classifier, commitment: badWord, cut: { steps: 3, interval: 1, grid: 1, ...cut }, aims: [logits] },
    { training: classifier, commitment: badAddress, cut: { steps: 4, interval: 2, grid: 1, ...cut }, aims: [squares] },
    {
      training: halving,
      commitment: programCommitment(halving.program),
      cut: { steps: 5, interval: 3, grid: 2, ...cut },
    },
    {
      training: wide,
      commitment: programCommitment(wide.program),
      cut: { steps: 2, interval: 1, grid: 1, ...cut },
      aims: [0, 66, wideOperators],
    },
  ];
}
