import type { Subject } from "../measure/subject.ts";
import type { OnnxStepTask } from "../tasks.ts";
import { OnnxTrainer } from "./onnx-trainer.ts";
import { CHECKED_STEPS, trainings } from "./trainings.ts";

/** A training as one ONNX graph in onnxruntime. */
export async function onnxSubject({ training, threads }: OnnxStepTask): Promise<Subject> {
  const trainer = await OnnxTrainer.create(trainings[training](), threads);
  const losses: number[] = [];
  for (let step = 0; step < CHECKED_STEPS; step++) losses.push(await trainer.step());
  return {
    facts: () => ({ losses, peakBytes: process.resourceUsage().maxRSS * 1024 }),
    runs: { step: async () => void (await trainer.step()) },
  };
}
