import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { toHex, sha256 } from "../common/index.ts";
import { challengerMove, defenderMove, SegmentTrace, type Divergence, type Subject } from "../dispute/index.ts";
import {
  commitTensor,
  createExecutor,
  datasetCommitment,
  decodeSafetensors,
  encodeState,
  importOnnx,
  programCommitment,
  writeOnnx,
  type Executor,
  type State,
} from "../engine/index.ts";
import {
  acceptJob,
  approveTokens,
  ArtifactStore,
  commitCheckpoint,
  connect,
  deployContracts,
  depositStake,
  devAccount,
  devKey,
  expectedMove,
  gameRecord,
  makeMove,
  openGame,
  readClaim,
  readJob,
  readTerms,
  serveArtifacts,
  startAnvil,
  usualGas,
  type Anvil,
  type Chain,
  type HttpServer,
} from "../protocol/index.ts";
import { obtainInput, obtainState, sendCall, type Sender } from "../submitter/index.ts";
import { Journal, journalName, replayKey, scopeOf, type Replay } from "../daemon/index.ts";
import type { Io } from "./io.ts";
import { runCli } from "./run.ts";

const example = (name: string): string => join(import.meta.dirname, "..", "examples", name);

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line in this process. */
async function cli(...words: string[]): Promise<Run> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io: Io = { stdout, stderr, signal: new AbortController().signal };
  const code = await runCli(words, io);
  return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
}

const answer = ({ out, err }: Run): any => JSON.parse(out || `"nothing printed; ${err.trim()}"`);

describe("pinpoint", () => {
  const environment = { ...process.env };
  before(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith("PINPOINT_")) delete process.env[name];
  });
  after(() => void Object.assign(process.env, environment));

  it("tells usage mistakes from failures by its exit status", async () => {
    const bogus = await cli("bogus");
    expect(bogus.code).to.equal(2);
    expect(bogus.err).to.contain("unknown command 'bogus'");
    expect((await cli("status", "x")).err).to.contain("Give the number of a job or game");
    expect((await cli("verify", "1", "--engine", "gpu")).code).to.equal(2);
    const missing = await cli("status", "--deployment", "/nonexistent.json");
    expect(missing.code).to.equal(1);
    expect(missing.err).to.match(/^pinpoint: Cannot read the deployment file .*\(deployment-missing\)\n$/);
    expect(missing.err.trim().split("\n").length).to.equal(1);
  });

  it("shows examples in the help of every command that does something", async () => {
    const { code, out } = await cli("--help");
    expect(code).to.equal(0);
    const names = [...out.matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)].map((match) => match[1]!);
    expect(names).to.include.members(
      "devnet compile submit status watch verify dispute solver verifier indexer".split(" "),
    );
    for (const name of names) {
      const help = await cli(name, "--help");
      expect([name, help.code, help.out.includes("Usage:")]).to.deep.equal([name, 0, true]);
      expect(help.out, name).to.contain("Examples:");
    }
  });

  describe("on a chain with an honest and a dishonest checkpoint", () => {
    let directory: string;
    let anvil: Anvil;
    let chain: Chain;
    let common: string[];
    let manifest: string;
    let flip: Divergence;
    const servers: HttpServer[] = [];
    const path = (name: string): string => join(directory, name);
    const sender = (index: number): Sender => ({ chain, rpc: anvil.rpc, account: devAccount(index) });

    before(async () => {
      directory = mkdtempSync(join(tmpdir(), "pinpoint-cli-"));
      anvil = await startAnvil();
      const fund = [1, 2, 3].map((index) => devAccount(index).address);
      const deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), fund });
      chain = await connect(anvil.rpc, deployment);
      writeFileSync(path("deployment.json"), JSON.stringify(deployment));
      writeFileSync(path("key"), devKey(1));
      common = ["--rpc", anvil.rpc, "--deployment", path("deployment.json"), "--json"];
      servers.push(await serveArtifacts({ store: new ArtifactStore(path("bundle")) }));
      servers.push(await serveArtifacts({ store: new ArtifactStore(path("solver")) }));
    });
    after(async () => {
      for (const server of servers) await server.close();
      await anvil.stop();
      rmSync(directory, { recursive: true });
    });

    it("compiles a model and a text", async () => {
      const words = ["compile", example("next-char.onnx"), "--bundle", path("bundle"), "--batch", "4", "--json"];
      const compiled = answer(await cli(...words, "--text", example("prose.txt"), "--learning-rate", "0.5"));
      manifest = compiled.manifestHash;
      expect(existsSync(join(path("bundle"), manifest.slice(2)))).to.equal(true);
      expect(compiled.manifest).to.include({ name: "next-char" });
      const without = await cli(...words);
      expect([without.code, without.err]).to.deep.equal([1, "pinpoint: Name one dataset: --text <file>, --csv <file> or --data <field=file>. (no-dataset)\n"]); // prettier-ignore
    });

    it("compiles a regression of CSV columns named or numbered", async () => {
      const zeros = (...shape: number[]) => ({ dtype: "f32" as const, shape, values: new Float32Array(shape[0]!) });
      const onnx = writeOnnx({
        name: "linear",
        inputs: [{ name: "x", dtype: "f32", shape: ["batch", 2] }],
        outputs: [{ name: "y", dtype: "f32", shape: ["batch", 1] }],
        initialisers: { w: zeros(2, 1) },
        nodes: [{ opType: "MatMul", inputs: ["x", "w"], output: "y" }],
      });
      writeFileSync(path("linear.onnx"), onnx);
      writeFileSync(path("named.csv"), "a,price,b\n1,2.5,3\n4,5,6\n");
      writeFileSync(path("plain.csv"), "1,2.5,3\n4,5,6\n");
      const words = ["compile", path("linear.onnx"), "--bundle", path("regression"), "--batch", "2", "--json"];
      const named = answer(await cli(...words, "--csv", path("named.csv"), "--target", "price"));
      const plain = answer(await cli(...words, "--csv", path("plain.csv"), "--no-header", "--target", "1"));
      expect(named.manifest.training.loss).to.equal("meanSquaredError");
      expect(named.datasetRoot).to.equal(plain.datasetRoot);
      const wrong = await cli(...words, "--csv", path("named.csv"), "--label", "a", "--loss", "meanSquaredError");
      expect(wrong.err).to.contain("(labels-mismatch)");
    });

    it("submits it and says what it costs", async () => {
      const uri = servers[0]!.url;
      const words = ["submit", manifest, "--steps", "8", "--interval", "4", "--grid", "2", "--bundle", path("bundle")];
      const dry = answer(await cli(...words, ...common, "--uri", uri, "--dry-run"));
      expect(dry.costs.map(({ name }: any) => name)).to.deep.equal([
        "price",
        "attestation fees",
        "jackpot fee",
        "escrow",
        "solver's stake",
      ]);
      const keyless = await cli(...words, ...common, "--uri", uri);
      expect([keyless.code, keyless.err.includes("(no-key)")]).to.deep.equal([1, true]);
      expect((await cli(...words, ...common)).err).to.contain("(no-uri)");
      const submitted = answer(await cli(...words, ...common, "--uri", uri, "--key-file", path("key")));
      expect(submitted).to.include({ jobId: "1", escrow: dry.costs[3].amount });
      expect((await readTerms(chain, 1n)).stake).to.equal(BigInt(dry.terms.stake));
    });

    /** What one party executes of segment k. */
    async function trace(
      k: number,
      start: State,
      diverge?: Divergence,
    ): Promise<{ trace: SegmentTrace; executor: Executor }> {
      const store = new ArtifactStore(path("bundle"));
      const terms = await readTerms(chain, 1n);
      const input = await obtainInput({ base: terms.uri, store }, terms);
      const { program, dataset } = input;
      const constants = program.constants.map(({ dtype }, index) => commitTensor(input.constants[index]!, dtype));
      const claim = { firstStep: 4 * k, steps: 4, grid: 2, seed: terms.seed, order: terms.order };
      const commitments = { commitment: programCommitment(program), datasetCommitment: datasetCommitment(dataset) };
      const subject: Subject = { program, dataset, constants, claim, ...commitments };
      const executor = await createExecutor("wasm", input);
      return { trace: new SegmentTrace(subject, executor, start, diverge), executor };
    }

    async function commit(k: number, { trace: own, executor }: Awaited<ReturnType<typeof trace>>): Promise<void> {
      const [root, segment] = [own.roots.at(-1)!, toHex(own.segment.root)];
      await new ArtifactStore(path("solver")).put(root, encodeState(executor.getState()));
      const { termsHash } = await readJob(chain, 1n);
      await sendCall(sender(2), commitCheckpoint(chain.deployment, 1n, termsHash, k, root, segment));
    }

    it("verifies the honest checkpoint and finds the dishonest one", async () => {
      const { deployment } = chain;
      const terms = await readTerms(chain, 1n);
      const { program } = await obtainInput({ base: terms.uri, store: new ArtifactStore(path("bundle")) }, terms);
      const initial = await obtainState(
        { base: terms.uri, store: new ArtifactStore(path("bundle")) },
        terms.initialStateRoot,
        program,
      );
      await sendCall(sender(2), approveTokens(deployment, "staking", terms.stake));
      await sendCall(sender(2), depositStake(deployment, terms.stake));
      await sendCall(sender(2), acceptJob(deployment, 1n, (await readJob(chain, 1n)).termsHash, servers[1]!.url));
      const first = await trace(0, initial);
      await commit(0, first);
      const operator = program.operators.findIndex(({ kind }) => kind === "Dot");
      flip = { step: 6, operator, element: 5, bit: 30 };
      const middle = first.executor.getState();
      const honest = await trace(1, middle);
      await commit(1, await trace(1, middle, flip));

      const words = ["verify", "1", "--cache", path("cache"), ...common];
      const good = await cli(...words, "--checkpoint", "0");
      expect([good.code, answer(good).holds]).to.deep.equal([0, true]);
      const all = await cli(...words);
      expect([all.code, answer(all).segments.map(({ holds }: any) => holds)]).to.deep.equal([1, [true, false]]);
      expect(all.err).to.contain("Checkpoints of job 1 that do not hold: 1.");
      expect(answer(all).segments[1].reached.stateRoot).to.equal(honest.trace.roots.at(-1));
      expect((await cli(...words, "--checkpoint", "2")).err).to.contain("(no-checkpoint)");
    });

    it("tells the story of the game, down to the bits", async () => {
      const { deployment } = chain;
      const claim = await readClaim(chain, 1n, 1);
      const { program } = await obtainInput(
        { base: (await readTerms(chain, 1n)).uri, store: new ArtifactStore(path("bundle")) },
        claim,
      );
      const start = await obtainState(
        { base: servers[1]!.url, store: new ArtifactStore(path("solver")) },
        claim.startRoot,
        program,
      );
      const [liar, honest] = [(await trace(1, start, flip)).trace, (await trace(1, start)).trace];
      await sendCall(sender(3), approveTokens(deployment, "pinpoint", 10n ** 24n));
      await sendCall(sender(3), openGame(deployment, 1n, 1, claim.endRoot, honest.roots.at(-1)!));
      const found = new Journal(join(path("found"), journalName(scopeOf(deployment, devAccount(3).address))));
      const { endRoot, segmentRoot } = claim;
      const replay: Replay = { endRoot, segmentRoot, stateRoots: [endRoot], differs: true, elapsedMs: 1 };
      found.keep(replayKey(await readJob(chain, 1n), 1, claim), replay);
      for (;;) {
        const { game, moves: history, view } = await gameRecord(chain, 1n);
        const side = expectedMove[view.game.phase]?.side;
        const { games, totals } = answer(await cli("status", "--at-risk", ...common));
        if (side === undefined) {
          expect([games, totals.games]).to.deep.equal([[], 0]);
          break;
        }
        const { stake } = await readTerms(chain, 1n);
        expect(games).to.have.length(1);
        expect(games[0]).to.include({ game: "1", phase: game.phase, toMove: side, forecast: "unknown" });
        expect(games[0].next).to.include({ by: side, action: expectedMove[game.phase]?.type });
        expect(totals).to.deep.include({ stakes: { win: "0", lose: "0", unknown: String(stake) } });
        const move = side === "defender" ? defenderMove(game, liar) : challengerMove(game, history, honest);
        const informed = answer(await cli("status", "1", "--at-risk", "--data", path("found"), ...common));
        expect(informed.games[0].forecast).to.equal("challenger");
        const shown = await cli("status", "--at-risk", "--data", path("found"), ...common.slice(0, -1));
        expect(shown.out).to.contain(`${move.type} by ${side}`);
        const call = makeMove(deployment, 1n, 1n, game, move);
        const { gasUsed } = await sendCall(sender(side === "defender" ? 2 : 3), call);
        expect(Number(gasUsed) / usualGas[move.type], move.type).to.be.within(0.5, 1.2);
      }
      found.close();
      const words = ["dispute", "1", "--cache", path("cache"), ...common];
      const record = answer(await cli(...words));
      expect(record).to.include({ phase: "ChallengerWon", job: "1", checkpoint: 1 });
      const { step, operator, element } = flip;
      expect(record.culprit).to.include({ step, operator, element: String(element), kind: "Dot", reason: "Element", verdict: "DefenderWrong" }); // prettier-ignore
      expect(Number(record.culprit.claimed) ^ Number(record.culprit.expected)).to.equal(2 ** flip.bit);
      expect(record.culprit.description).to.match(/^Dot f32 \[.*state \d+ "/);
      expect(
        record.moves.filter(({ by }: any) => by !== "contract").every(({ gas }: any) => Number(gas) > 21_000),
      ).to.equal(true);
      const text = (await cli(...words.filter((word) => word !== "--json"))).out;
      expect(text).to.contain("The arbiter reached another word: the defender was wrong.");
      expect((await cli("dispute", "2", ...common)).err).to.contain("(no-game)");
    });

    it("shows, watches and fetches the job", async () => {
      const { job, games, checkpoints } = answer(await cli("status", "1", ...common));
      expect([job.status, job.convictedCheckpoint, checkpoints.length, games.length]).to.deep.equal([
        "Convicted",
        1,
        2,
        1,
      ]);
      expect(answer(await cli("status", ...common)).length).to.equal(1);
      expect(JSON.parse((await cli("watch", "1", ...common)).out)).to.include({ status: "Convicted" });
      const onnx = path("trained.onnx");
      const words = [
        "fetch",
        "1",
        "--checkpoint",
        "0",
        "--cache",
        path("fetched"),
        "--out",
        onnx,
        "--evaluate",
        ...common,
      ];
      const fetched = answer(await cli(...words, "--continue", "the solv", "--characters", "3"));
      expect(fetched.evaluation).to.include({ on: "heldOut" });
      expect(fetched.evaluation.loss).to.be.within(1, 10);
      expect(fetched.text).to.be.a("string").with.length(11);
      const trained = importOnnx(readFileSync(onnx)).initialisers.get("head.bias")?.values;
      expect(trained).not.to.deep.equal(
        importOnnx(readFileSync(example("next-char.onnx"))).initialisers.get("head.bias")?.values,
      );
      const tensors = path("trained.safetensors");
      answer(await cli("fetch", "1", "--checkpoint", "0", "--cache", path("fetched"), "--out", tensors, ...common));
      expect(decodeSafetensors(readFileSync(tensors)).get("head.bias")?.values).to.deep.equal(trained);
      expect((await cli(...words, "--continue", "the")).err).to.contain("(prompt-too-short)");
      expect((await cli("fetch", "9", ...common)).err).to.contain("(no-job)");
    });
  });

  it("runs a development chain until it is stopped", async () => {
    const directory = mkdtempSync(join(tmpdir(), "pinpoint-devnet-"));
    const out = join(directory, "deployment.json");
    const [stdout, stop] = [new PassThrough(), new AbortController()];
    const io: Io = { stdout, stderr: new PassThrough(), signal: stop.signal };
    const running = runCli(["devnet", "--port", "0", "--accounts", "2", "--out", out, "--json"], io);
    const printed = await Promise.race([new Promise<Buffer>((resolve) => stdout.once("data", resolve)), running]);
    expect(printed).to.be.instanceOf(Buffer);
    const { rpc, accounts, deployment } = JSON.parse(String(printed));
    expect([accounts.length, accounts[1].key]).to.deep.equal([2, devKey(1)]);
    const status = await cli("status", "--rpc", rpc, "--deployment", out, "--json");
    expect([status.code, answer(status)]).to.deep.equal([0, []]);
    const other = JSON.stringify({ ...deployment, genesisHash: toHex(sha256()) });
    writeFileSync(join(directory, "other.json"), other);
    expect((await cli("status", "--rpc", rpc, "--deployment", join(directory, "other.json"))).err).to.contain(
      "(wrong-chain)",
    );
    stop.abort();
    expect(await Promise.race([running, setTimeout(10_000)])).to.equal(0);
    expect(existsSync(out)).to.equal(false);
    expect((await cli("status", "--rpc", rpc, "--deployment", join(directory, "other.json"))).err).to.contain(
      "(rpc-unreachable)",
    );
    rmSync(directory, { recursive: true });
  });
});
