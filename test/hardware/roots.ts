/** Trains for some steps on this processor and prints a line of JSON for each way of it: `roots.ts <steps>`. */
import { toHex } from "../../common/index.ts";
import { createExecutor, stateCommitment, type Engine, type State } from "../../engine/index.ts";
import { trainings, type Training } from "./trainings.ts";

export interface Row {
  readonly training: string;
  readonly way: string;
  readonly root: string;
}

interface Way {
  readonly engine: Engine;
  readonly threads: number;
  /** Steps between two moves of the state to a new executor; 0 for none. */
  readonly restart: number;
}

const ways: readonly Way[] = [
  { engine: "reference", threads: 1, restart: 0 },
  { engine: "wasm", threads: 1, restart: 0 },
  { engine: "wasm", threads: 2, restart: 0 },
  { engine: "wasm", threads: 3, restart: 0 },
  { engine: "wasm", threads: 2, restart: 5 },
];

async function run(training: Training, { engine, threads, restart }: Way, steps: number): Promise<string> {
  let state: State = training.start;
  const stretch = restart === 0 ? steps : restart;
  for (let first = 0; first < steps; first += stretch) {
    const executor = await createExecutor(engine, training, { threads, leastWork: 1 });
    executor.setState(state);
    for (let step = first; step < Math.min(steps, first + stretch); step++)
      executor.step({ step, seed: 7, order: "shuffled" });
    state = executor.getState();
    await executor.close();
  }
  return toHex(stateCommitment(state, training.program).root);
}

const steps = Number(process.argv[2] ?? 20);
for (const training of trainings(process.env.PINPOINT_DATA)) {
  for (const way of ways.filter(({ engine }) => engine === "wasm" || !training.large)) {
    const name = [
      way.engine,
      `${way.threads} ${way.threads === 1 ? "thread" : "threads"}`,
      way.restart === 0 ? "" : `restarted every ${way.restart}`,
    ];
    const row: Row = {
      training: training.name,
      way: name.filter((part) => part !== "").join(", "),
      root: await run(training, way, steps),
    };
    console.log(JSON.stringify(row));
  }
}
