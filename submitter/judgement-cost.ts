import { depthOf } from "../common/index.ts";
import {
  encodeProgram,
  outputWords,
  type MapFunction,
  type Operand,
  type Operator,
  type Program,
} from "../engine/index.ts";
import { revealLevels } from "../protocol/index.ts";

/**
 * What it costs the chain to judge one element, estimated. UNITS: gas and bytes. The coefficients are fitted to bench/results/gas.json,
 * which the test compares them with.
 */

/** Gas of a byte of evidence: calldata, memory, hashing. */
const perByte = 27;
/** Gas of one term of a sum on ordinary data, and on data made to be dear (subnormal numbers). */
const perTerm = {
  Dot: [205, 1_040],
  Scatter: [530, 1_070],
  "Fold sum": [520, 1_060],
  "Fold max": [430, 430],
  "Fold dot": [870, 1_720],
} as const;
const perInstruction = 4_400;
const perTranscendental = 12_000;
const perGuard = 9_000;
/** The order rule's 48 rounds. */
const perShuffle = 150_000;

const transcendental: ReadonlySet<MapFunction> = new Set(["exp", "log", "tanh", "erf"]);

/** A run of words that an operand reads for one element. */
function runOf(operator: Operator): number {
  return operator.kind === "Dot" || operator.kind === "Fold" || operator.kind === "Scatter" ? operator.k : 1;
}

/** Operands whose words a judgement is shown, with the words that each reads. */
function readsOf(operator: Operator): { readonly operand: Operand; readonly words: number }[] {
  const { operands } = operator;
  if (operator.kind === "View") return operands.slice(0, 1).map((operand) => ({ operand, words: 1 }));
  const terms = operator.kind === "Fold" && operator.fn !== "dot" ? 1 : 2;
  return operands.map((operand, i) => ({ operand, words: i < terms ? runOf(operator) : 1 }));
}

const word = 32;
const padded = (bytes: number) => Math.ceil(bytes / word) * word;

/** Computes the size of evidence from a program's trees. */
class EvidenceSizes {
  readonly #program: Program;
  readonly #records: readonly Uint8Array[];
  readonly #recordDepth: number;

  constructor(program: Program) {
    this.#program = program;
    this.#records = encodeProgram(program).records;
    this.#recordDepth = depthOf(this.#records.length);
  }

  #leafOf({ ref }: Operand): { readonly record: number; readonly words: number; readonly depth: number } {
    const { states, fields, constants, operators } = this.#program;
    const first = { state: 0, field: states.length, constant: states.length + fields.length, operator: states.length + fields.length + constants.length }; // prettier-ignore
    const made = operators.length - states.length;
    const depths = {
      state: depthOf(states.length),
      field: 0,
      constant: 0,
      operator: ref.index < made ? depthOf(Math.max(1, made)) : depthOf(states.length),
    };
    const words = {
      state: () => states[ref.index]?.words ?? 1,
      field: () => fields[ref.index]?.length ?? 1,
      constant: () => constants[ref.index]?.words ?? 1,
      operator: () => outputWords(operators[ref.index] as Operator),
    };
    return { record: first[ref.space] + ref.index, words: words[ref.space](), depth: depths[ref.space] };
  }

  #source(record: number): number {
    return 5 * word + padded((this.#records[record] as Uint8Array).length) + word * this.#recordDepth;
  }

  of(index: number): number {
    const operator = this.#program.operators[index] as Operator;
    const first = this.#records.length - this.#program.operators.length;
    const made = this.#program.operators.length - this.#program.states.length;
    const produced = index >= made;
    const sources = operator.operands.reduce((sum, operand) => sum + this.#source(this.#leafOf(operand).record), 0);
    const reads = readsOf(operator).reduce((sum, { operand, words }) => {
      const leaf = this.#leafOf(operand);
      const chunkDepth = depthOf(Math.ceil(leaf.words / 256));
      // A run that does not begin with a chunk touches one more.
      const chunks = Math.min(Math.ceil(leaf.words / 256), words === 1 ? 1 : Math.ceil(words / 256) + 1);
      return sum + 8 * word + word * (leaf.depth + chunkDepth) + 1_024 * chunks;
    }, 0);
    const fixed = 1_024 + 32 * word;
    return fixed + this.#source(first + index) + (produced ? this.#source(index - made) : 0) + sources + reads;
  }
}

/** What the arbiter does beside reading the evidence, on ordinary and on dear data. */
export function computationGas(operator: Operator): readonly [number, number] {
  switch (operator.kind) {
    case "Dot":
    case "Scatter":
      return [perTerm[operator.kind][0] * operator.k, perTerm[operator.kind][1] * operator.k];
    case "Fold": {
      const [ordinary, dear] = perTerm[`Fold ${operator.fn}`];
      return [ordinary * operator.k, dear * operator.k];
    }
    case "Map": {
      const gas = operator.instructions.reduce(
        (sum, { fn }) => sum + (transcendental.has(fn) ? perTranscendental : perInstruction),
        0,
      );
      return [gas, gas];
    }
    case "View": {
      const gas = perGuard * operator.guards.flat().length;
      return [gas, gas];
    }
    case "Sample":
      return operator.fn === "dataset" ? [perShuffle, perShuffle] : [0, 0];
    default:
      return [0, 0];
  }
}

/** Gas of the evidence alone. */
export function evidenceGas(bytes: number): number {
  return perByte * bytes;
}

export interface JudgementCost {
  /** Index of the operator whose elements it is about. */
  readonly operator: number;
  readonly evidenceBytes: number;
  /** On ordinary data, and at most: on data made to be dear. */
  readonly gas: number;
  readonly mostGas: number;
}

/** What it costs to judge an element of each operator, in order. */
export function judgementCosts(program: Program): JudgementCost[] {
  const sizes = new EvidenceSizes(program);
  return program.operators.map((each, operator): JudgementCost => {
    const evidenceBytes = sizes.of(operator);
    const [gas, mostGas] = computationGas(each);
    const evidence = evidenceGas(evidenceBytes);
    return { operator, evidenceBytes, gas: evidence + gas, mostGas: evidence + mostGas };
  });
}

/** The dearest element of a program to judge. */
export function dearestJudgement(program: Program): JudgementCost {
  return judgementCosts(program).reduce((most, cost) => (cost.mostGas > most.mostGas ? cost : most));
}

/** Steps of a segment, and between states that its defender reveals first. */
export interface SegmentShape {
  readonly steps: number;
  readonly grid: number;
}

/**
 * Most moves of a game about a segment, judgement included: the moves to one step, to one operator, to one chunk of the operator with the
 * longest output. SPEC: spec/game.md, Phases and moves. Two moves are a round.
 */
export function mostMoves(program: Program, { steps, grid }: SegmentShape): number {
  const { operators, states } = program;
  const toStep = (steps > grid ? 2 : 0) + (Math.min(steps, grid) > 1 ? 2 : 0);
  const made = operators.length - states.length;
  const descents = operators.map((operator, index) => {
    const leaves = index < made ? made : states.length;
    const toOperator = 2 * Math.ceil(depthOf(leaves) / revealLevels);
    const chunkDepth = depthOf(Math.ceil(outputWords(operator) / 256));
    return toOperator + Math.max(1, 2 * Math.ceil(chunkDepth / revealLevels));
  });
  return toStep + 2 + Math.max(...descents) + 2;
}
