import { expect } from "chai";
import {
  exampleClassifier,
  exampleSegment,
  type ExampleSegment,
  type ExampleTraining,
} from "../../../dispute/index.ts";
import { classifierOperators, type Program } from "../../../engine/index.ts";
import { nextCharacter as nextCharacterTraining } from "../../hardware/trainings.ts";
import { createBoard, type Board } from "./board.ts";

const seed = 20_261_123;
const steps = 7;

/** A training whose every operator is to be the culprit, and the kinds that its state depends on. */
interface Case {
  readonly name: string;
  readonly training: ExampleTraining;
  /** First operator that is neither forward nor update. */
  readonly backward: number;
  readonly kinds: readonly string[];
}

const classifier: Case = {
  name: "the classifier of every kind",
  training: exampleClassifier(seed),
  backward: classifierOperators.gradient,
  kinds: ["Dot", "Fold", "Map", "Sample", "Schedule", "View"],
};

/** The example of the repository: embedding, two dense layers, softmax cross-entropy; an update that reads the moments of the same step. */
function nextCharacter(): Case {
  const training = nextCharacterTraining();
  const kinds = ["Dot", "Fold", "Gather", "Map", "Sample", "Scatter", "Schedule", "View"];
  return { name: "the next-character model", training, backward: lastForward(training.program) + 1, kinds };
}

/** The last operator that the loss, the last state, depends on, itself left out. */
function lastForward({ operators }: Program): number {
  const refs = operators[operators.length - 1].operands.map(({ ref }) => (ref.space === "operator" ? ref.index : -1));
  return Math.max(...refs);
}

function partOf({ training, backward }: Case, operator: number): string {
  const { operators, states } = training.program;
  return operator >= operators.length - states.length ? "update" : operator < backward ? "forward" : "backward";
}

interface Place {
  readonly step: number;
  readonly operator: number;
  readonly element: number;
}

/**
 * First and last element of every operator, at the first and last step of the segment; in a program of many operators one element of
 * each, in turn the first at the first step and the last at the last.
 */
function placesOf({ subject }: ExampleSegment): Place[] {
  const { firstStep } = subject.claim;
  const many = subject.program.operators.length > 32;
  return subject.program.operators.flatMap(({ extents }, operator) => {
    const last = extents.reduce((product, extent) => product * extent, 1) - 1;
    const ends = many ? [operator % 2] : [0, 1];
    return ends.flatMap((end) => {
      const step = firstStep + end * (steps - 1);
      const elements = many ? [end * last] : [0, last];
      return [...new Set(elements)].map((element) => ({ step, operator, element }));
    });
  });
}

/** One line a place: who the culprit is, and what came of it. */
class Table {
  readonly #rows: string[] = [];
  readonly #case: Case;

  constructor(example: Case) {
    this.#case = example;
  }

  add({ step, operator, element }: Place, outcome: string): void {
    const { kind } = this.#case.training.program.operators[operator];
    const cells = [String(operator).padStart(3), String(step).padStart(4), String(element).padStart(7)];
    this.#rows.push(`${kind.padEnd(8)} ${partOf(this.#case, operator).padEnd(8)} ${cells.join(" ")}  ${outcome}`);
  }

  print(title: string): void {
    const head = [`${title} (seed ${seed})`, "kind     part      op step element  outcome"];
    console.log([...head, ...this.#rows].map((line) => `      ${line}`).join("\n"));
  }
}

for (const make of [() => classifier, nextCharacter]) {
  const subject = make();
  describe(`every operator of ${subject.name} as the culprit, on chain`, function () {
    this.timeout(300_000);
    let board: Board;
    let example: ExampleSegment;

    before(async () => {
      board = await createBoard();
      const claim = { firstStep: steps, steps, grid: 2, seed: 9, order: "shuffled" } as const;
      example = await exampleSegment(subject.training, claim, "wasm");
    });

    it("is convicted wherever it diverges and the state shows it", async () => {
      const table = new Table(subject);
      const convicted = new Set<string>();
      for (const place of placesOf(example)) {
        const defender = example.run({ ...place, bit: 22 });
        if (defender.roots[steps] === example.honest.roots[steps]) {
          table.add(place, "cannot reach the state: equal root");
          continue;
        }
        const { game, verdict, moves, gas } = await board.play(example, defender);
        const { step, operator, element } = place;
        expect(game, JSON.stringify(place)).to.include({ phase: "ChallengerWon", firstStep: step, operator });
        expect(verdict, JSON.stringify(place)).to.include({ operator, element: BigInt(element) });
        expect(((verdict?.claimed ?? 0) ^ (verdict?.expected ?? 0)) >>> 0).to.equal(2 ** 22);
        table.add(place, `convicted in ${moves} moves, gas ${gas.defender} + ${gas.challenger} (judge ${gas.judge})`);
        convicted.add(example.subject.program.operators[operator].kind);
      }
      table.print("divergences");
      expect([...convicted].toSorted()).to.deep.equal(subject.kinds);
    });

    it("is acquitted wherever a hostile challenger aims at an honest claim", async () => {
      const table = new Table(subject);
      for (const place of placesOf(example)) {
        const { game, verdict, moves } = await board.play(example, example.honest, place);
        const { step, operator } = place;
        expect(game, JSON.stringify(place)).to.include({ phase: "DefenderWon", firstStep: step, operator });
        expect(verdict?.claimed).to.equal(verdict?.expected);
        table.add(place, `acquitted in ${moves} moves`);
      }
      table.print("hostile challenges");
    });
  });
}
