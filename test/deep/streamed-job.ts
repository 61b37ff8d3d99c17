import { obtainBundle, ComputePool, type Segment } from "../../daemon/index.ts";
import { playMove, type Divergence, type Judgement } from "../../dispute/index.ts";
import { ArtifactStore, expectedMove, openingGame, type RecordedMove, type Terms } from "../../protocol/index.ts";
import { prepareJob, sourceOf, type JobFile } from "../../submitter/index.ts";

/** What a submitter does with the files in a folder. */
export interface PrepareTask {
  readonly kind: "prepare";
  readonly folder: string;
  readonly parts: Pick<JobFile, "name" | "model" | "dataset" | "training">;
  readonly store: string;
}

/** What a solver and a verifier do: fetch a bundle, execute a segment in both orders, and play a game about a flipped bit. */
export interface SolveTask {
  readonly kind: "solve";
  readonly store: string;
  readonly uri: string;
  readonly terms: Pick<Terms, "programRoot" | "datasetRoot" | "initialStateRoot" | "manifestHash">;
  readonly segment: Omit<Segment, "order">;
  readonly flip: Divergence;
}

async function prepare({ folder, parts, store }: PrepareTask) {
  return (await prepareJob(sourceOf(parts, folder), new ArtifactStore(store))).roots;
}

async function play(pool: ComputePool, segment: Segment, flip: Divergence) {
  const claim = { ...segment, ...(await pool.segment({ segment, keep: false, flip })) };
  let game = openingGame(claim);
  const history: RecordedMove[] = [];
  for (let judgement: Judgement | undefined; ;) {
    if (judgement !== undefined) return { phase: game.phase, operator: game.operator, verdict: judgement.verdict };
    const { side } = expectedMove[game.phase]!;
    const { move } = await (side === "defender"
      ? pool.move({ segment, side, game, flip })
      : pool.move({ segment, side, game, history }));
    history.push({ side, before: game, move });
    ({ game, judgement } = playMove(game, claim, move));
  }
}

async function solve({ store: directory, uri, terms, segment, flip }: SolveTask) {
  const store = new ArtifactStore(directory);
  await obtainBundle({ store, terms, uri, maxDatasetBytes: 2 ** 32 });
  const pool = new ComputePool({ workers: 1, threads: 2, directory, engine: "wasm" });
  const ends: Record<string, string> = {};
  for (const order of ["sequential", "shuffled"] as const)
    ends[order] = (await pool.segment({ segment: { ...segment, order }, keep: false })).endRoot;
  const game = await play(pool, { ...segment, order: "shuffled" }, flip);
  await pool.close();
  return { ends, game };
}

const task = JSON.parse(process.argv[2]!) as PrepareTask | SolveTask;
const result = task.kind === "prepare" ? await prepare(task) : await solve(task);
console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS * 1024, result }));
