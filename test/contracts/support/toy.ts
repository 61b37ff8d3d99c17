import type { Hex } from "viem";
import {
  createPrng,
  depthOf,
  empty,
  fromHex,
  hashNode,
  MerkleTree,
  realNodes,
  rootFromNodes,
  rootFromRange,
  sha256,
  toHex,
  u32Bytes,
} from "../../../common/index.ts";
import type { Phase } from "../../../protocol/index.ts";

/** Levels that a reveal opens. SPEC: spec/game.md. */
const revealLevels = 6;
const chunkWords = 256;

/** What a made-up claim looks like, and where the challenger finds it wrong. */
export interface ToyShape {
  readonly steps: number;
  readonly grid: number;
  /** The first wrong step of the segment, from 0. */
  readonly step: number;
  /** Operators that produce no state, and those that do. */
  readonly left: number;
  readonly right: number;
  /** Whether the wrong operator produces a state, and its place among those of its side. */
  readonly onRight: boolean;
  readonly operator: number;
  /** Words and dtype of its output, and the chunk that is wrong. */
  readonly words: number;
  readonly dtype: number;
  readonly chunk: number;
  /** Operators and states that the header says, where they are not the right ones. */
  readonly header?: readonly [operators: number, states: number];
}

/** Goes through every phase, and twice through both descents. */
export const deepShape: ToyShape = {
  steps: 100,
  grid: 10,
  step: 57,
  left: 70,
  right: 3,
  onRight: false,
  operator: 66,
  words: 70 * 256 + 5,
  dtype: 1,
  chunk: 70,
};
/** One step, one operator, one chunk: the shortest game. */
export const shortShape: ToyShape = {
  steps: 1,
  grid: 1,
  step: 0,
  left: 0,
  right: 1,
  onRight: true,
  operator: 0,
  words: 3,
  dtype: 2,
  chunk: 0,
};

/** The part of a game that a player reads. */
export interface GameView {
  readonly phase: Phase;
  readonly firstStep: number;
  readonly steps: number;
  readonly levels: number;
  readonly index: number;
}

/** A move as a call: function, arguments after game id and position. */
export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What a game asks of a tree. */
type Tree = Pick<MerkleTree, "root" | "depth" | "node" | "below" | "proof">;

/** Trees of more leaves are not built: see `SparseTree`. */
const mostBuilt = 2 ** 17;

/**
 * A tree as large as trees get: made are only the nodes that reveals on the way to one leaf open, and what lies beside the way
 * is made up.
 */
class SparseTree implements Tree {
  readonly depth: number;
  readonly root: Uint8Array;
  readonly #leafCount: number;
  readonly #at: number;
  readonly #leaf: Uint8Array;
  readonly #made = new Map<string, Uint8Array>();

  constructor(leafCount: number, at: number, leaf: Uint8Array) {
    this.#leafCount = leafCount;
    this.#at = at;
    this.#leaf = leaf;
    this.depth = depthOf(leafCount);
    this.root = this.node(this.depth, 0);
  }

  node(level: number, index: number): Uint8Array {
    if (index >= realNodes(this.#leafCount, level)) return empty(level);
    const key = `${level}/${index}`;
    const node = this.#made.get(key) ?? this.#make(level, index);
    this.#made.set(key, node);
    return node;
  }

  #make(level: number, index: number): Uint8Array {
    const onTheWay = index === this.#at >> level;
    if (level === 0 && onTheWay) return this.#leaf;
    // Where a reveal ends.
    const opened = level === 0 || (this.depth - level) % revealLevels === 0;
    if (opened && !onTheWay) return sha256(u32Bytes(level, index));
    return hashNode(this.node(level - 1, 2 * index), this.node(level - 1, 2 * index + 1));
  }

  below(level: number, index: number, levels: number): Uint8Array[] {
    const first = index * 2 ** levels;
    const last = Math.min(first + 2 ** levels, realNodes(this.#leafCount, level - levels));
    return Array.from({ length: last - first }, (_, offset) => this.node(level - levels, first + offset));
  }

  proof(leaf: number): Uint8Array[] {
    return Array.from({ length: this.depth }, (_, level) => this.node(level, (leaf >> level) ^ 1));
  }
}

/** A claim made of random leaves, with just the paths that one game opens; both sides' moves in it. */
export class Toy {
  readonly shape: ToyShape;
  readonly header: Uint8Array;
  readonly recordTree: Uint8Array;
  /** State roots: before the segment, then after each of its steps. */
  readonly roots: readonly Uint8Array[];
  readonly segment: MerkleTree;
  readonly sides: { readonly left: Tree; readonly right: Tree };
  readonly chunks: Tree;
  readonly chunk: Uint8Array;

  constructor(shape: ToyShape, seed = 1) {
    this.shape = shape;
    const chance = createPrng(seed);
    const random = (bytes = 32) => Uint8Array.from({ length: bytes }, () => chance.below(256));
    const leaves = (count: number, at: number, leaf: Uint8Array): Tree =>
      count > mostBuilt
        ? new SparseTree(count, at, leaf)
        : new MerkleTree(Array.from({ length: count }, (_, index) => (index === at ? leaf : random())));
    this.chunk = random(1_024);
    const chunkHash = sha256(Uint8Array.of(1), this.chunk);
    this.chunks = leaves(Math.ceil(shape.words / chunkWords), shape.chunk, chunkHash);
    const tensor = sha256(Uint8Array.of(2), u32Bytes(shape.words, shape.dtype), this.chunks.root);
    this.sides = {
      left: leaves(shape.left, shape.onRight ? -1 : shape.operator, tensor),
      right: leaves(shape.right, shape.onRight ? shape.operator : -1, tensor),
    };
    this.roots = Array.from({ length: shape.steps + 1 }, (_, index) =>
      index === shape.step + 1 ? this.sides.right.root : random(),
    );
    const onGrid = Array.from({ length: Math.ceil(shape.steps / shape.grid) }, (_, index) =>
      Math.min((index + 1) * shape.grid, shape.steps),
    );
    this.segment = new MerkleTree(onGrid.map((step) => this.roots[step]!));
    const [operators, states] = shape.header ?? [shape.left + shape.right, shape.right];
    this.header = u32Bytes(1, states, 0, 0, operators, 1, 0, 0);
    this.recordTree = random();
  }

  get programRoot(): Hex {
    return this.programRootOf(toHex(this.header), toHex(this.recordTree));
  }
  programRootOf(header: Hex, recordTree: Hex): Hex {
    return toHex(sha256(Uint8Array.of(4), fromHex(header), fromHex(recordTree)));
  }
  tensorRootOf(words: number, dtype: number): Hex {
    return toHex(sha256(Uint8Array.of(2), u32Bytes(words, dtype), this.chunks.root));
  }
  chunkHashOf(chunk: Hex): Hex {
    return toHex(sha256(Uint8Array.of(1), fromHex(chunk)));
  }
  /** Root `levels` levels above nodes of a level. */
  rootOf(nodes: readonly Hex[], levels = depthOf(nodes.length), level = 0): Hex {
    return toHex(rootFromNodes(nodes.map(fromHex), levels, level)!);
  }
  /** Root that the range proof of neighbouring nodes gives. */
  climb(nodes: readonly Hex[], index: number, depth: number, proof: readonly Hex[]): Hex {
    return toHex(rootFromRange(nodes.map(fromHex), index, depth, proof.map(fromHex))!);
  }
  get startRoot(): Hex {
    return toHex(this.roots[0]!);
  }
  get endRoot(): Hex {
    return toHex(this.roots.at(-1)!);
  }
  get segmentRoot(): Hex {
    return toHex(this.segment.root);
  }

  /** The right move of whoever is to move. @param base first step of the segment in the job */
  move(game: GameView, base: number): Call {
    const { shape } = this;
    const first = game.firstStep - base;
    switch (game.phase) {
      case "GridReveal":
        return {
          name: "revealSteps",
          args: [this.segment.below(this.segment.depth, 0, this.segment.depth).map(toHex)],
        };
      case "GridPick":
        return this.#pickStep(this.segment, Math.floor(shape.step / shape.grid), first);
      case "CellReveal":
        return { name: "revealSteps", args: [this.#cell(first, game.steps).map(toHex)] };
      case "CellPick":
        return this.#pickStep(new MerkleTree(this.#cell(first, game.steps)), shape.step - first, first);
      case "TraceReveal":
        return { name: "revealTrace", args: [this.header, this.recordTree, this.sides.left.root].map(toHex) };
      case "SidePick":
        return { name: "pickSide", args: [shape.onRight] };
      case "OperatorReveal":
        return this.#reveal(this.#side(), game);
      case "OperatorPick":
        return this.#pickNode(this.#side(), shape.operator, game);
      case "TensorReveal": {
        const { depth } = this.chunks;
        const nodes = this.chunks.below(depth, 0, Math.min(revealLevels, depth)).map(toHex);
        return { name: "openTensor", args: [shape.words, shape.dtype, nodes] };
      }
      case "ChunkPick":
        return this.#pickNode(this.chunks, shape.chunk, game);
      case "ChunksReveal":
        return this.#reveal(this.chunks, game);
      case "ChunkReveal":
        return { name: "revealChunk", args: [toHex(this.chunk)] };
      case "Judgement":
        return { name: "judge", args: [emptyEvidence] };
      default:
        throw new Error(`no move in ${game.phase}`);
    }
  }

  #side(): Tree {
    return this.shape.onRight ? this.sides.right : this.sides.left;
  }

  #cell(first: number, steps: number): readonly Uint8Array[] {
    return this.roots.slice(first + 1, first + 1 + steps);
  }

  #pickStep(tree: Tree, index: number, first: number): Call {
    const before = index === 0 ? this.roots[first]! : tree.node(0, index - 1);
    return {
      name: "pickStep",
      args: [index, toHex(before), toHex(tree.node(0, index)), tree.proof(Math.max(0, index - 1), index).map(toHex)],
    };
  }

  #reveal(tree: Tree, { levels, index }: GameView): Call {
    return { name: "revealNodes", args: [tree.below(levels, index, Math.min(revealLevels, levels)).map(toHex)] };
  }

  #pickNode(tree: Tree, leaf: number, { levels, index }: GameView): Call {
    const down = Math.min(revealLevels, levels);
    const height = levels - down;
    const proof = Array.from({ length: down }, (_, level) =>
      toHex(tree.node(height + level, (leaf >> (height + level)) ^ 1)),
    );
    const place = (leaf >> height) - (index << down);
    return { name: "pickNode", args: [place, toHex(tree.node(height, leaf >> height)), proof] };
  }
}

/** Evidence with nothing in it but the word: for an arbiter that is told its verdict. */
export const emptyEvidence = {
  header: "0x",
  recordTree: toHex(new Uint8Array(32)),
  operator: { record: "0x", proof: [] },
  sources: [],
  chunk: "0x",
  word: 200,
  dataset: { header: "0x", fieldTree: toHex(new Uint8Array(32)), field: "0x", proof: [] },
  reads: [],
} as const;
