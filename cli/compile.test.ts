import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { writeOnnx } from "../engine/index.ts";
import type { Io } from "./io.ts";
import { runCli } from "./run.ts";

const example = (name: string): string => join(import.meta.dirname, "..", "examples", name);

/** What a command line that succeeds prints. */
async function cli(...words: string[]): Promise<{ readonly out: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io: Io = { stdout, stderr, signal: new AbortController().signal };
  const code = await runCli(words, io);
  expect(code, String(stderr.read() ?? "")).to.equal(0);
  return { out: String(stdout.read() ?? "") };
}

const answer = ({ out }: { readonly out: string }): any => JSON.parse(out);

describe("pinpoint compile", () => {
  const directory = mkdtempSync(join(tmpdir(), "pinpoint-compile-"));
  const path = (name: string): string => join(directory, name);
  after(() => rmSync(directory, { recursive: true }));

  before(() => {
    const onnx = writeOnnx({
      name: "linear",
      inputs: [{ name: "x", dtype: "f32", shape: ["batch", 2] }],
      outputs: [{ name: "y", dtype: "f32", shape: ["batch", 1] }],
      initialisers: { w: { dtype: "f32", shape: [2, 1], values: new Float32Array(2) } },
      nodes: [{ opType: "MatMul", inputs: ["x", "w"], output: "y" }],
    });
    writeFileSync(path("linear.onnx"), onnx);
  });

  it("compiles tensors, some of them held out as a seed says", async () => {
    writeFileSync(path("x.idx"), Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 4, 0, 0, 0, 2, 0, 2, 4, 6, 8, 10, 12, 14));
    writeFileSync(path("t.idx"), Uint8Array.of(0, 0, 9, 1, 0, 0, 0, 4, 1, 255, 3, 4));
    const words = ["compile", path("linear.onnx"), "--bundle", path("tensors"), "--batch", "1", "--json"];
    const data = [
      "--data",
      `x=${path("x.idx")}`,
      "--data",
      `target=${path("t.idx")}`,
      "--divisor",
      "2",
      "--mean",
      "1,2",
    ];
    const huber = ["--loss", "huber", "--delta", "0.5", "--held-out", "0.25", "--split-seed", "1"];
    const { manifest, datasetRoot } = answer(await cli(...words, ...data, ...huber));
    expect(manifest.dataset).to.deep.include({
      kind: "tensors",
      samples: 3,
      normalisation: { divisor: 2, mean: [1, 2] },
    });
    expect(manifest.dataset.fields).to.deep.equal([
      { name: "x", dtype: "f32", length: 2 },
      { name: "target", dtype: "f32", length: 1 },
    ]);
    expect(manifest.training).to.deep.include({ loss: "huber", lossSettings: { delta: 0.5 } });
    const end = answer(await cli(...words, ...data, ...huber.slice(0, -2)));
    expect(end.datasetRoot).to.not.equal(datasetRoot);
  });

  it("says before it costs anything what a job needs, operator by operator if asked", async () => {
    const words = ["compile", example("next-char.onnx"), "--text", example("prose.txt"), "--bundle", path("explained")];
    const training = ["--optimiser", "adamw", "--schedule", "cosine", "--schedule-steps", "64", "--explain"];
    const { out } = await cli(...words, ...training);
    for (const line of [
      /^ *3 +Map +3072 +49,152 +forward Tanh activation$/m,
      /^model +5 trained tensors, 18,373 parameters, 36,746 of the optimiser$/m,
      /^work units +[\d,]+ a step, [\d,]+ for 64 steps$/m,
      /^memory +[\d.]+ KiB of outputs \(at least [\d.]+ KiB\)/m,
      /^a dispute +at most \d+ moves, \d+ rounds, for segments of 8 steps, a state every 3$/m,
      /^dearest to judge +operator \d+, \w+: [\d,]+ gas, [\d,]+ on data made to be dear \(estimates\)$/m,
    ])
      expect(out).to.match(line);
    const { operators, explanation } = answer(await cli(...words, ...training, "--json"));
    expect(operators).to.have.length.greaterThan(30);
    expect(explanation.parameters).to.deep.equal({ trained: 18_373, frozen: 0, optimiser: 36_746 });
  });

  it("records every setting of a training, and the same settings give the same program", async () => {
    const words = ["compile", example("next-char.onnx"), "--text", example("prose.txt"), "--bundle", path("settings")];
    const settings = [
      "--optimiser",
      "adam",
      "--betas",
      "0.8,0.9",
      "--epsilon",
      "1e-6",
      "--weight-decay",
      "0.1",
      "--json",
    ];
    const groups = ["--without-decay", "*.bias", "--clip-value", "0.5", "--micro-batches", "2"];
    const adapters = ["--adapter", "h*.weight", "--adapter-rank", "2", "--adapter-seed", "9"];
    const first = answer(await cli(...words, ...settings, ...groups, ...adapters));
    expect(first.manifest.training).to.deep.equal({
      batch: 32,
      loss: "softmaxCrossEntropy",
      optimiser: { kind: "adam", learningRate: 0.1, weightDecay: 0.1, betas: [0.8, 0.9], epsilon: 1e-6 },
      frozen: [],
      noDecay: ["*.bias"],
      clip: { by: "value", limit: 0.5 },
      adapters: { rank: 2, alpha: 16, matrices: ["h*.weight"], seed: 9 },
      microBatches: 2,
    });
    const again = answer(await cli(...words, ...settings, ...groups, ...adapters));
    expect(again.manifestHash).to.equal(first.manifestHash);
    const others = answer(await cli(...words, ...settings, ...groups));
    expect(others.programRoot).to.not.equal(first.programRoot);
  });

  it("does not take an ignored label for a class", async () => {
    const onnx = writeOnnx({
      name: "two classes",
      inputs: [{ name: "x", dtype: "f32", shape: ["batch", 2] }],
      outputs: [{ name: "y", dtype: "f32", shape: ["batch", 2] }],
      initialisers: { w: { dtype: "f32", shape: [2, 2], values: new Float32Array(4) } },
      nodes: [{ opType: "MatMul", inputs: ["x", "w"], output: "y" }],
    });
    writeFileSync(path("classes.onnx"), onnx);
    writeFileSync(path("ignored.csv"), "a,b,c\n1,2,0\n3,4,1\n5,6,255\n");
    const words = [
      "compile",
      path("classes.onnx"),
      "--csv",
      path("ignored.csv"),
      "--bundle",
      path("ignored"),
      "--json",
    ];
    const { manifest } = answer(await cli(...words, "--batch", "3", "--ignore-index", "255"));
    expect(manifest.dataset.classes).to.equal(2);
    expect(manifest.training.lossSettings).to.deep.equal({ ignoreIndex: 255 });
  });

  it("takes a text by a tokenizer.json, which becomes part of the bundle", async () => {
    const vocab = Object.fromEntries(["a", "b", "ab"].map((token, id) => [token, id]));
    const file = { pre_tokenizer: { type: "ByteLevel" }, model: { type: "BPE", vocab, merges: ["a b"] } };
    writeFileSync(path("tokenizer.json"), JSON.stringify(file));
    writeFileSync(path("ab.txt"), "abbabaab".repeat(40));
    const words = [
      "compile",
      example("next-char.onnx"),
      "--text",
      path("ab.txt"),
      "--bundle",
      path("tokens"),
      "--json",
    ];
    const { manifest } = answer(await cli(...words, "--vocabulary", path("tokenizer.json")));
    expect(manifest.dataset.vocabulary).to.deep.equal(["a", "b", "ab"]);
    const stored = join(path("tokens"), manifest.dataset.tokenizer.file.slice(2));
    expect(JSON.parse(readFileSync(stored, "utf8"))).to.deep.equal(file);
  });
});
