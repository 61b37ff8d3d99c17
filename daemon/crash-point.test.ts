import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { OperatorError } from "../common/index.ts";
import { crashPoints, parseCrashAt } from "./crash-point.ts";

describe("crash points", () => {
  function passing(crashAt?: string) {
    const script = `
      const { crashPoint } = await import(${JSON.stringify(join(import.meta.dirname, "crash-point.ts"))});
      for (const point of ["sent", "mined", "sent", "sent"]) { crashPoint(point); console.log(point); }`;
    const { PINPOINT_CRASH_AT: _, ...rest } = process.env;
    const env = crashAt === undefined ? rest : { ...rest, PINPOINT_CRASH_AT: crashAt };
    const { stdout, signal } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { env });
    return { passed: stdout.toString().trim().split("\n"), signal };
  }

  it("kill the process at the n-th passage of the point that is named", () => {
    expect(passing("sent:2")).to.deep.equal({ passed: ["sent", "mined"], signal: "SIGKILL" });
  });

  it("do nothing unless the environment asks", () => {
    expect(passing()).to.deep.equal({ passed: ["sent", "mined", "sent", "sent"], signal: null });
  });

  it("are named as the list names them", () => {
    for (const point of crashPoints) expect(parseCrashAt(point)).to.deep.equal({ point, passage: 1 });
    for (const text of ["", "sent:0", "sent:x", "sent:1:2", "nowhere:1"]) {
      expect(() => parseCrashAt(text), text)
        .to.throw(OperatorError)
        .with.property("code", "bad-crash-point");
    }
  });
});
