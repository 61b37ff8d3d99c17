import type { Engine } from "../engine/index.ts";
import type { DotForm, DotShape } from "./dot/shapes.ts";
import type { TrainingName } from "./step/trainings.ts";

/** What a process of ours is told to measure. */
export type Task = EngineStepTask | OnnxStepTask | EngineDotTask | OnnxDotTask | TensorflowDotTask;

export interface EngineStepTask {
  readonly kind: "engine step";
  readonly training: TrainingName;
  readonly engine: Engine;
  readonly threads: number;
}

export interface OnnxStepTask {
  readonly kind: "onnxruntime step";
  readonly training: TrainingName;
  readonly threads: number;
}

export interface EngineDotTask {
  readonly kind: "engine dot";
  readonly shapes: readonly DotShape[];
  readonly engine: Engine;
  readonly threads: number;
}

export interface OnnxDotTask {
  readonly kind: "onnxruntime dot";
  readonly shapes: readonly DotShape[];
  readonly form: DotForm;
  readonly threads: number;
  /** Folder that holds onnxruntime-web; onnxruntime-node if left out. */
  readonly web?: string;
}

export interface TensorflowDotTask {
  readonly kind: "tensorflow dot";
  readonly shapes: readonly DotShape[];
  /** Folder that holds its packages. */
  readonly folder: string;
}
