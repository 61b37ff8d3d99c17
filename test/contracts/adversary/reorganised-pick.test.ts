import { expect } from "chai";
import { exampleSegment, type ExampleTraining } from "../../../dispute/index.ts";
import type { Operator } from "../../../engine/index.ts";
import { gameRecord } from "../../../protocol/index.ts";
import { challenging, defending, errorName, shared, Table } from "./support/table.ts";

const steps = 3;

/** A state that never changes, beside an output that is another at every step: all state roots are equal, the traces are not. */
function frozen(): ExampleTraining {
  const random: Operator = { kind: "Sample", fn: "random", dtype: "i32", extents: [300], operands: [], stream: 1 };
  const keep: Operator = {
    kind: "View",
    dtype: "f32",
    extents: [4],
    operands: [{ ref: { space: "state", index: 0 }, offset: 0, strides: [1] }],
    guards: [[]],
    fill: 0,
  };
  const program = {
    states: [{ dtype: "f32", words: 4 }] as const,
    fields: [],
    constants: [],
    operators: [random, keep],
    batch: 1,
  };
  return { program, constants: [], dataset: { samples: 0, fields: [] }, start: [new Uint32Array(4)] };
}

const segment = (seed: number) => exampleSegment(frozen(), { firstStep: 0, steps, grid: 4, seed, order: "sequential" });
const setUp = shared(() => segment(1));

/**
 * The challenger of an honest claim sees the solver's answer to his pick, and a reorganisation lets him pick again. Where the
 * roots before and after are the same, the answer must still not fit: it would be a wrong one, and lose.
 */
describe("attack: a pick exchanged under an answer on its way", () => {
  it("another step with the same roots", async () => {
    const { board, example } = await setUp();
    const { honest } = example;
    expect(new Set(honest.roots).size).to.equal(1);
    const table = await Table.open(board, example.claimOf(honest));
    const aimed = (step: number) => challenging(honest, { step, operator: 0, element: 5 });
    await table.play(defending(honest), aimed(0), "CellPick");
    const [kept, moves] = [table.game, table.history.length];
    const snapshot = await board.networkHelpers.takeSnapshot();
    await table.make(aimed(0)(table.game, table.history));
    const answer = table.call(defending(honest)(table.game, table.history));
    await snapshot.restore();
    table.game = kept;
    table.history.length = moves;
    await table.make(aimed(1)(table.game, table.history));

    const { address, abi, functionName, args } = answer;
    const request = { address, abi, functionName, args, account: board.accounts.solver.account } as never;
    const outcome = await board.client.simulateContract(request).then(() => "accepted", errorName);
    expect(outcome).to.equal("WrongPosition");
    const ending = await table.play(defending(honest), aimed(1));
    expect(ending).to.include({ phase: "DefenderWon", operator: 0, element: 5n });
  });

  it("another job with the same roots", async () => {
    const { board, example } = await setUp();
    const other = await segment(2);
    const [claim, twin] = [example.claimOf(example.honest), other.claimOf(other.honest)];
    expect({ ...twin, seed: claim.seed }).to.deep.equal(claim);
    const [jobId, twinJob] = [await board.postClaim(claim), await board.postClaim(twin)];
    const snapshot = await board.networkHelpers.takeSnapshot();
    const table = await Table.join(board, claim, jobId, board.accounts.challenger);
    const answer = table.call(defending(example.honest)(table.game, table.history));
    await snapshot.restore();
    const moved = await Table.join(board, twin, twinJob, board.accounts.challenger);
    expect(moved.gameId).to.equal(table.gameId);
    expect((await gameRecord(board.chain, moved.gameId)).game).to.deep.equal(table.game);

    const { address, abi, functionName, args } = answer;
    const request = { address, abi, functionName, args, account: board.accounts.solver.account } as never;
    const outcome = await board.client.simulateContract(request).then(() => "accepted", errorName);
    expect(outcome).to.equal("WrongPosition");
  });
});
