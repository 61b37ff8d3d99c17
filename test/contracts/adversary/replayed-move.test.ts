import { expect } from "chai";
import { exampleClassifier, exampleSegment, type Aim } from "../../../dispute/index.ts";
import { classifierOperators as at } from "../../../engine/index.ts";
import { makeMove, openingGame, readGame, type Call, type Phase } from "../../../protocol/index.ts";
import type { Board } from "../game/board.ts";
import { challenging, defending, errorName, shared, Table } from "./support/table.ts";

const seed = 0x5eed_010a;
const steps = 8;
const setUp = shared(() =>
  exampleSegment(exampleClassifier(seed), { firstStep: steps, steps, grid: 2, seed: 3, order: "shuffled" }),
);
const first: Aim = { step: steps + 2, operator: at.logits, element: 1 };
/** Where the challenger's second move from the same position points. */
const others: readonly (readonly [Phase, Partial<Aim>])[] = [
  ["GridPick", { step: steps + 7 }],
  ["CellPick", { step: steps + 3 }],
  ["SidePick", { operator: at.weights }],
  ["OperatorPick", { operator: at.chosen }],
];

/** Name of the error with which the contract refuses a move of the solver's. */
function refusal(board: Board, { address, abi, functionName, args }: Call): Promise<string> {
  const request = { address, abi, functionName, args, account: board.accounts.solver.account } as never;
  return board.client.simulateContract(request).then(() => "accepted", errorName);
}

/** A challenger who moves twice: a reorganisation puts one of his moves in the other's place, after the answer was sent. */
describe("attack: a move that answers another position", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const [phase, change] of others) {
    it(`after another ${phase} the prepared answer is refused and costs nothing`, async () => {
      const { board, example } = await setUp();
      const { honest } = example;
      const [solver, one, other] = [
        defending(honest),
        challenging(honest, first),
        challenging(honest, { ...first, ...change }),
      ];
      const table = await Table.open(board, example.claimOf(honest));
      await table.play(solver, one, phase);
      const [kept, moves] = [table.game, table.history.length];
      const snapshot = await board.networkHelpers.takeSnapshot();
      await table.make(one(table.game, table.history));
      const prepared = table.call(solver(table.game, table.history));
      await snapshot.restore();
      table.game = kept;
      table.history.length = moves;

      await table.make(other(table.game, table.history));
      const before = await readGame(board.chain, table.gameId);
      expect(await refusal(board, prepared)).to.equal("WrongPosition");
      expect(await readGame(board.chain, table.gameId)).to.deep.equal(before);
      expect(await table.play(solver, other)).to.include({ phase: "DefenderWon" });
    });
  }

  it("a move of one game is no move of its twin", async () => {
    const { board, example } = await setUp();
    const { honest } = example;
    const claim = example.claimOf(honest);
    const table = await Table.open(board, claim);
    const twin = await Table.join(board, claim, table.jobId, board.accounts.challenger);
    const move = defending(honest)(openingGame(claim), []);
    const { deployment } = board;
    const { address, abi, functionName, args } = makeMove(deployment, table.gameId, table.jobId, table.game, move);
    const other = { address, abi, functionName, args: [twin.gameId, ...args.slice(1)] };
    expect(await refusal(board, other)).to.equal("WrongPosition");
    await table.make(move);
    expect(await table.refuses(move)).to.equal("WrongPhase");
  });
});
