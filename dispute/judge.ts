import type { Hex } from "viem";
import {
  depthOf,
  equalBytes,
  fromHex,
  OperatorError,
  readU32,
  rootFromRange,
  toHex,
  wordsOf,
} from "../common/index.ts";
import {
  hashChunk,
  chunkWords,
  computeElement,
  datasetRoot,
  decodeOperator,
  declaredTensor,
  hashField,
  programRoot,
  hashRecord,
  tensorRoot,
  validateRecord,
  type DeclaredTensor,
  type Operator,
  type Ref,
} from "../engine/index.ts";
import type { Claim, Evidence, Game, Read } from "../protocol/index.ts";
import { headerCounts, recordIndex, sourceIndexes } from "./evidence.ts";
import { joins } from "./revealed-tree.ts";

/** Who was wrong, and why; the words are bit patterns. */
export interface Judgement {
  readonly verdict: "DefenderWrong" | "ChallengerWrong";
  readonly reason: "Element" | "Record" | "Declaration" | "Padding";
  readonly claimed: number;
  readonly expected: number;
}

/**
 * Recomputes one element from evidence alone: the naive twin of the contract `Arbiter`. SPEC: spec/game.md, "Judgement".
 * @throws OperatorError `bad-evidence` where the contract reverts
 */
export function judge(game: Game, claim: Claim, evidence: Evidence): Judgement {
  const header = fromHex(evidence.header);
  const recordTree = fromHex(evidence.recordTree);
  if (toHex(programRoot(header, recordTree)) !== claim.programRoot) refuse("the header is not the program's");
  // An invalid header is the program's fault: the validation below says so.
  const counts = headerCounts(header);
  const depth = depthOf(counts.states + counts.fields + counts.constants + counts.operators);
  const open = (record: Uint8Array, leaf: number, proof: readonly Hex[]): void => {
    if (proof.length !== depth || !joins(toHex(hashRecord(record)), leaf, proof, evidence.recordTree))
      refuse(`record ${leaf} is not under the program root`);
  };

  const record = fromHex(evidence.operator.record);
  open(record, recordIndex(counts, { space: "operator", index: game.operator }), evidence.operator.proof);
  const sources = evidence.sources.map((source) => fromHex(source.record));
  const code = validateRecord(header, game.operator, record, sources);
  const chunk = fromHex(evidence.chunk);
  if (toHex(hashChunk(chunk)) !== game.node) refuse("the chunk is not the one revealed");
  const claimed = wordsOf(chunk)[evidence.word];
  // Codes 1 to 11 need no source; later ones only count with the true sources.
  if (code >= 1 && code <= 11) return { verdict: "DefenderWrong", reason: "Record", claimed, expected: 0 };
  const op = decodeOperator(record);
  const leaves = sourceIndexes(op, game.operator, counts);
  if (leaves.length !== sources.length) refuse(`${leaves.length} sources are expected, ${sources.length} came`);
  leaves.forEach((leaf, i) => open(sources[i], leaf, evidence.sources[i].proof));
  if (code !== 0) return { verdict: "DefenderWrong", reason: "Record", claimed, expected: 0 };

  const declared = declaredTensor(record);
  if (declared === null || declared.words !== game.words || declared.dtype !== game.dtype)
    return { verdict: "DefenderWrong", reason: "Declaration", claimed, expected: 0 };
  const element = game.index * chunkWords + evidence.word;
  if (element >= declared.words)
    return { verdict: claimed === 0 ? "ChallengerWrong" : "DefenderWrong", reason: "Padding", claimed, expected: 0 };
  const expected = recompute(op, element, { game, claim, evidence, sources, batch: counts.batch });
  return { verdict: claimed === expected ? "ChallengerWrong" : "DefenderWrong", reason: "Element", claimed, expected };
}

interface Case {
  readonly game: Game;
  readonly claim: Claim;
  readonly evidence: Evidence;
  readonly sources: readonly Uint8Array[];
  readonly batch: number;
}

function recompute(op: Operator, element: number, { game, claim, evidence, sources, batch }: Case): number {
  const field =
    op.kind === "Sample" && op.fn === "dataset" ? openField(op.operands[0].ref.index, claim, evidence) : null;
  const tensorOf = (operand: number): DeclaredTensor =>
    field ?? declaredTensor(sources[operand]) ?? refuse("a source declares no tensor");
  const context = {
    step: game.firstStep,
    seed: claim.seed,
    order: claim.order,
    batch,
    samples: field?.samples ?? 0,
    sourceWords: op.operands.length > 0 ? tensorOf(0).words : 0,
    sourceStride: field?.stride ?? 0,
  };
  let next = 0;
  const expected = computeElement(
    op,
    element,
    (operand, address, count) => {
      const read = evidence.reads[next++] ?? refuse("a read is missing");
      const declaredRoot = field?.root ?? sources[operand].subarray(32);
      const { ref } = op.operands[operand];
      return openRead(read, { ref, tensor: tensorOf(operand), declaredRoot, address, count }, game);
    },
    context,
  );
  if (next !== evidence.reads.length) refuse(`${next} reads are expected, ${evidence.reads.length} came`);
  return expected;
}

/** What a read must open: so many words of a tensor from an address; `declaredRoot` is the root of a constant or field. */
interface Wanted {
  readonly ref: Ref;
  readonly tensor: DeclaredTensor;
  readonly declaredRoot: Uint8Array;
  readonly address: number;
  readonly count: number;
}

function openRead(read: Read, { ref, tensor, declaredRoot, address, count }: Wanted, game: Game): Uint32Array {
  const root = tensorRoot(tensor.words, tensor.dtype, fromHex(read.chunkTree));
  const proof = read.tensorProof;
  const under = (tree: Hex, leaf: number, leaves: number): boolean =>
    proof.length === depthOf(leaves) && joins(toHex(root), leaf, proof, tree);
  const { leftLeaves, rightLeaves } = game;
  const joined =
    ref.space === "state"
      ? under(game.from, ref.index, rightLeaves)
      : ref.space === "operator"
        ? ref.index < leftLeaves
          ? under(game.left, ref.index, leftLeaves)
          : under(game.to, ref.index - leftLeaves, rightLeaves)
        : proof.length === 0 && equalBytes(root, declaredRoot);
  if (!joined) refuse("a tensor is not under its root");
  const first = Math.floor(address / chunkWords);
  const last = Math.floor((address + count - 1) / chunkWords);
  const bytes = fromHex(read.chunks);
  if (bytes.length !== (last - first + 1) * 4 * chunkWords) refuse("a read has the wrong number of chunks");
  const chunks = Array.from({ length: last - first + 1 }, (_, i) =>
    bytes.subarray(i * 4 * chunkWords, (i + 1) * 4 * chunkWords),
  );
  const depth = depthOf(Math.ceil(tensor.words / chunkWords));
  const tree = rootFromRange(chunks.map(hashChunk), first, depth, read.chunkProof.map(fromHex));
  if (tree === null || toHex(tree) !== read.chunkTree) refuse("chunks are not under their tensor");
  const start = address - first * chunkWords;
  return wordsOf(bytes).subarray(start, start + count);
}

/** A field as the dataset commits to it. */
interface OpenedField extends DeclaredTensor {
  readonly samples: number;
  readonly stride: number;
  readonly root: Uint8Array;
}

function openField(index: number, claim: Claim, evidence: Evidence): OpenedField {
  const { header, fieldTree, field, proof } = evidence.dataset;
  const [counts, record] = [fromHex(header), fromHex(field)];
  if (counts.length !== 16 || toHex(datasetRoot(counts, fromHex(fieldTree))) !== claim.datasetRoot)
    refuse("the header is not the dataset's");
  const depth = depthOf(readU32(counts, 8));
  if (record.length !== 64 || proof.length !== depth || !joins(toHex(hashField(record)), index, proof, fieldTree))
    refuse("the field record is not the dataset's");
  const [dtype, words, stride] = [0, 4, 8].map((offset) => readU32(record, offset));
  return { dtype, words, stride, root: record.subarray(32), samples: readU32(counts, 4) };
}

function refuse(reason: string): never {
  throw new OperatorError("bad-evidence", `The evidence is refused: ${reason}.`, { reason });
}
