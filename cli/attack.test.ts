import { PassThrough } from "node:stream";
import { expect } from "chai";
import { runCli } from "./run.ts";

describe("pinpoint attack", () => {
  async function attack(signal: AbortSignal, ...words: string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const code = await runCli(["attack", ...words], { stdout, stderr, signal });
    return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
  }
  const { signal } = new AbortController();

  it("lists the strategies", async () => {
    const { code, out } = await attack(signal, "--list");
    expect(code).to.equal(0);
    for (const name of ["weight-splice", "copying-verifier", "griefer"])
      expect(out).to.match(new RegExp(`^${name} +\\w`, "m"));
    const all = JSON.parse((await attack(signal, "--list", "--json")).out) as { name: string; summary: string }[];
    expect(all.length).to.be.above(20);
    expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
  });

  it("plays one on a network of its own, the same for the same seed", async () => {
    const words = ["always-pass", "--runs", "1", "--seed", "4", "--json"];
    const [first, again] = [await attack(signal, ...words), await attack(signal, ...words)];
    expect([first.code, first.err]).to.deep.equal([0, ""]);
    expect(first.out).to.equal(again.out);
    const report = JSON.parse(first.out) as Record<string, unknown>;
    expect(report).to.include({ strategy: "always-pass", runs: 1, falseSlashes: 0 });
    const { out } = await attack(signal, "griefer", "--runs", "1");
    for (const words of ["caught", "false slashes", "griefer", "1/1"]) expect(out).to.contain(words);
  });

  it("refuses what it does not know in one sentence", async () => {
    const unknown = await attack(signal, "world-peace");
    expect(unknown.code).to.equal(1);
    expect(unknown.err).to.match(
      /^pinpoint: There is no strategy "world-peace": choose one of .*griefer.*\(unknown-strategy\)\n$/,
    );
    expect((await attack(signal)).err).to.contain("--list");
    for (const words of [
      ["--runs", "0"],
      ["--honest-share", "1"],
      ["--seed", "x"],
    ]) {
      expect((await attack(signal, "griefer", ...words)).code, words.join(" ")).to.equal(2);
    }
  });

  it("ends when it is asked to", async () => {
    const { code, err } = await attack(AbortSignal.abort(), "griefer");
    expect([code, err]).to.deep.equal([1, "pinpoint: The attack was stopped before its end. (stopped)\n"]);
  });
});
