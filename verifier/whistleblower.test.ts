import { expect } from "chai";
import { zeroAddress, type Address } from "viem";
import { chanceUnfound, expectedReward, ranked, replayCostOf, rivalsOf, type Candidate } from "./whistleblower.ts";

describe("what a whistleblower expects of a replay", () => {
  const prospect = { lieRate: 0.5, unfound: 1, rivals: 0, bounty: 1_000n };

  it("is the bounty, as likely as there is a lie that no seat finds, shared with rivals", () => {
    expect(expectedReward(prospect)).to.equal(500n);
    expect(expectedReward({ ...prospect, unfound: 0.25 })).to.equal(125n);
    expect(expectedReward({ ...prospect, rivals: 1 })).to.equal(250n);
    expect(expectedReward({ ...prospect, unfound: 0.5, rivals: 3 })).to.equal(62n);
  });

  it("is nothing without a lie, a chance or a bounty, and never more than the bounty", () => {
    for (const none of [{ lieRate: 0 }, { unfound: 0 }, { bounty: 0n }])
      expect(expectedReward({ ...prospect, ...none })).to.equal(0n);
    const bounty = 2n ** 128n - 1n;
    expect(expectedReward({ lieRate: 1, unfound: 1, rivals: 0, bounty })).to.equal(bounty);
  });

  it("falls with every seat on a drawn segment, to nothing where one says that it fails", () => {
    expect(chanceUnfound({ drawn: false, seats: 0, failed: false })).to.equal(1);
    expect(chanceUnfound({ drawn: true, seats: 0, failed: false })).to.equal(1);
    expect(chanceUnfound({ drawn: true, seats: 3, failed: false })).to.equal(0.125);
    expect(chanceUnfound({ drawn: true, seats: 3, failed: true })).to.equal(0);
  });

  it("is worth the cost at the usual rate and the recommended terms, until somebody else looks", () => {
    // 100 segments, the bounty the price.
    const terms = { firstStep: 0, steps: 10_000, interval: 100, workUnits: 10_000n };
    const cost = replayCostOf(terms, 7, 150n);
    const reward = (rivals: number) => expectedReward({ lieRate: 0.02, unfound: 1, rivals, bounty: 1_500_000n });
    expect(cost).to.equal(15_000n);
    expect([reward(0) > cost, reward(1) > cost]).to.deep.equal([true, false]);
  });

  it("counts the steps of the last segment alone", () => {
    const terms = { firstStep: 90, steps: 25, interval: 10, workUnits: 250n };
    expect([0, 1, 2].map((k) => replayCostOf(terms, k, 3n))).to.deep.equal([300n, 300n, 150n]);
  });

  it("counts others who disputed what anybody disputed", () => {
    const own: Address = "0x00000000000000000000000000000000000000Aa";
    const [first, second] = [zeroAddress, `0x${"1".repeat(40)}`] as const;
    const game = (checkpoint: number, challenger: Address) => ({ jobId: 1n, checkpoint, challenger });
    expect(rivalsOf([], own, 2n)).to.equal(0);
    expect(rivalsOf([game(0, own)], own, 1n)).to.equal(0);
    const opened = [
      game(0, own),
      game(0, first),
      game(0, first),
      game(0, second),
      game(1, "0x00000000000000000000000000000000000000aa"),
    ];
    expect(rivalsOf(opened, own, 2n)).to.equal(1);
    expect(rivalsOf(opened, own, 1n)).to.equal(2);
  });

  it("ranks segments by it, and equal ones in their order", () => {
    const candidate = (k: number, reward: bigint): Candidate => ({ ...prospect, k, reward, cost: 1n });
    const order = ranked([candidate(2, 5n), candidate(1, 5n), candidate(0, 1n), candidate(3, 9n)]);
    expect(order.map(({ k }) => k)).to.deep.equal([3, 1, 2, 0]);
  });
});
