import { expect } from "chai";
import { toHex } from "../../common/index.ts";
import {
  createExecutor,
  decodeState,
  encodeState,
  presentEngines,
  stateCommitment,
  type CompiledModel,
  type Dataset,
  type Engine,
} from "../../engine/index.ts";
import { loadReference, referenceNames, titleOf } from "../gradients/reference.ts";

const data = process.env.PINPOINT_DATA;

/** Steps of a run: as many as the reference engine does in about a minute. */
const stepsOf = { "digits-mlp": 100, "mnist-lenet": 60, "shakespeare-gpt": 30 };

interface Way {
  readonly engine: Engine;
  readonly threads: number;
  /** Steps after which the state is saved, and another executor goes on from what was saved. */
  readonly saved?: number;
}

const ways: readonly Way[] = [
  { engine: "reference", threads: 1 },
  { engine: "wasm", threads: 1 },
  { engine: "wasm", threads: 2 },
  { engine: "wasm", threads: 3 },
  { engine: "wasm", threads: 2, saved: 10 },
  { engine: "native", threads: 1 },
  { engine: "native", threads: 2 },
];

async function rootOf(model: CompiledModel, dataset: Dataset, { engine, threads, saved }: Way, steps: number) {
  const { program, constants } = model;
  const stretch = saved ?? steps;
  let file = encodeState(model.initialState);
  for (let first = 0; first < steps; first += stretch) {
    const executor = await createExecutor(engine, { program, constants, dataset }, { threads });
    executor.setState(decodeState(file, program));
    for (let step = first; step < Math.min(steps, first + stretch); step++)
      executor.step({ step, seed: 7, order: "shuffled" });
    file = encodeState(executor.getState());
    await executor.close();
  }
  return toHex(stateCommitment(decodeState(file, program), program).root);
}

describe("models exported from PyTorch end in one state root", function () {
  this.timeout(1_800_000);
  if (data === undefined) {
    it.skip(`${ways.length} ways of each run of ${referenceNames.length} models: PINPOINT_DATA names no folder`);
    return;
  }
  for (const name of referenceNames) {
    const { reference, samples, compile } = loadReference(data, name);
    for (const run of reference.runs) {
      it(`${name}, ${titleOf(run)}, ${stepsOf[name]} steps, by every engine, 1 to 3 threads, saved and restored`, async () => {
        const model = compile(run);
        const roots = new Map<string, Way>();
        const present = await presentEngines();
        for (const way of ways.filter(({ engine }) => present.includes(engine)))
          roots.set(await rootOf(model, samples.dataset, way, stepsOf[name]), way);
        console.log(`      ${name}, ${titleOf(run)}: ${[...roots.keys()].join(", ")}`);
        expect(roots.size).to.equal(1);
      });
    }
  }
});
