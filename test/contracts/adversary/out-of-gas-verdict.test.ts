import { expect } from "chai";
import type { Hex } from "viem";
import { exampleClassifier, exampleSegment } from "../../../dispute/index.ts";
import { classifierOperators as at } from "../../../engine/index.ts";
import { readGame } from "../../../protocol/index.ts";
import { challenging, defending, shared, Table } from "./support/table.ts";

const seed = 0x5eed_0108;
const steps = 2;
const setUp = shared(() =>
  exampleSegment(exampleClassifier(seed), { firstStep: steps, steps, grid: 2, seed: 3, order: "shuffled" }),
);

/** Whoever would lose by the true verdict starves the judge of gas and hopes that the silence counts for him. */
describe("attack: a judgement with too little gas", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const [name, operator, honest] of [
    ["a Dot of an honest claim", at.logits, true],
    ["a sampled word of an honest claim", at.x, true],
    ["a state of a false claim", at.weights, false],
  ] as const) {
    it(`${name}: no gas limit gives another verdict`, async () => {
      const { board, example } = await setUp();
      const place = { step: steps, operator, element: 1 };
      const trace = honest ? example.honest : example.run({ ...place, bit: 22 });
      const table = await Table.open(board, example.claimOf(trace));
      const challenger = challenging(example.honest, place);
      await table.play(defending(trace), challenger, "Judgement");
      const { address, abi, functionName, args } = table.call(challenger(table.game, table.history));
      const request = { address, abi, functionName, args, account: table.challenger.account.address } as never;
      const need = await board.client.estimateContractGas(request);
      const outcomes = new Set<string>();
      for (let percent = 10; percent <= 110; percent += 2) {
        const snapshot = await board.networkHelpers.takeSnapshot();
        const gas = (need * BigInt(percent)) / 100n;
        const sent = await table.challenger
          .writeContract({ ...(request as object), account: table.challenger.account, gas } as never)
          .then((hash: Hex) => board.client.getTransactionReceipt({ hash }))
          .then(({ status }) => status === "success")
          .catch(() => false);
        const { phase } = (await readGame(board.chain, table.gameId)).game;
        outcomes.add(phase);
        expect(phase, `${percent} %`).to.equal(sent ? (honest ? "DefenderWon" : "ChallengerWon") : "Judgement");
        await snapshot.restore();
      }
      expect(outcomes.size, "both refusals and verdicts").to.equal(2);
    });
  }
});
