import { expect } from "chai";
import { exampleClassifier, exampleSegment } from "../../../dispute/index.ts";
import { classifierOperators as at } from "../../../engine/index.ts";
import {
  expectedMove,
  readCredit,
  readGame,
  readTerms,
  readTokens,
  reclaimGame,
  type Move,
} from "../../../protocol/index.ts";
import { challenging, defending, shared, Table } from "./support/table.ts";

const seed = 0x5eed_010c;
const steps = 4;
const setUp = shared(() =>
  exampleSegment(exampleClassifier(seed), { firstStep: steps, steps, grid: 2, seed: 3, order: "shuffled" }),
);

/**
 * A challenger without a machine: he opens a game of his own, copies every pick of the honest one out of the pool of pending
 * transactions, and has the judgement mined first. He gets the bounty; the lie falls all the same, and the honest one is whole.
 */
describe("attack: a challenger who copies another's moves in front of him", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  it("takes the bounty, and costs the honest challenger nothing else", async () => {
    const { board, example } = await setUp();
    const { chain, accounts, deployment } = board;
    const [honest, mirror] = [accounts.challenger, accounts.submitter];
    const lie = example.run({ step: steps + 1, operator: at.logits, element: 2, bit: 20 });
    const claim = example.claimOf(lie);
    const jobId = await board.postClaim(claim);
    const wealth = async (account: typeof honest) =>
      (await readTokens(chain, account.account.address)) +
      (await readCredit(chain, "pinpoint", account.account.address));
    const before = [await wealth(honest), await wealth(mirror)] as const;
    const own = await Table.join(board, claim, jobId, honest);
    const copy = await Table.join(board, claim, jobId, mirror);

    const seen: Move[] = [];
    const honestPlayer = challenging(example.honest);
    while (expectedMove[copy.game.phase] !== null) {
      const { side, type } = expectedMove[own.game.phase]!;
      if (side === "defender") {
        for (const table of [copy, own]) await table.make(defending(lie)(table.game, table.history));
        continue;
      }
      const pending = honestPlayer(own.game, own.history);
      seen.push(pending);
      await copy.make(pending);
      if (type !== "judge") await own.make(pending);
    }
    expect(copy.game.phase).to.equal("ChallengerWon");
    expect(await own.refuses(seen.at(-1)!)).to.equal("GameIsVoid");
    await board.send(honest, reclaimGame(deployment, own.gameId));

    const { bounty, gasRate } = await readTerms(chain, jobId);
    const gas = await Promise.all([own, copy].map(async ({ gameId }) => (await readGame(chain, gameId)).challengerGas));
    expect((await wealth(honest)) - before[0]).to.equal(BigInt(gas[0]!) * gasRate);
    expect((await wealth(mirror)) - before[1]).to.equal(BigInt(gas[1]!) * gasRate + bounty);
    expect(gas[0]).to.be.above(0);
  });
});
