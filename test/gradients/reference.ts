import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createExecutor, parametersIn } from "../../engine/index.ts";
import type { CompiledModel, Dataset, Engine, State } from "../../engine/index.ts";

/** What PyTorch computed for a model: `<model>.reference.json`. Sample i of a step is `(step · batch + i) mod samples`: the sequential order. */
export interface Reference {
  readonly batch: number;
  readonly steps: number;
  readonly samples: number;
  readonly runs: readonly ReferenceRun[];
}

export interface ReferenceRun {
  readonly optimizer: string;
  readonly hyperparameters: { readonly lr: number; readonly momentum?: number };
  readonly loss: readonly number[];
  readonly finalL2: Readonly<Record<string, number>>;
}

export function readReference(folder: string, model: string): Reference {
  return JSON.parse(readFileSync(join(folder, `models/${model}.reference.json`), "utf8")) as Reference;
}

/** Plain SGD's run. */
export function plainRun({ runs }: Reference): ReferenceRun {
  return runs.find(({ optimizer, hyperparameters }) => optimizer === "sgd" && !hyperparameters.momentum)!;
}

/** The loss of every step, the state at the end, and the time that a step takes. */
export async function train(engine: Engine, model: CompiledModel, dataset: Dataset, steps: number) {
  const executor = await createExecutor(engine, { program: model.program, constants: model.constants, dataset });
  executor.setState(model.initialState);
  const losses: number[] = [];
  const place = model.states.findIndex(({ role }) => role === "loss");
  const started = performance.now();
  for (let step = 0; step < steps; step++) {
    executor.step({ step, seed: 0, order: "sequential" });
    losses.push(new Float32Array(executor.getState()[place]!.slice().buffer)[0]!);
  }
  return { losses, state: executor.getState(), stepMs: (performance.now() - started) / steps };
}

/** Relative errors of the losses, and of the lengths of the parameters at the end. */
export function errorsOf(model: CompiledModel, losses: readonly number[], state: State, run: ReferenceRun) {
  const parameters = [...parametersIn(model, state)].map(([name, { values }]) => {
    const length = Math.sqrt([...values].reduce((sum, value) => sum + value * value, 0));
    return Math.abs(length / run.finalL2[name]! - 1);
  });
  return { losses: losses.map((loss, step) => Math.abs(loss / run.loss[step]! - 1)), parameters };
}
