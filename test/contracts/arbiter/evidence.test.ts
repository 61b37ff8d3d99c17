import { expect } from "chai";
import type { Hex } from "viem";
import { concatBytes, fromHex, sha256, toHex } from "../../../common/index.ts";
import { chunkBytes, dtypeCodes, hashChunk, hashRecord, programRoot, tensorRoot } from "../../../engine/index.ts";
import type { Evidence, Read } from "../../../protocol/index.ts";
import { deployArbiter } from "./arbiter.ts";
import { Court, type Question } from "./court.ts";
import { once } from "./harness.ts";
import { at, createSubject } from "./program.ts";

const seed = 0x5eed0006;
const arbiter = once(deployArbiter);
const court = once(() => Court.open(createSubject(seed), { step: 3, seed: 11, order: "shuffled" }));

const nothing: Hex = `0x${"00".repeat(32)}`;

function changed(question: Question, evidence: Partial<Evidence>): Question {
  return { ...question, evidence: { ...question.evidence, ...evidence } };
}

/** The same question with one read changed. */
function withRead(question: Question, index: number, change: Partial<Read>): Question {
  const reads = question.evidence.reads.map((read, i) => (i === index ? { ...read, ...change } : read));
  return changed(question, { reads });
}

/** One bit of some bytes flipped. */
function flipped(bytes: Hex, bit = 0): Hex {
  const copy = fromHex(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return toHex(copy);
}

/** Root of a single-leaf proof, the naive way. */
function rootOf(leaf: Uint8Array, index: number, proof: readonly Hex[]): Hex {
  let node = leaf;
  for (const [level, sibling] of proof.entries()) {
    const pair = (index >> level) & 1 ? [fromHex(sibling), node] : [node, fromHex(sibling)];
    node = sha256(Uint8Array.of(0), concatBytes(...pair));
  }
  return toHex(node);
}

async function refuses(question: Question, error: string, values: readonly (bigint | Hex)[]): Promise<void> {
  await (await arbiter()).refuses(question, error, values);
}

/** A Dot whose runs cross chunks: reads of a constant, a state and an operator. */
async function dotQuestion(): Promise<Question> {
  return (await court()).question(at.dot, 4);
}

describe("Arbiter: evidence about the program", () => {
  it("a header of another length", async () => {
    const question = await dotQuestion();
    await refuses(changed(question, { header: question.evidence.header.slice(0, -2) as Hex }), "HeaderLength", [31n]);
    await refuses(changed(question, { header: "0x" }), "HeaderLength", [0n]);
  });

  it("another header or record tree", async () => {
    const question = await dotQuestion();
    for (const change of [{ header: flipped(question.evidence.header, 40) }, { recordTree: nothing }]) {
      const { evidence } = changed(question, change);
      const root = toHex(programRoot(fromHex(evidence.header), fromHex(evidence.recordTree)));
      await refuses({ ...question, evidence }, "RootMismatch", [root, question.step.programRoot]);
    }
  });

  it("an operator's record that is not the program's, or not that operator's", async () => {
    const open = await court();
    const question = await dotQuestion();
    const { recordTree, operator } = question.evidence;
    const leaf = open.leafOf({ space: "operator", index: at.dot });
    const others = [
      { ...operator, record: flipped(operator.record, 100) },
      { ...operator, proof: operator.proof.map((node, i) => (i === 2 ? nothing : node)) },
      open.source(leaf + 1),
    ];
    for (const other of others) {
      const root = rootOf(hashRecord(fromHex(other.record)), leaf, other.proof);
      await refuses(changed(question, { operator: other }), "RootMismatch", [root, recordTree]);
    }
    const short = { ...operator, proof: operator.proof.slice(1) };
    await refuses(changed(question, { operator: short }), "ProofLength", [4n, 5n]);
    const claimed = { ...question.claimed, operator: 17 };
    await refuses({ ...question, claimed }, "LeafOutOfRange", [25n, 25n]);
  });

  it("sources that are missing, too many, in the wrong order or forged", async () => {
    const question = await dotQuestion();
    const { recordTree, sources } = question.evidence;
    const open = await court();
    await refuses(changed(question, { sources: sources.slice(0, 2) }), "SourceCount", [2n, 3n]);
    await refuses(changed(question, { sources: [...sources, sources[0]!] }), "SourceCount", [4n, 3n]);
    const leaf = open.leafOf({ space: "constant", index: 2 });
    const swapped = [sources[1]!, sources[0]!, sources[2]!];
    const wrongLeaf = rootOf(hashRecord(fromHex(sources[1]!.record)), leaf, sources[1]!.proof);
    await refuses(changed(question, { sources: swapped }), "RootMismatch", [wrongLeaf, recordTree]);
    // A declaration of fewer words would refuse the record and convict the defender.
    const forged = { ...sources[0]!, record: flipped(sources[0]!.record, 96 + 9) };
    const root = rootOf(hashRecord(fromHex(forged.record)), leaf, forged.proof);
    await refuses(changed(question, { sources: [forged, ...sources.slice(1)] }), "RootMismatch", [root, recordTree]);
  });

  it("no declaration of the state that the operator produces", async () => {
    const question = (await court()).question(at.counter, 0);
    await refuses(changed(question, { sources: question.evidence.sources.slice(0, 1) }), "SourceCount", [1n, 2n]);
  });
});

describe("Arbiter: evidence about the claimed chunk", () => {
  it("another chunk than the one revealed", async () => {
    const question = await dotQuestion();
    const chunk = flipped(question.evidence.chunk, 5000);
    const node = toHex(hashChunk(fromHex(chunk)));
    await refuses(changed(question, { chunk }), "RootMismatch", [node, question.claimed.chunkNode]);
  });

  it("a chunk of another length", async () => {
    const question = await dotQuestion();
    await refuses(changed(question, { chunk: question.evidence.chunk.slice(0, -8) as Hex }), "ChunkLength", [1020n]);
  });

  it("a word past the chunk", async () => {
    const question = await dotQuestion();
    await refuses(changed(question, { word: 256 }), "WordOutOfRange", [256n]);
    await refuses(changed(question, { word: 0xffffffff }), "WordOutOfRange", [0xffffffffn]);
  });
});

describe("Arbiter: evidence about reads", () => {
  it("a read too few or too many", async () => {
    const question = await dotQuestion();
    const { reads } = question.evidence;
    await refuses(changed(question, { reads: reads.slice(0, 2) }), "MissingRead", [2n]);
    await refuses(changed(question, { reads: [] }), "MissingRead", [0n]);
    await refuses(changed(question, { reads: [...reads, reads[0]!] }), "UnusedReads", [4n, 3n]);
    const random = (await court()).question(at.random, 1);
    await refuses(changed(random, { reads: [reads[0]!] }), "UnusedReads", [1n, 0n]);
  });

  it("truncated or additional chunks", async () => {
    const question = await dotQuestion();
    const { chunks } = question.evidence.reads[0]!;
    const bytes = BigInt(fromHex(chunks).length);
    expect(bytes).to.equal(3n * BigInt(chunkBytes));
    const fewer = chunks.slice(0, -2 * chunkBytes) as Hex;
    await refuses(withRead(question, 0, { chunks: fewer }), "ChunksLength", [2048n, 3072n]);
    await refuses(withRead(question, 0, { chunks: chunks.slice(0, -2) as Hex }), "ChunksLength", [3071n, 3072n]);
    await refuses(withRead(question, 0, { chunks: `${chunks}00` }), "ChunksLength", [3073n, 3072n]);
    await refuses(withRead(question, 0, { chunks: "0x" }), "ChunksLength", [0n, 3072n]);
  });

  it("another chunk of the same tensor", async () => {
    const open = await court();
    const question = open.question(at.weights, 3);
    const ref = { space: "state", index: 0 } as const;
    const { chunkTree } = open.tensorOf(ref);
    const foreign = open.read(ref, 300, 1);
    const root = rootOf(hashChunk(fromHex(foreign.chunks)), 0, foreign.chunkProof);
    await refuses(withRead(question, 0, foreign), "RootMismatch", [root, toHex(chunkTree.root)]);
  });

  it("a tensor of the same size that is another's", async () => {
    const open = await court();
    const question = open.question(at.last, 3);
    // State 0 has the words that `weights` had before the step: the same length, another tree.
    const foreign = open.read({ space: "state", index: 0 }, 6, 1);
    const root = rootOf(open.start.tensors[0]!.root, 0, foreign.tensorProof);
    await refuses(withRead(question, 0, foreign), "RootMismatch", [root, question.step.to]);
    const constant = open.question(at.greatest, 0);
    const other = { ...constant.evidence.reads[0]!, chunkTree: nothing };
    const chunks = toHex(open.constants[2]!.chunkTree.root);
    await refuses(withRead(constant, 0, other), "RootMismatch", [chunks, nothing]);
  });

  it("chunk proofs with a sibling too few, too many or changed", async () => {
    const question = await dotQuestion();
    const state = question.evidence.reads[1]!;
    expect(state.chunkProof).to.have.lengthOf(1);
    await refuses(withRead(question, 1, { chunkProof: [] }), "ProofLength", [0n, 1n]);
    const more = [...state.chunkProof, nothing];
    await refuses(withRead(question, 1, { chunkProof: more }), "ProofLength", [2n, 1n]);
    const first = (await court()).question(at.weights, 3);
    const read = first.evidence.reads[0]!;
    const chunkProof = [flipped(read.chunkProof[0]!), ...read.chunkProof.slice(1)];
    const root = rootOf(hashChunk(fromHex(read.chunks)), 0, chunkProof);
    await refuses(withRead(first, 0, { chunkProof }), "RootMismatch", [root, read.chunkTree]);
  });

  it("tensor proofs with a sibling too few, too many or changed", async () => {
    const open = await court();
    const question = await dotQuestion();
    await refuses(withRead(question, 0, { tensorProof: [nothing] }), "ProofLength", [1n, 0n]);
    const { tensorProof } = question.evidence.reads[1]!;
    await refuses(withRead(question, 1, { tensorProof: tensorProof.slice(1) }), "ProofLength", [1n, 2n]);
    const other = [nothing, tensorProof[1]!];
    const root = rootOf(open.start.tensors[0]!.root, 0, other);
    await refuses(withRead(question, 1, { tensorProof: other }), "RootMismatch", [root, question.step.from]);
  });

  it("reads in another order", async () => {
    const open = await court();
    const elements = Array.from({ length: 300 }, (_, element) => open.question(at.gathered, element));
    const question = elements.find(({ evidence }) => evidence.reads.length === 2)!;
    const [index, table] = question.evidence.reads as [Read, Read];
    // The table has more chunks than the index, so its proof is a sibling too long.
    await refuses(changed(question, { reads: [table, index] }), "ProofLength", [2n, 1n]);
  });
});

describe("Arbiter: evidence about the dataset", () => {
  it("openings of the wrong length", async () => {
    const question = (await court()).question(at.labels, 0);
    const { dataset } = question.evidence;
    const header = dataset.header.slice(0, -2) as Hex;
    await refuses(changed(question, { dataset: { ...dataset, header } }), "DatasetLength", [15n, 16n]);
    const field: Hex = `${dataset.field}00`;
    await refuses(changed(question, { dataset: { ...dataset, field } }), "DatasetLength", [65n, 64n]);
  });

  it("another dataset, another field, a field with another stride", async () => {
    const open = await court();
    const question = open.question(at.labels, 0);
    const { dataset } = question.evidence;
    const header = flipped(dataset.header, 32);
    const root = toHex(sha256(Uint8Array.of(6), fromHex(header), fromHex(dataset.fieldTree)));
    await refuses(changed(question, { dataset: { ...dataset, header } }), "RootMismatch", [
      root,
      question.step.datasetRoot,
    ]);
    const fields = [toHex(open.dataset.records[0]!), flipped(dataset.field, 64)];
    for (const field of fields) {
      const leaf = sha256(Uint8Array.of(5), fromHex(field));
      const tree = rootOf(leaf, 1, dataset.proof);
      await refuses(changed(question, { dataset: { ...dataset, field } }), "RootMismatch", [tree, dataset.fieldTree]);
    }
    await refuses(changed(question, { dataset: { ...dataset, proof: [] } }), "ProofLength", [0n, 1n]);
  });

  it("words of another field", async () => {
    const open = await court();
    const question = open.question(at.labels, 0);
    const foreign = open.read({ space: "field", index: 0 }, 0, 1);
    const { chunkTree } = question.evidence.reads[0]!;
    expect(foreign.chunkTree).to.not.equal(chunkTree);
    // Field 0 has two chunks, field 1 one.
    await refuses(withRead(question, 0, foreign), "ProofLength", [1n, 0n]);
    const other = { chunks: foreign.chunks, chunkTree: toHex(hashChunk(fromHex(foreign.chunks))) };
    const { dtype, words } = open.subject.dataset.fields[1]!;
    const root = toHex(tensorRoot(words.length, dtypeCodes[dtype], fromHex(other.chunkTree)));
    await refuses(withRead(question, 0, other), "RootMismatch", [root, toHex(open.dataset.tensors[1]!.root)]);
    await refuses(withRead(question, 0, { tensorProof: [nothing] }), "ProofLength", [1n, 0n]);
  });
});
