import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { runCli } from "./run.ts";

describe("pinpoint simulate", () => {
  let directory: string;
  before(() => void (directory = mkdtempSync(join(tmpdir(), "pinpoint-simulate-"))));
  after(() => rmSync(directory, { recursive: true }));

  async function simulate(
    signal: AbortSignal,
    ...words: string[]
  ): Promise<{ code: number; out: string; err: string }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const code = await runCli(["simulate", ...words], { stdout, stderr, signal });
    return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
  }
  const small = ["--participants", "1000", "--rounds", "6"];
  const { signal } = new AbortController();

  it("prints a table and writes its rounds and a chart", async () => {
    const out = join(directory, "new", "folder");
    const run = await simulate(signal, ...small, "--out", out);
    expect([run.code, run.err]).to.deep.equal([0, ""]);
    for (const word of ["cheating", "audits alone", "attention checks", "forced errors", "all ", "simulation.csv"])
      expect(run.out).to.contain(word);
    expect(readFileSync(join(out, "simulation.csv"), "utf8")).to.match(/^mechanism,variation,round,/);
    expect(readFileSync(join(out, "simulation.svg"), "utf8")).to.match(/^<svg [^]*<\/svg>\n$/);
  });

  it("prints the same figures for the same seed", async () => {
    const json = async (seed: string) => {
      const run = await simulate(signal, ...small, "--out", directory, "--seed", seed, "--json");
      return JSON.parse(run.out);
    };
    const [first, again, other] = [await json("3"), await json("3"), await json("4")];
    expect(first).to.deep.equal(again);
    expect(first.results).not.to.deep.equal(other.results);
    expect(first).to.include({ participants: 1_000, rounds: 6, seed: 3 });
    expect(first.results[0].sampled.falseSlashes).to.equal(0);
  });

  it("refuses what it cannot do in one sentence", async () => {
    for (const [words, says] of [
      [["--participants", "10"], "Give a whole number from 1000 to 1000000."],
      [["--rounds", "1.5"], "Give a whole number from 3 to 10000."],
      [["--seed", "-1"], "Give a whole number from 0 to 4294967295."],
    ] as const) {
      const { code, err } = await simulate(signal, ...words);
      expect([code, err]).to.deep.equal([2, err]);
      expect(err).to.contain(says);
    }
    const file = join(directory, "file");
    writeFileSync(file, "kept");
    const { code, err } = await simulate(signal, "--out", file);
    expect(code).to.equal(1);
    expect(err).to.match(/^pinpoint: Cannot write .*name another folder with --out\. \(out-unwritable\)\n$/);
    expect(readFileSync(file, "utf8")).to.equal("kept");
  });

  it("ends when it is asked to, and leaves earlier results alone", async () => {
    const out = join(directory, "stopped");
    await simulate(signal, ...small, "--out", out);
    const before = readFileSync(join(out, "simulation.csv"), "utf8");
    const { code, err } = await simulate(AbortSignal.abort(), ...small, "--out", out);
    expect([code, err]).to.deep.equal([1, "pinpoint: The simulation was stopped before its end. (stopped)\n"]);
    expect(existsSync(join(out, "simulation.csv"))).to.equal(true);
    expect(readFileSync(join(out, "simulation.csv"), "utf8")).to.equal(before);
  });
});
