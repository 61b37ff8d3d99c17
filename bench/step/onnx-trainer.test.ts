import { expect } from "chai";
import { createExecutor, floatOf } from "../../engine/index.ts";
import { OnnxTrainer } from "./onnx-trainer.ts";
import { compileTraining, trainings, type Training } from "./trainings.ts";

const STEPS = 10;

async function engineLosses(training: Training): Promise<number[]> {
  const { program, constants, initialState } = compileTraining(training);
  const executor = await createExecutor("wasm", { program, constants, dataset: training.dataset });
  executor.setState(initialState);
  const losses = Array.from({ length: STEPS }, (_, step) => {
    executor.step({ step, seed: 0, order: "sequential" });
    return floatOf(executor.getState().at(-1)![0]!);
  });
  await executor.close();
  return losses;
}

async function onnxLosses(training: Training): Promise<number[]> {
  const trainer = await OnnxTrainer.create(training, 1);
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push(await trainer.step());
  await trainer.close();
  return losses;
}

describe("a training step as one ONNX graph", () => {
  for (const name of ["gpt-tiny", "convnet"] as const)
    it(`has the losses of our engine: ${name}`, async () => {
      const training = trainings[name]();
      const [ours, theirs] = await Promise.all([engineLosses(training), onnxLosses(training)]);
      ours.forEach((loss, step) => expect(theirs[step]).to.be.closeTo(loss, 1e-4 * loss, `step ${step}`));
      expect(new Set(ours).size).to.equal(STEPS);
    });
});
