import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { runCli } from "../../cli/index.ts";
import { readJob } from "../../protocol/index.ts";
import { Network } from "../e2e/network.ts";

const SEED = 20_261_130;

/** UNITS: nats a character; the entropy of single characters is 3.00. */
const gptLimit = 2.2;
const leastKnownWords = 0.6;
const leastAccuracy = 0.9;

/** Models and data that examples/write.ts writes, from the command line to a fetched and evaluated model. */
describe(`models written by a script, through pinpoint submit --model (seed ${SEED})`, function () {
  this.timeout(1_800_000);
  let network: Network;
  let folder: string;
  let common: string[];
  const stop = new AbortController();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-models-"));
    execFileSync(process.execPath, [join(import.meta.dirname, "..", "..", "examples", "write.ts"), folder]);
    network = await Network.start(SEED);
    common = ["--rpc", network.rpc, "--deployment", join(network.folder, "deployment.json"), "--json"];
    network.spawn("honest");
    network.spawn("verifier");
    process.env.PINPOINT_KEY = network.keys.submitter;
  });
  after(async () => {
    stop.abort();
    delete process.env.PINPOINT_KEY;
    await network.stop();
    rmSync(folder, { recursive: true });
  });

  /** A command and the JSON that it prints first, when it prints it. */
  function start(...words: string[]): { first: Promise<any>; ended: Promise<number> } {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    let text = "";
    const first = new Promise<any>((resolve, reject) => {
      stdout.on("data", (part) => {
        text += String(part);
        try {
          resolve(JSON.parse(text));
        } catch {
          // More is to come.
        }
      });
      stderr.on("data", (part) => /^pinpoint: |^error: /.test(String(part)) && reject(new Error(String(part))));
    });
    return { first, ended: runCli([...words, ...common], { stdout, stderr, signal: stop.signal }) };
  }

  /** Submits a model, and waits until a verifier attested the last checkpoint and the job is settled. */
  async function trained(...words: string[]): Promise<bigint> {
    const usual = ["--window", "900", "--attestors", "2", "--serve", "--bundle", join(folder, "artifacts")];
    const { jobId } = await start("submit", "--model", ...words, ...usual).first;
    const id = BigInt(jobId);
    const job = () => readJob(network.chain, id);
    await network.until(async () => {
      return (await job()).status === "Closing";
    });
    await network.pass(900);
    await network.finished(id);
    expect(await job()).to.include({ status: "Settled", openGames: 0 });
    return id;
  }

  /** As a submitter fetches it: with the bundle that he compiled in the same folder, since `--serve` ends with the job. */
  async function fetched(jobId: bigint, ...words: string[]): Promise<any> {
    return start("fetch", String(jobId), "--cache", join(folder, "artifacts"), "--evaluate", ...words).first;
  }

  it("a convolutional network tells shapes apart", async function () {
    const data = [
      "--csv",
      join(folder, "shapes.csv"),
      "--held-out",
      join(folder, "shapes-held-out.csv"),
      "--no-header",
    ];
    const training = ["--divisor", "9", "--optimiser", "adam", "--learning-rate", "0.003", "--steps", "400"];
    const jobId = await trained(join(folder, "convnet.onnx"), ...data, ...training);
    const { evaluation } = await fetched(jobId, "--out", join(folder, "trained.onnx"));
    this.test!.title += ` (held out: loss ${evaluation.loss.toFixed(3)}, accuracy ${evaluation.accuracy.toFixed(3)})`;
    expect(evaluation.on).to.equal("heldOut");
    expect(evaluation.accuracy).to.be.greaterThan(leastAccuracy);
  });

  it("a GPT learns the prose and writes in its words", async function () {
    const prose = join(folder, "prose.txt");
    const training = ["--batch", "16", "--optimiser", "adamw", "--learning-rate", "0.003", "--weight-decay", "0.1"];
    const schedule = ["--schedule", "cosine", "--schedule-steps", "1200", "--warmup", "30", "--clip-norm", "1"];
    const steps = ["--steps", "1200", "--interval", "100", "--grid", "20"];
    const jobId = await trained(join(folder, "gpt.onnx"), "--text", prose, ...training, ...schedule, ...steps);
    const start = "the solver trains and commits to its checkpoints, ";
    const { evaluation, text } = await fetched(jobId, "--continue", start, "--characters", "400");
    const wordsOf = (from: string) => from.toLowerCase().match(/[a-z]+/g) ?? [];
    const known = new Set(wordsOf(readFileSync(prose, "utf8")));
    // The last word may be cut off.
    const written = wordsOf(String(text).slice(start.length)).slice(0, -1);
    const share = written.filter((word) => known.has(word)).length / written.length;
    console.log(`      it writes: ${JSON.stringify(text)}`);
    this.test!.title += ` (held out ${evaluation.loss.toFixed(3)} nats, ${(share * 100).toFixed(0)} % of ${written.length} words known)`;
    expect(evaluation.loss).to.be.lessThan(gptLimit);
    expect(written.length).to.be.greaterThan(30);
    expect(share).to.be.at.least(leastKnownWords);
  });
});
