import { expect } from "chai";
import { BaseError, encodeErrorResult, type Abi } from "viem";
import { DefectError, OperatorError, TransientError } from "../common/index.ts";
import { rpcClient } from "./chain.ts";
import { errorAbi } from "./error-abi.ts";
import { explainedErrors } from "./error-sentences.ts";
import { explainError, explained, explainRevert } from "./explain-error.ts";

function revert(errorName: string, args: readonly unknown[]): OperatorError {
  return explainRevert(encodeErrorResult({ abi: errorAbi as Abi, errorName, args }));
}

describe("explainError", () => {
  it("says a custom error in a sentence, with its values as facts", () => {
    const late = revert("TooLate", [7n, 1_800_000_000n]);
    expect(late.code).to.equal("reverted-too-late");
    expect(late.message).to.equal("It is too late for this on job 7: the time ended at 2027-01-15T08:00:00.000Z.");
    expect(late.facts).to.deep.equal({ jobId: 7n, last: 1_800_000_000n });
    expect(revert("TermOutOfRange", [15, 5n, 10n, 20n]).message).to.equal(
      'The term "stake" is 5; it must be from 10 to 20.',
    );
    expect(revert("WrongStatus", [3n, 4]).message).to.equal("Job 3 is Settled, which does not allow this.");
    expect(revert("GameFinished", [3n, 14]).message).to.equal("Game 3 is over: ChallengerWon.");
  });
  it("tells by name and values what has no sentence of its own", () => {
    expect(revert("WrongCount", [3n, 4n]).message).to.equal("The contract refused: WrongCount (expected 3, given 4).");
    expect(revert("SideEmpty", []).message).to.equal("The contract refused: SideEmpty.");
  });
  it("keeps unknown revert data", () => {
    expect(explainRevert("0x12345678").facts).to.deep.equal({ data: "0x12345678" });
  });
  it("has a sentence for no error that does not exist", () => {
    const names = errorAbi.map((item) => item.name as string);
    expect(explainedErrors.filter((name) => !names.includes(name))).to.deep.equal([]);
  });
  it("takes a block that a node lacks for the node's failure: it is behind, or its chain was reorganised", () => {
    for (const message of ["header not found", "BlockOutOfRangeError: block height is 39 but requested was 40"])
      expect(explainError(new BaseError("It failed.", { details: message })))
        .to.be.instanceOf(TransientError)
        .with.property("code", "block-missing");
  });

  it("tells the world's failures from ours", async () => {
    const away = await explained(rpcClient("http://127.0.0.1:1").getBlockNumber()).catch((error: unknown) => error);
    expect(away).to.be.instanceOf(TransientError).with.property("code", "rpc-unreachable");
    expect(explainError(new TypeError("x"))).to.be.instanceOf(DefectError);
    expect(explainError(away)).to.equal(away);
    expect(() => rpcClient("ws://127.0.0.1:1")).to.throw(OperatorError, "http");
  });
});
