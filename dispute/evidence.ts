import type { Hex } from "viem";
import { readU32, toHex, type MerkleTree } from "../common/index.ts";
import {
  chunkAt,
  chunkWords,
  computeElement,
  type DatasetCommitment,
  type OpenTensor,
  type Operator,
  type Program,
  type ProgramCommitment,
  type ProgramHeader,
  type Ref,
} from "../engine/index.ts";
import type { DatasetOpening, Evidence, Game, Read, RecordedMove, Source } from "../protocol/index.ts";
import { revealedOperators } from "./revealed-tree.ts";
import type { ExecutedSegment, StepTrace } from "./segment-trace.ts";

const noDataset: DatasetOpening = { header: "0x", fieldTree: `0x${"00".repeat(32)}`, field: "0x", proof: [] };

/**
 * The evidence with which the challenger has one element judged: everything comes from his own trace, except the nodes of the
 * defender's tree to the right of the culprit, which the defender revealed.
 *
 * @param word index of the element in the revealed chunk, 0–255
 * @param chunk the defender's chunk, 1,024 bytes
 */
export function buildEvidence(
  game: Game,
  history: readonly RecordedMove[],
  trace: ExecutedSegment,
  chunk: Hex,
  word: number,
): Evidence {
  const { program, commitment, datasetCommitment, claim } = trace.subject;
  const step = trace.step(game.firstStep - claim.firstStep);
  const op = program.operators[game.operator];
  const element = game.index * chunkWords + word;
  const inside = element < step.output(game.operator).words.length;
  const tensors = op.operands.map((operand) => tensorOf(operand.ref, step, trace));
  const reads = inside ? readsOf(op, element, step, trace, tensors) : [];
  const opened = new Opener(game, history, step);
  return {
    header: toHex(commitment.encoded.header),
    recordTree: toHex(commitment.tree.root),
    operator: source(commitment, recordIndex(countsOf(program), { space: "operator", index: game.operator })),
    sources: sourceIndexes(op, game.operator, countsOf(program)).map((leaf) => source(commitment, leaf)),
    chunk,
    word,
    dataset:
      op.kind === "Sample" && op.fn === "dataset" ? openField(op.operands[0].ref.index, datasetCommitment) : noDataset,
    reads: reads.map((read) => opened.read(op.operands[read.operand].ref, tensors[read.operand], read)),
  };
}

type Counts = Pick<ProgramHeader, "states" | "fields" | "constants" | "operators">;

function countsOf({ states, fields, constants, operators }: Program): Counts {
  return {
    states: states.length,
    fields: fields.length,
    constants: constants.length,
    operators: operators.length,
  };
}

/** The counts as they stand in a header of 32 bytes, valid or not, and its batch. */
export function headerCounts(header: Uint8Array): Counts & { readonly batch: number } {
  const [states, fields, constants, operators, batch] = [1, 2, 3, 4, 5].map((word) => readU32(header, 4 * word));
  return { states, fields, constants, operators, batch };
}

/** Leaf of a declaration or operator in the record tree. */
export function recordIndex({ states, fields, constants }: Counts, { space, index }: Ref): number {
  switch (space) {
    case "state":
      return index;
    case "field":
      return states + index;
    case "constant":
      return states + fields + index;
    case "operator":
      return states + fields + constants + index;
  }
}

/** Leaves of the records that operator j's validation needs: its operands', then the state it produces. */
export function sourceIndexes(op: Operator, j: number, counts: Counts): number[] {
  const indexes = op.operands.map((operand) => recordIndex(counts, operand.ref));
  const state = j - (counts.operators - counts.states);
  return state < 0 ? indexes : [...indexes, state];
}

function source({ encoded, tree }: ProgramCommitment, leaf: number): Source {
  return { record: toHex(encoded.records[leaf]), proof: tree.proof(leaf).map(toHex) };
}

function openField(index: number, dataset: DatasetCommitment): DatasetOpening {
  return {
    header: toHex(dataset.header),
    fieldTree: toHex(dataset.tree.root),
    field: toHex(dataset.records[index]),
    proof: dataset.tree.proof(index).map(toHex),
  };
}

function tensorOf(ref: Ref, step: StepTrace, trace: ExecutedSegment): OpenTensor {
  switch (ref.space) {
    case "state":
      return step.start.tensors[ref.index];
    case "constant":
      return trace.subject.constants[ref.index];
    case "field":
      return trace.subject.datasetCommitment.tensors[ref.index];
    case "operator":
      return step.output(ref.index);
  }
}

/** A run of words that an element's computation reads of one operand. */
interface OperandRead {
  readonly operand: number;
  readonly address: number;
  readonly count: number;
}

/** The reads of an element in their order, found by computing it. */
function readsOf(
  op: Operator,
  element: number,
  step: StepTrace,
  trace: ExecutedSegment,
  tensors: readonly OpenTensor[],
): OperandRead[] {
  const { program, dataset } = trace.subject;
  const reads: OperandRead[] = [];
  const first = op.operands[0]?.ref;
  const context = {
    ...step.context,
    batch: program.batch,
    samples: dataset.samples,
    sourceWords: tensors[0]?.words.length ?? 0,
    sourceStride: first?.space === "field" ? dataset.fields[first.index].stride : 0,
  };
  computeElement(
    op,
    element,
    (operand, address, count) => {
      reads.push({ operand, address, count });
      return tensors[operand].words.subarray(address, address + count);
    },
    context,
  );
  return reads;
}

/** Joins reads to the roots the arbiter starts from. */
class Opener {
  readonly #step: StepTrace;
  readonly #left: { proof(leaf: number): Uint8Array[] };
  readonly #right: { proof(leaf: number): Uint8Array[] };

  constructor(game: Game, history: readonly RecordedMove[], step: StepTrace) {
    const opened = (tree: MerkleTree, side: "left" | "right"): { proof(leaf: number): Uint8Array[] } =>
      game.side === side ? revealedOperators(tree, history) : tree;
    this.#step = step;
    this.#left = opened(step.left, "left");
    this.#right = opened(step.right, "right");
  }

  read(ref: Ref, tensor: OpenTensor, { address, count }: OperandRead): Read {
    const first = Math.floor(address / chunkWords);
    const last = Math.floor((address + count - 1) / chunkWords);
    const chunks = Array.from({ length: last - first + 1 }, (_, i) => toHex(chunkAt(tensor.words, first + i)).slice(2));
    return {
      tensorProof: this.#tensorProof(ref).map(toHex),
      chunkTree: toHex(tensor.chunkTree.root),
      chunks: `0x${chunks.join("")}`,
      chunkProof: tensor.chunkTree.proof(first, last).map(toHex),
    };
  }

  #tensorProof(ref: Ref): Uint8Array[] {
    if (ref.space === "state") return this.#step.start.tree.proof(ref.index);
    if (ref.space !== "operator") return [];
    const leftLeaves = this.#step.left.leafCount;
    return ref.index < leftLeaves ? this.#left.proof(ref.index) : this.#right.proof(ref.index - leftLeaves);
  }
}
