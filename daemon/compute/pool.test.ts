import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError, toHex, TransientError, wordsOf } from "../../common/index.ts";
import { playMove, type Judgement } from "../../dispute/index.ts";
import {
  createExecutor,
  decodeDataset,
  decodeProgram,
  decodeState,
  encodeState,
  gridSteps,
  segmentCommitment,
  stateCommitment,
} from "../../engine/index.ts";
import { ArtifactStore, expectedMove, openingGame, type Claim, type RecordedMove } from "../../protocol/index.ts";
import { putExampleBundle, type ExampleBundle } from "../example-bundle.ts";
import { Executions } from "./executions.ts";
import type { Segment } from "./messages.ts";
import { ComputePool } from "./pool.ts";

describe("compute", () => {
  const seed = 20_261_123;
  let folder: string;
  let store: ArtifactStore;
  let bundle: ExampleBundle;
  let segment: Segment;
  let pool: ComputePool;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-compute-"));
    store = new ArtifactStore(folder);
    bundle = await putExampleBundle(store, seed);
    const { programRoot, datasetRoot, initialStateRoot: startRoot } = bundle;
    const order = "shuffled" as const;
    segment = { programRoot, datasetRoot, startRoot, firstStep: 0, steps: 10, grid: 4, seed: 7, order };
    pool = new ComputePool({ workers: 1, threads: 1, directory: folder, engine: "wasm" });
  });
  after(async () => {
    await pool.close();
    rmSync(folder, { recursive: true });
  });

  /** Every step by hand, with the reference engine. */
  async function direct() {
    const read = (root: string) => readFile(store.path(root as `0x${string}`));
    const program = decodeProgram(await read(bundle.programRoot));
    const constants = await Promise.all(bundle.constantRoots.map(async (root) => wordsOf(await read(root))));
    const dataset = decodeDataset(await read(bundle.datasetRoot));
    const executor = await createExecutor("reference", { program, constants, dataset });
    executor.setState(decodeState(await read(bundle.initialStateRoot), program));
    const roots: Uint8Array[] = [];
    for (let step = 0; step < segment.steps; step++) {
      executor.step({ step, seed: segment.seed, order: segment.order });
      roots.push(stateCommitment(executor.getState(), program).root);
    }
    const grid = gridSteps(segment.steps, segment.grid).map((after) => roots[after - 1]!);
    const { root, stateRoots } = segmentCommitment(grid);
    return { state: executor.getState(), segmentRoot: toHex(root), stateRoots: stateRoots.map(toHex) };
  }

  it("executes a segment in a thread as direct execution does, tells its progress and keeps the end state", async () => {
    const expected = await direct();
    const progress: [number, number][] = [];
    const result = await pool.segment({ segment, keep: true }, (done, steps) => progress.push([done, steps]));
    expect(result.stateRoots).to.deep.equal(expected.stateRoots);
    expect(result.segmentRoot).to.equal(expected.segmentRoot);
    expect(result.endRoot).to.equal(expected.stateRoots.at(-1));
    expect(await store.get(result.endRoot)).to.deep.equal(Buffer.from(encodeState(expected.state)));
    expect(progress.at(-1)).to.deep.equal([10, 10]);
  });

  it("gives the same roots to a reused and to a fresh executor, and others once a bit is flipped", async () => {
    const first = await pool.segment({ segment, keep: false });
    expect((await pool.segment({ segment, keep: false })).stateRoots).to.deep.equal(first.stateRoots);
    expect((await pool.segment({ segment, keep: false, fresh: true })).stateRoots).to.deep.equal(first.stateRoots);
    const flip = { step: 5, operator: 11, element: 3, bit: 20 };
    const flipped = await pool.segment({ segment, keep: false, flip });
    expect(flipped.stateRoots[0]).to.equal(first.stateRoots[0]);
    expect(flipped.stateRoots.slice(1)).to.not.deep.equal(first.stateRoots.slice(1));
    expect((await pool.segment({ segment, keep: false, flip: { ...flip, step: 10 } })).endRoot).to.equal(first.endRoot);
  });

  it("executes a segment from a dataset that stays on the disk, to the same roots", async () => {
    const inMemory = await pool.segment({ segment, keep: false });
    for (const [engine, threads] of [
      ["reference", 1],
      ["wasm", 1],
      ["wasm", 2],
    ] as const) // prettier-ignore
    {
      const setup = { directory: folder, threads, engine, residentDatasetBytes: 0 };
      const { stateRoots, segmentRoot } = await new Executions(setup).segment({ segment, keep: false });
      expect({ stateRoots, segmentRoot }).to.deep.equal({
        stateRoots: inMemory.stateRoots,
        segmentRoot: inMemory.segmentRoot,
      });
    }
  });

  it("plays both sides of a game to a conviction", async () => {
    const flip = { step: 5, operator: 11, element: 3, bit: 20 };
    const { endRoot, segmentRoot } = await pool.segment({ segment, keep: false, flip });
    const claim: Claim = { ...segment, endRoot, segmentRoot };
    // One side reads its dataset from the disk, the other holds it.
    const setup = { directory: folder, threads: 1, engine: "reference", residentDatasetBytes: 0 } as const;
    const executions = new Executions(setup);
    let game = openingGame(claim);
    let judgement: Judgement | undefined;
    const history: RecordedMove[] = [];
    while (judgement === undefined) {
      const { side } = expectedMove[game.phase]!;
      const { from: _from, to: _to, left: _left, node: _node, ...place } = game;
      const { move, game: answered } =
        side === "defender"
          ? await pool.move({ segment, side, game: place, flip })
          : await executions.move({ segment, side, game, history });
      expect(answered).to.deep.equal(game);
      history.push({ side, before: game, move });
      ({ game, judgement } = playMove(game, claim, move));
    }
    expect(game).to.include({ phase: "ChallengerWon", operator: 11, firstStep: 5 });
    expect(judgement).to.include({ verdict: "DefenderWrong", reason: "Element" });
  });

  it("says in the operator's words what the store lacks or a disk damaged", async () => {
    const lacking = await pool
      .segment({
        segment: { ...segment, startRoot: toHex(new Uint8Array(32)) },
        keep: false,
      })
      .catch((error: unknown) => error);
    expect(lacking).to.be.instanceOf(OperatorError).with.property("code", "artifact-not-stored");
    const [end] = (await pool.segment({ segment: { ...segment, steps: 1 }, keep: true })).stateRoots;
    const bytes = await store.get(end!);
    bytes![0]! ^= 1;
    await writeFile(store.path(end!), bytes!);
    const damaged = await pool
      .segment({ segment: { ...segment, startRoot: end! }, keep: false })
      .catch((error: unknown) => error);
    expect(damaged).to.be.instanceOf(OperatorError).with.property("code", "artifact-damaged");
  });

  it("fails what is under way as stopped when it closes", async () => {
    const closing = new ComputePool({ workers: 1, threads: 1, directory: folder, engine: "reference" });
    const running = closing.segment({ segment, keep: false }).catch((error: unknown) => error);
    await closing.close();
    expect(await running)
      .to.be.instanceOf(TransientError)
      .with.property("code", "stopped");
  });

  it("starts no thread for work that comes after it closed: the process would not end", async () => {
    const closed = new ComputePool({ workers: 1, threads: 1, directory: folder, engine: "reference" });
    await closed.close();
    const late = await closed.segment({ segment, keep: false }).catch((error: unknown) => error);
    expect(late).to.be.instanceOf(TransientError).with.property("code", "stopped");
  });
});
