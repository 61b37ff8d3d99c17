import type { Hex } from "viem";
import { DefectError, empty, toHex, type MerkleTree } from "../common/index.ts";
import { dtypeCodes, chunkAt } from "../engine/index.ts";
import { revealLevels, type Game, type Move, type Place, type Roots } from "../protocol/index.ts";
import type { ExecutedSegment, StepTrace } from "./segment-trace.ts";

/**
 * The defender's next move: he opens what the challenger points at, from his own execution of the segment.
 * Pure: the same game and trace give the same move. SPEC: spec/game.md.
 *
 * @throws DefectError `no-move` when the phase waits for nobody or for the challenger
 */
export function defenderMove(game: Game, trace: ExecutedSegment): Move {
  const { claim, commitment } = trace.subject;
  const offset = game.firstStep - claim.firstStep;
  switch (game.phase) {
    case "GridReveal":
      return { type: "revealSteps", roots: reveal(trace.segment, trace.segment.depth, 0) };
    case "CellReveal":
      return { type: "revealSteps", roots: trace.roots.slice(offset + 1, offset + game.steps + 1) };
    case "TraceReveal":
      return {
        type: "revealTrace",
        header: toHex(commitment.encoded.header),
        recordTree: toHex(commitment.tree.root),
        left: toHex(trace.step(offset).left.root),
      };
    case "OperatorReveal":
      return { type: "revealNodes", nodes: reveal(sideTree(game, trace.step(offset)), game.levels, game.index) };
    case "TensorReveal": {
      const { words, dtype, chunkTree } = trace.step(offset).output(game.operator);
      const nodes = reveal(chunkTree, chunkTree.depth, 0);
      return { type: "openTensor", words: words.length, dtype: dtypeCodes[dtype], nodes };
    }
    case "ChunksReveal": {
      const { chunkTree } = trace.step(offset).output(game.operator);
      return { type: "revealNodes", nodes: reveal(chunkTree, game.levels, game.index) };
    }
    case "ChunkReveal": {
      const { words } = trace.step(offset).output(game.operator);
      return { type: "revealChunk", chunk: toHex(chunkAt(words, game.index)) };
    }
    default:
      throw new DefectError("no-move", `The defender has no move in phase ${game.phase}.`, { phase: game.phase });
  }
}

/** The roots of a game about his own claim, of which the contract told the rest: a defender needs no events to move. Pure. */
export function defenderRoots(place: Place, trace: ExecutedSegment): Roots {
  const offset = place.firstStep - trace.subject.claim.firstStep;
  const [from, to] = [trace.roots[offset], trace.roots[offset + place.steps]];
  const zero = toHex(empty(0));
  switch (place.phase) {
    case "GridReveal":
      return { from, to, left: zero, node: toHex(trace.segment.root) };
    case "CellReveal":
    case "TraceReveal":
      return { from, to, left: zero, node: zero };
    default: {
      const step = trace.step(offset);
      const inTensor = place.phase === "ChunksReveal" || place.phase === "ChunkReveal";
      const tree = inTensor ? step.output(place.operator).chunkTree : sideTree(place, step);
      return { from, to, left: toHex(step.left.root), node: toHex(tree.node(place.levels, place.index)) };
    }
  }
}

/** The tree of the side that was picked; the right one has as many leaves as the program has states. */
export function sideTree(game: Place, step: StepTrace): MerkleTree {
  return game.side === "right" ? step.right : step.left;
}

function reveal(tree: MerkleTree, level: number, index: number): Hex[] {
  return tree.below(level, index, Math.min(revealLevels, level)).map(toHex);
}
