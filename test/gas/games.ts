import { createPrng } from "../../common/index.ts";
import { exampleClassifier, exampleSegment, type ExampleTraining } from "../../dispute/index.ts";
import { classifierOperators, type Operator } from "../../engine/index.ts";
import { createBoard } from "../contracts/game/board.ts";
import { dearest, type Figure, type Figures } from "./figure.ts";

const seed = 20_261_123;

/** Moves of the longest game. SPEC: spec/game.md; 16 levels of operators, 23 of chunks, six a round. */
const longest = {
  defender: {
    "revealSteps in GridReveal": 1,
    "revealSteps in CellReveal": 1,
    "revealTrace in TraceReveal": 1,
    "revealNodes in OperatorReveal": 3,
    "openTensor in TensorReveal": 1,
    "revealNodes in ChunksReveal": 3,
    "revealChunk in ChunkReveal": 1,
  },
  challenger: {
    "pickStep in GridPick": 1,
    "pickStep in CellPick": 1,
    "pickSide in SidePick": 1,
    "pickNode in OperatorPick": 3,
    "pickNode in ChunkPick": 4,
  },
} as const;

/** One Dot of 4,096 subnormal terms in each operand. */
function longDot(): ExampleTraining {
  const random = createPrng(seed);
  const words = (): Uint32Array => Uint32Array.from({ length: 4_200 }, () => (random.u32() & 0x807fffff) >>> 0);
  const read = (index: number, stride: number) => ({
    ref: { space: "state", index } as const,
    offset: 0,
    strides: [stride],
  });
  const dot: Operator = { kind: "Dot", dtype: "f32", extents: [1], operands: [read(0, 0), read(1, 0)], k: 4_096 };
  const keep = [0, 1].map((index): Operator => {
    const piece = { operands: [read(index, 1)], guards: [[]], fill: 0 };
    return { kind: "View", dtype: "f32", extents: [4_200], ...piece };
  });
  const states = keep.map(() => ({ dtype: "f32" as const, words: 4_200 }));
  return {
    program: { states, fields: [], constants: [], operators: [dot, ...keep], batch: 1 },
    constants: [],
    dataset: { samples: 0, fields: [] },
    start: [words(), words()],
  };
}

function sum(moves: readonly Figure[], counts: Readonly<Record<string, number>>): number {
  return Object.entries(counts).reduce((total, [name, count]) => total + count * dearest(moves, name), 0);
}

/**
 * Whole games with the shipped arbiter, and the dearest that a side can come to: the longest game of the largest moves,
 * judged on the dearest evidence. The part of a judgement outside the arbiter is that of a conviction without evidence;
 * the intrinsic gas counted twice thereby covers the copying of the evidence.
 */
export async function measureGames({ calls, moves, judgements }: Omit<Figures, "games">): Promise<Figure[]> {
  const board = await createBoard();
  const claim = { firstStep: 7, steps: 7, grid: 2, seed: 9, order: "shuffled" } as const;
  const example = await exampleSegment(exampleClassifier(seed), claim);
  const aim = { step: 9, operator: classifierOperators.logits, element: 2 };
  const convicted = await board.play(example, example.run({ ...aim, bit: 22 }));
  const acquitted = await board.play(example, example.honest, aim);
  const dot = await exampleSegment(longDot(), { ...claim, firstStep: 0, steps: 1 });
  const judged = await board.play(dot, dot.honest, { step: 0, operator: 0, element: 0 });
  const side = (name: string, { defender, challenger }: typeof convicted.gas): Figure[] => [
    { name: `${name}: defender`, gas: Number(defender) },
    { name: `${name}: challenger`, gas: Number(challenger) },
  ];
  const dearestJudgement = dearest(judgements) + dearest(calls, "conviction, gas of its judgement");
  return [
    ...side("convicted of a Dot of 6 terms in a segment of 7", convicted.gas),
    ...side("acquitted of it", acquitted.gas),
    { name: "judgement of a Dot of 4,096 subnormal terms in a game", gas: Number(judged.gas.judge) },
    { name: "dearest game: defender", gas: sum(moves, longest.defender) },
    { name: "dearest game: challenger", gas: sum(moves, longest.challenger) + dearestJudgement },
  ];
}
