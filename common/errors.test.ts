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

  it("tells the families apart", () => {
    expect(new TransientError("a", "b")).to.not.be.instanceOf(OperatorError);
  });
});
