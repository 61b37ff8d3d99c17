import { expect } from "chai";
import type { Address } from "viem";
import type { Phase } from "./game.ts";
import type { GameView } from "./reads/games.ts";
import { gameAtRisk, riskTotals, usualGas, type GameAtRisk } from "./risk.ts";

describe("money at risk", () => {
  const [defender, challenger]: Address[] = [`0x${"0d".repeat(20)}`, `0x${"0c".repeat(20)}`];
  const viewOf = (phase: Phase, change: Partial<GameView> = {}) =>
    ({
      id: 3n,
      jobId: 2n,
      checkpoint: 5,
      defender,
      challenger,
      game: { phase, moves: 4 },
      lastMoveAt: 1_000n,
      defenderClock: 60,
      challengerClock: 90,
      ...change,
    }) as GameView;
  const facts = { job: { status: "Closing" }, terms: { stake: 700n }, bond: 20n, now: 1_010n } as const;

  it("says whose move it is, what he has left and what it usually costs", () => {
    expect(gameAtRisk({ ...facts, view: viewOf("CellReveal") })).to.deep.equal({
      game: 3n,
      job: 2n,
      checkpoint: 5,
      defender,
      challenger,
      phase: "CellReveal",
      moves: 4,
      toMove: "defender",
      secondsLeft: 50,
      stake: 700n,
      bond: 20n,
      forecast: "unknown",
      next: { by: "defender", action: "revealSteps", gas: usualGas.revealSteps },
    });
    const judged = gameAtRisk({ ...facts, view: viewOf("Judgement"), opinion: "challenger" });
    expect(judged).to.include({ toMove: "challenger", secondsLeft: 80, forecast: "challenger" });
    expect(judged?.next).to.deep.equal({ by: "challenger", action: "judge", gas: usualGas.judge });
  });

  it("believes the clock before it believes anybody", () => {
    const last = gameAtRisk({ ...facts, now: 1_060n, view: viewOf("CellReveal"), opinion: "defender" });
    expect(last).to.include({ secondsLeft: 0, forecast: "defender" });
    const over = gameAtRisk({ ...facts, now: 1_061n, view: viewOf("CellReveal"), opinion: "defender" });
    expect(over).to.include({ secondsLeft: -1, forecast: "challenger" });
    expect(over?.next).to.include({ by: "anyone", action: "timeout" });
    const idle = gameAtRisk({ ...facts, now: 2_000n, view: viewOf("CellPick"), opinion: "challenger" });
    expect(idle?.forecast).to.equal("defender");
  });

  it("asks nothing of a void game but to take the bond back", () => {
    const risk = gameAtRisk({ ...facts, job: { status: "Convicted" }, view: viewOf("CellPick"), opinion: "defender" });
    expect(risk).to.include({ stake: 0n, bond: 0n, forecast: "void" });
    expect(risk?.next).to.include({ by: "challenger", action: "reclaim" });
  });

  it("is nothing in a game that is over", () => {
    for (const phase of ["None", "ChallengerWon", "DefenderWon", "Void"] as const) {
      expect(gameAtRisk({ ...facts, view: viewOf(phase) })).to.equal(undefined);
    }
  });

  it("counts a job's stake once, by the worst of its games, and every bond", () => {
    const risk = (job: bigint, forecast: GameAtRisk["forecast"], other: Address = challenger) => ({
      ...gameAtRisk({ ...facts, view: viewOf("CellPick", { jobId: job, challenger: other }) })!,
      forecast,
    });
    const stranger: Address = `0x${"05".repeat(20)}`;
    const risks = [
      risk(1n, "defender"),
      risk(1n, "challenger", stranger),
      risk(1n, "unknown", stranger),
      risk(2n, "defender"),
      risk(3n, "void"),
    ];
    expect(riskTotals(risks)).to.deep.equal({
      games: 5,
      stakes: { win: 1_400n, lose: 700n, unknown: 0n },
      bonds: { win: 40n, lose: 40n, unknown: 20n },
    });
    expect(riskTotals(risks, challenger)).to.deep.equal({
      games: 3,
      stakes: { win: 0n, lose: 0n, unknown: 0n },
      bonds: { win: 20n, lose: 40n, unknown: 0n },
    });
    expect(riskTotals(risks, defender.toUpperCase().replace("0X", "0x") as Address).stakes.lose).to.equal(700n);
    expect(riskTotals([], defender).games).to.equal(0);
  });
});
