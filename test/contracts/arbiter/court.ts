import { toHex } from "../../../common/index.ts";
import {
  chunkAt,
  chunkWords,
  commitTensor,
  computeElement,
  createExecutor,
  datasetCommitment,
  dtypeCodes,
  hashChunk,
  programCommitment,
  stateCommitment,
  traceCommitment,
  type DatasetCommitment,
  type Engine,
  type Operator,
  type Ref,
  type StateCommitment,
  type StepContext,
  type OpenTensor,
  type TensorCommitment,
  type TraceCommitment,
} from "../../../engine/index.ts";
import type { Evidence, Read, Source } from "../../../protocol/index.ts";
import type { Subject } from "./program.ts";

/** Arguments of `judge`, whose members a test may change before it asks. */
export type Question = ReturnType<Court["question"]>;

const noBytes = { header: "0x", fieldTree: `0x${"00".repeat(32)}`, field: "0x", proof: [] } as const;

/** One step of a subject, run and committed to, of which every word can be brought before the arbiter. */
export class Court {
  readonly subject: Subject;
  readonly context: StepContext;
  readonly trace: TraceCommitment;
  readonly start: StateCommitment;
  readonly dataset: DatasetCommitment;
  readonly constants: readonly TensorCommitment[];
  readonly program: ReturnType<typeof programCommitment>;
  readonly #outputs: readonly TensorCommitment[];
  readonly #readable: boolean;

  private constructor(
    subject: Subject,
    context: StepContext,
    trace: TraceCommitment,
    outputs: readonly TensorCommitment[],
    readable = true,
  ) {
    this.#outputs = outputs;
    this.#readable = readable;
    this.subject = subject;
    this.context = context;
    this.trace = trace;
    this.start = stateCommitment(subject.start, subject.program);
    this.dataset = datasetCommitment(subject.dataset);
    this.constants = subject.constants.map((words, i) => commitTensor(words, subject.program.constants[i]!.dtype));
    this.program = programCommitment(subject.program);
  }

  static async open(subject: Subject, context: StepContext, engine: Engine = "reference"): Promise<Court> {
    const executor = await createExecutor(engine, subject);
    const { program, start } = subject;
    const outputs: TensorCommitment[] = [];
    const trace = traceCommitment(executor, program, start, context, {
      onOutput: (operator, words) => outputs.push(commitTensor(words.slice(), program.operators[operator]!.dtype)),
    });
    return new Court(subject, context, trace, outputs);
  }

  /** The same trace under a program with other records, of which nothing can be read: what is judged is the record. */
  withOperators(operators: readonly Operator[]): Court {
    const program = { ...this.subject.program, operators };
    return new Court({ ...this.subject, program }, this.context, this.trace, this.#outputs, false);
  }

  output(operator: number): TensorCommitment {
    return this.#outputs[operator]!;
  }

  /** The true word of an operator's output; 0 past its end. */
  word(operator: number, element: number): number {
    return this.output(operator).words[element] ?? 0;
  }

  /** Word `element` of an operator with its evidence, claimed to be `claimed` (the true word by default). */
  question(operator: number, element: number, claimed = this.word(operator, element)) {
    const { states, operators } = this.subject.program;
    const op = operators[operator]!;
    const output = this.output(operator);
    const chunkIndex = Math.floor(element / chunkWords);
    const chunk = chunkAt(output.words, chunkIndex);
    new DataView(chunk.buffer).setUint32((element % chunkWords) * 4, claimed, true);
    return {
      step: {
        programRoot: toHex(this.program.root),
        datasetRoot: toHex(this.dataset.root),
        from: toHex(this.start.root),
        left: toHex(this.trace.left.root),
        to: toHex(this.trace.right.root),
        step: this.context.step,
        seed: this.context.seed,
        order: this.context.order === "sequential" ? 1 : 2,
      },
      claimed: {
        chunkNode: toHex(hashChunk(chunk)),
        operator,
        chunkIndex,
        words: output.words.length,
        dtype: dtypeCodes[op.dtype],
        leftLeaves: operators.length - states.length,
        rightLeaves: states.length,
      },
      evidence: this.#evidence(operator, element, chunk),
    };
  }

  #evidence(operator: number, element: number, chunk: Uint8Array): Evidence {
    const op = this.subject.program.operators[operator]!;
    const { words } = this.output(operator);
    const state = operator - this.trace.left.leafCount;
    const leaves = op.operands.map(({ ref }) => this.leafOf(ref));
    if (state >= 0) leaves.push(state);
    const first = op.operands[0]?.ref;
    return {
      header: toHex(this.program.encoded.header),
      recordTree: toHex(this.program.tree.root),
      operator: this.source(this.leafOf({ space: "operator", index: operator })),
      sources: leaves.map((leaf) => this.source(leaf)),
      chunk: toHex(chunk),
      word: element % chunkWords,
      dataset: first?.space === "field" ? this.#openField(first.index) : noBytes,
      reads: this.#readable && element < words.length ? this.#reads(operator, element) : [],
    };
  }

  /** Leaf of the record that a ref names. */
  leafOf({ space, index }: Ref): number {
    const { states, fields, constants } = this.subject.program;
    const before = { state: 0, field: states.length, constant: states.length + fields.length };
    return index + (space === "operator" ? before.constant + constants.length : before[space]);
  }

  source(leaf: number): Source {
    return { record: toHex(this.program.encoded.records[leaf]!), proof: this.program.tree.proof(leaf).map(toHex) };
  }

  #openField(index: number) {
    const { header, tree, records } = this.dataset;
    const proof = tree.proof(index).map(toHex);
    return { header: toHex(header), fieldTree: toHex(tree.root), field: toHex(records[index]!), proof };
  }

  /** The reads of an element, in the order in which computing it asks for them. */
  #reads(operator: number, element: number): Read[] {
    const { program, dataset } = this.subject;
    const op = program.operators[operator]!;
    const reads: Read[] = [];
    const first = op.operands[0]?.ref;
    const context = {
      ...this.context,
      batch: program.batch,
      samples: dataset.samples,
      sourceWords: first === undefined ? 0 : this.tensorOf(first).words.length,
      sourceStride: first?.space === "field" ? dataset.fields[first.index]!.stride : 0,
    };
    const read = (operand: number, address: number, count: number): Uint32Array => {
      const { ref } = op.operands[operand]!;
      reads.push(this.read(ref, address, count));
      return this.tensorOf(ref).words.subarray(address, address + count);
    };
    computeElement(op, element, read, context);
    return reads;
  }

  tensorOf({ space, index }: Ref): OpenTensor {
    if (space === "operator") return this.output(index);
    return { state: this.start.tensors, field: this.dataset.tensors, constant: this.constants }[space][index]!;
  }

  /** A read of some words of a tensor. */
  read(ref: Ref, address: number, count: number): Read {
    const { words, chunkTree } = this.tensorOf(ref);
    const [first, last] = [address, address + count - 1].map((word) => Math.floor(word / chunkWords)) as [
      number,
      number,
    ];
    const chunks = Array.from({ length: last - first + 1 }, (_, i) => toHex(chunkAt(words, first + i)).slice(2));
    return {
      tensorProof: this.#tensorProof(ref).map(toHex),
      chunkTree: toHex(chunkTree.root),
      chunks: `0x${chunks.join("")}`,
      chunkProof: chunkTree.proof(first, last).map(toHex),
    };
  }

  #tensorProof({ space, index }: Ref): Uint8Array[] {
    const { left, right } = this.trace;
    if (space === "state") return this.start.tree.proof(index);
    if (space !== "operator") return [];
    return index < left.leafCount ? left.proof(index) : right.proof(index - left.leafCount);
  }
}
