import { expect } from "chai";
import { DefectError, OperatorError, TransientError } from "./errors.ts";

describe("error families", () => {
  for (const Family of [TransientError, OperatorError, DefectError]) {
    it(`${Family.name} carries code, facts and cause`, () => {
      const cause = new Error("socket closed");
      const error = new Family("rpc-lost", "The node went away.", { attempt: 3 }, { cause });
      expect(error).to.be.instanceOf(Error);
      expect(error).to.include({ name: Family.name, code: "rpc-lost", message: "The node went away.", cause });
      expect(error.facts).to.deep.equal({ attempt: 3 });
    });
  }

  it("writes control characters in a message as what they are", () => {
    const { message } = new OperatorError("bad-name", 'The tensor "\u001b[2J\n\u202e" is not there.');
    expect(message).to.equal('The tensor "\\u001b[2J\\u000a\\u202e" is not there.');
  });

  it("tells the families apart", () => {
    expect(new TransientError("a", "b")).to.not.be.instanceOf(OperatorError);
  });
});
