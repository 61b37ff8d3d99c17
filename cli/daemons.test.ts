import { expect } from "chai";
import { PassThrough } from "node:stream";
import { choiceOf, verifierCommand } from "./daemons.ts";

describe("the options of a verifier", () => {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), signal: new AbortController().signal };
  const parse = (...words: string[]) =>
    verifierCommand(io)
      .action(() => {})
      .parse(words, { from: "user" })
      .opts();

  it("make a whistleblower, who has seats only if told so", () => {
    expect(choiceOf(parse("--whistleblower"))).to.deep.equal({ replay: "rewarding", enroll: 0n });
    expect(choiceOf(parse("--whistleblower", "--enroll", "5"))).to.deep.equal({ replay: "rewarding", enroll: 5n });
    expect(choiceOf(parse("--replay", "drawn"))).to.deep.equal({ replay: "drawn", enroll: undefined });
    const rates = parse("--whistleblower", "--lie-rate", "0.05", "--replay-cost", "7");
    expect(rates).to.include({ lieRate: 0.05, replayCost: 7n });
    expect(parse()).to.not.have.any.keys("replay", "lieRate", "replayCost");
  });
});
