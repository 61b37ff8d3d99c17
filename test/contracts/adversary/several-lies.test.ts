import { expect } from "chai";
import { createPrng, type Prng } from "../../../common/index.ts";
import { exampleSegment, type ExampleSegment, type ExampleTraining } from "../../../dispute/index.ts";
import { chunkAt, chunkCount, wordOf, type MapFunction, type Operand, type Operator } from "../../../engine/index.ts";
import { readGame } from "../../../protocol/index.ts";
import { forge, liesAbout, type Forged } from "./support/tamper.ts";
import { challenging, shared, Table } from "./support/table.ts";

const seed = 0x5eed_010e;
const words = 700;
const [steps, games] = [6, 12];
/** Operators that produce no state; the one after them produces it. */
const left = 4;

function map(fn: MapFunction, ref: Operand["ref"]): Operator {
  const operands = [{ ref, offset: 0, strides: [1] }];
  const instructions = [{ fn, a: 0, b: fn === "mul" ? 255 : 0, c: 0, imm: fn === "mul" ? wordOf(0.75) : 0 }];
  return { kind: "Map", dtype: "f32", extents: [words], operands, instructions };
}

/** A state of three chunks, and a chain of operators over it. */
function training(random: Prng): ExampleTraining {
  const state = { space: "state", index: 0 } as const;
  const chain = ["neg", "exp", "abs", "sqrt"] as const;
  const operators = chain.map((fn, index) => map(fn, index === 0 ? state : { space: "operator", index: index - 1 }));
  const program = {
    states: [{ dtype: "f32", words } as const],
    fields: [],
    constants: [],
    operators: [...operators, map("mul", state)],
    batch: 1,
  };
  const start = [Uint32Array.from({ length: words }, () => wordOf(random.unit() - 0.5))];
  return { program, constants: [], dataset: { samples: 0, fields: [] }, start };
}

/** What is forged of a step: by operator, the elements, ascending. */
type Places = ReadonlyMap<number, readonly number[]>;

/** Any of the operators without a state, and always the state, without which nobody would look at the step. */
function drawPlaces(random: Prng): Places {
  const operators = Array.from({ length: left }, (_, operator) => operator).filter(() => random.below(3) === 0);
  const elements = () => {
    const drawn = Array.from({ length: 1 + random.below(4) }, () => random.below(words));
    return [...new Set(drawn)].toSorted((a, b) => a - b);
  };
  return new Map([...operators, left].map((operator) => [operator, elements()]));
}

/** Flips a bit of an output at some elements. */
function flipped({ honest }: ExampleSegment, offset: number, operator: number, elements: readonly number[]): Forged {
  const changed = honest.step(offset).output(operator).words.slice();
  for (const element of elements) changed[element] = (changed[element]! ^ (1 << (element % 20))) >>> 0;
  const chunks = Array.from({ length: chunkCount(words) }, (_, index) => chunkAt(changed, index));
  return forge(chunks, words, "f32");
}

/** A thief who lies in many places at once, none of which follows from another, and hopes to win by some of them. */
describe("attack: several lies that do not follow from each other", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const grid of [1, 2, steps]) {
    const setUp = shared(() =>
      exampleSegment(training(createPrng(seed)), { firstStep: 0, steps, grid, seed: 3, order: "sequential" }),
    );

    it(`with states on a grid of ${grid} the first of them is judged, game after game`, async () => {
      const random = createPrng(seed + grid);
      const { board, example } = await setUp();
      const { honest } = example;
      for (let game = 0; game < games; game++) {
        const offsets = Array.from({ length: steps }, (_, offset) => offset);
        const lied = offsets.filter((offset) => offset === steps - 1 || random.below(2) === 0);
        const places = new Map(lied.map((offset) => [offset, drawPlaces(random)]));
        const forged = [...places].map(([offset, operators]) => {
          const tensors = [...operators].map(
            ([operator, elements]) => [operator, flipped(example, offset, operator, elements)] as const,
          );
          return [offset, new Map(tensors)] as const;
        });
        const lie = liesAbout(example, new Map(forged));
        const table = await Table.open(board, lie.claim);
        const ending = await table.play(lie.defender, challenging(honest));

        // The first state on the grid that is wrong, and in its cell the first that is.
        const wrong = (after: number) => lie.roots[after] !== honest.roots[after];
        const onGrid = offsets.map((offset) => Math.min((offset + 1) * grid, steps)).find((after) => wrong(after))!;
        const cell = Math.floor((onGrid - 1) / grid) * grid;
        const step = offsets.find((offset) => offset >= cell && wrong(offset + 1))!;
        const [operator, elements] = [...places.get(step)!][0]!;
        const where = `game ${game}: lies at ${JSON.stringify([...places].map(([offset, at]) => [offset, [...at]]))}`;
        expect((await readGame(board.chain, table.gameId)).game.firstStep, where).to.equal(step);
        expect(ending, where).to.include({ phase: "ChallengerWon", reason: "Element", operator });
        expect(ending?.element, where).to.equal(BigInt(elements[0]!));
      }
    });
  }
});
