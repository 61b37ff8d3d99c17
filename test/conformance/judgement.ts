import type { Hex } from "viem";
import { MerkleTree, empty, toHex } from "../../common/index.ts";
import {
  chunkAt,
  chunkBytes,
  chunkWords,
  commitTensor,
  computeElement,
  datasetCommitment,
  decodeOperator,
  dtypeCodes,
  hashChunk,
  programCommitment,
} from "../../engine/index.ts";
import type { Operand, Operator, Program, TensorCommitment } from "../../engine/index.ts";
import type { DatasetOpening, Evidence, Read } from "../../protocol/index.ts";
import { oneOperator, withRefs, wordsOfOutput } from "./one-operator.ts";
import type { OperatorCase } from "./vectors.ts";

/** What the operator's operands are in the program that is judged. */
export type Placement = "constant" | "state" | "operator";

const nothing: Hex = `0x${"00".repeat(32)}`;

/** A word of a vector as a game brings it before the arbiter: the arguments of `judge`. */
export interface Judgement {
  readonly step: {
    programRoot: Hex;
    datasetRoot: Hex;
    from: Hex;
    left: Hex;
    to: Hex;
    step: number;
    seed: number;
    order: number;
  };
  readonly claimed: {
    chunkNode: Hex;
    operator: number;
    chunkIndex: number;
    words: number;
    dtype: number;
    leftLeaves: number;
    rightLeaves: number;
  };
  readonly evidence: Evidence;
}

/** An operator that hands on a tensor of `words` words. */
function copyOf(ref: Operand["ref"], dtype: Operator["dtype"], words: number): Operator {
  const operands = [{ ref, offset: 0, strides: [1] }];
  return { kind: "View", dtype, extents: [words], operands, guards: [[]], fill: 0 };
}

/** The vector's operator as the last of a program that keeps its operands where `placement` says. */
function placedProgram(vector: OperatorCase, placement: Placement): Program {
  const { program } = oneOperator(vector);
  if (placement === "constant" || program.fields.length > 0) return program;
  const op = withRefs(
    program.operators[0]!,
    vector.operands.map((index) => ({ space: placement, index })),
  );
  const source = placement === "state" ? "state" : "constant";
  const copies = vector.tensors.map(({ dtype, words }, index) => copyOf({ space: source, index }, dtype, words.length));
  const kept = vector.tensors.map(({ dtype, words }) => ({ dtype, words: words.length }));
  return {
    ...program,
    states: placement === "state" ? [...kept, ...program.states] : program.states,
    constants: placement === "state" ? [] : program.constants,
    operators: [...copies, op],
  };
}

/** A vector's operator in a committed program, with all that its judgements have in common. */
export class JudgedCase {
  readonly #vector: OperatorCase;
  readonly #op: Operator;
  readonly #placement: Placement;
  readonly #program: Program;
  readonly #commitment: ReturnType<typeof programCommitment>;
  readonly #dataset: ReturnType<typeof datasetCommitment>;
  readonly #tensors: readonly TensorCommitment[];
  /** Tree over the tensors of the start state or of the operators that produce no state. */
  readonly #tree: MerkleTree;

  constructor(vector: OperatorCase, placement: Placement) {
    this.#vector = vector;
    this.#op = decodeOperator(vector.record);
    const sourced = this.#op.kind === "Sample" || this.#op.kind === "Schedule";
    this.#placement = sourced || vector.tensors.length === 0 ? "constant" : placement;
    this.#program = placedProgram(vector, this.#placement);
    this.#commitment = programCommitment(this.#program);
    this.#dataset = datasetCommitment(oneOperator(vector).dataset);
    this.#tensors = vector.tensors.map(({ words, dtype }) => commitTensor(words, dtype));
    const output = commitTensor(new Uint32Array(wordsOfOutput(this.#op)), this.#op.dtype);
    const leaves = this.#placement === "state" ? [...this.#tensors, output] : this.#tensors;
    this.#tree = new MerkleTree(this.#placement === "constant" ? [output.root] : leaves.map(({ root }) => root));
  }

  /**
   * One word before the arbiter.
   * @param element flat index of the word
   * @param word what the defender claims of it
   */
  judgement(element: number, word: number): Judgement {
    const { states, operators } = this.#program;
    const chunkIndex = Math.floor(element / chunkWords);
    const chunk = new Uint8Array(chunkBytes);
    new DataView(chunk.buffer).setUint32((element % chunkWords) * 4, word, true);
    const tree = toHex(this.#tree.root);
    const { step, seed, order } = this.#vector.context;
    return {
      step: {
        programRoot: toHex(this.#commitment.root),
        datasetRoot: toHex(this.#dataset.root),
        from: this.#placement === "operator" ? nothing : tree,
        left: this.#placement === "operator" ? tree : toHex(empty(0)),
        to: nothing,
        step,
        seed,
        order: order === "sequential" ? 1 : 2,
      },
      claimed: {
        chunkNode: toHex(hashChunk(chunk)),
        operator: operators.length - 1,
        chunkIndex,
        words: wordsOfOutput(this.#op),
        dtype: dtypeCodes[this.#op.dtype],
        leftLeaves: operators.length - states.length,
        rightLeaves: states.length,
      },
      evidence: this.#evidence(element, toHex(chunk)),
    };
  }

  #evidence(element: number, chunk: Hex): Evidence {
    const { states, fields, constants, operators } = this.#program;
    const first = { state: 0, field: states.length, constant: states.length + fields.length };
    const operatorsFrom = first.constant + constants.length;
    const last = operators.length - 1;
    const starts = { ...first, operator: operatorsFrom };
    const leaves = operators[last]!.operands.map(({ ref }) => starts[ref.space] + ref.index);
    return {
      header: toHex(this.#commitment.encoded.header),
      recordTree: toHex(this.#commitment.tree.root),
      operator: this.#source(operatorsFrom + last),
      sources: [...leaves, states.length - 1].map((leaf) => this.#source(leaf)),
      chunk,
      word: element % chunkWords,
      dataset: this.#datasetOpening(),
      reads: this.#reads(element),
    };
  }

  #source(leaf: number) {
    const { encoded, tree } = this.#commitment;
    return { record: toHex(encoded.records[leaf]!), proof: tree.proof(leaf).map(toHex) };
  }

  #datasetOpening(): DatasetOpening {
    if (this.#program.fields.length === 0) return { header: "0x", fieldTree: nothing, field: "0x", proof: [] };
    const { header, tree, records } = this.#dataset;
    return {
      header: toHex(header),
      fieldTree: toHex(tree.root),
      field: toHex(records[0]!),
      proof: tree.proof(0).map(toHex),
    };
  }

  #reads(element: number): Read[] {
    const { batch, samples, stride } = this.#vector.context;
    const reads: Read[] = [];
    const read = (operand: number, address: number, words: number) => {
      const index = this.#vector.operands[operand]!;
      reads.push(this.#read(index, address, words));
      return this.#vector.tensors[index]!.words.subarray(address, address + words);
    };
    const sourceWords = this.#vector.tensors[0]?.words.length ?? 0;
    computeElement(this.#op, element, read, {
      ...this.#vector.context,
      batch,
      samples,
      sourceWords,
      sourceStride: stride,
    });
    return reads;
  }

  #read(index: number, address: number, words: number): Read {
    const tensor = this.#tensors[index]!;
    const lo = Math.floor(address / chunkWords);
    const hi = Math.floor((address + words - 1) / chunkWords);
    const chunks = Array.from({ length: hi - lo + 1 }, (_, i) => toHex(chunkAt(tensor.words, lo + i)).slice(2));
    return {
      tensorProof: this.#placement === "constant" ? [] : this.#tree.proof(index).map(toHex),
      chunkTree: toHex(tensor.chunkTree.root),
      chunks: `0x${chunks.join("")}`,
      chunkProof: tensor.chunkTree.proof(lo, hi).map(toHex),
    };
  }
}
