import { expect } from "chai";
import type { Contender } from "./contender.ts";
import { measure } from "./rounds.ts";

/** A process that answers each line with what `reply` makes of it: an expression of `request`. */
function answering(name: string, reply: string): Contender {
  const script = `require("node:readline").createInterface(process.stdin).on("line", (line) => {
    const request = JSON.parse(line);
    console.log(JSON.stringify(${reply}));
  })`;
  const launch = () => ({ command: [process.execPath, "-e", script], task: {} });
  return { name, library: name, threads: 1, launch };
}

const steady = `request.facts ? { facts: { of: "all" } } : request.run ? { wallMs: request.leastMs, cpuMs: 1 } : { ready: true }`;

describe("rounds", () => {
  it("sample every run of every contender, and say why one is absent", async () => {
    const contenders: Contender[] = [
      answering("steady", steady),
      answering("absent", `{ absent: "not today" }`),
      answering("ending", `request.run ? process.exit(1) : { ready: true }`),
      { ...answering("missing", steady), launch: () => ({ command: ["/no/such/program"], task: {} }) },
    ];
    contenders.push(answering("unwanted", steady));
    const plan = { contenders, without: ["unw"], runs: ["a", "b"], rounds: 3, leastMs: 5, progress: () => {} };
    const [first, ...others] = await measure(plan);
    expect([...first!.samples]).to.deep.equal(["a", "b"].map((run) => [run, Array(3).fill({ wallMs: 5, cpuMs: 1 })]));
    expect(first!.facts).to.deep.equal({ of: "all" });
    expect(others).to.have.length(3);
    const [absent, ending, missing] = others.map((each) => each.absent);
    expect(absent).to.equal("not today");
    expect(ending).to.match(/^The process ended: /);
    expect(missing).to.match(/ENOENT/);
  });
});
