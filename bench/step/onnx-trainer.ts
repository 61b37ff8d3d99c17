import { InferenceSession, Tensor } from "onnxruntime-node";
import { trainingGraph, type StatePort } from "../differentiate/training-graph.ts";
import { BATCHES, batchWords, type Training } from "./trainings.ts";

type Tensors = Record<string, Tensor>;

function stateTensors(
  states: readonly StatePort[],
  key: "input" | "output",
  buffers: readonly Float32Array[],
): Tensors {
  return Object.fromEntries(states.map((state, i) => [state[key], new Tensor("float32", buffers[i]!, state.shape)]));
}

/** One batch's input and labels; ONNX's integers are int64. */
function batchTensors(training: Training, step: number): Tensors {
  const tensor = (which: 0 | 1, dims: readonly number[]) => {
    const words = batchWords(training, which, step);
    return training.fields[which]!.dtype === "f32"
      ? new Tensor("float32", new Float32Array(words.buffer), dims)
      : new Tensor("int64", BigInt64Array.from(new Int32Array(words.buffer), BigInt), dims);
  };
  const { batch, sample, fields } = training;
  const labels = batch * fields[1]!.length;
  return { [fields[0]!.name]: tensor(0, [batch, ...sample]), labels: tensor(1, [labels]) };
}

/**
 * The training as one ONNX graph in onnxruntime, as fast as its ordinary settings make it: all optimisations of the graph, batches that
 * are there beforehand, and two sets of states that are read and written in turns, so that nothing is allocated or copied.
 */
export class OnnxTrainer {
  readonly #session: InferenceSession;
  readonly #batches: readonly Tensors[];
  readonly #feeds: readonly [Tensors, Tensors];
  readonly #fetches: readonly [Tensors, Tensors];
  readonly #loss = new Float32Array(1);
  #step = 0;

  private constructor(session: InferenceSession, training: Training, states: readonly StatePort[]) {
    const even = states.map(({ initial }) => initial.slice());
    const odd = states.map(({ initial }) => new Float32Array(initial.length));
    const loss = { loss: new Tensor("float32", this.#loss, []) };
    this.#session = session;
    this.#batches = Array.from({ length: BATCHES }, (_, step) => batchTensors(training, step));
    this.#feeds = [stateTensors(states, "input", even), stateTensors(states, "input", odd)];
    this.#fetches = [
      { ...loss, ...stateTensors(states, "output", odd) },
      { ...loss, ...stateTensors(states, "output", even) },
    ];
  }

  static async create(training: Training, threads: number): Promise<OnnxTrainer> {
    const { onnx, states } = trainingGraph(training.onnx, training.batch, training.settings);
    const session = await InferenceSession.create(onnx, {
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return new OnnxTrainer(session, training, states);
  }

  /** Trains one step; the loss before it. */
  async step(): Promise<number> {
    const parity = (this.#step % 2) as 0 | 1;
    const step = new Tensor("float32", Float32Array.of(this.#step + 1), []);
    const feeds = { ...this.#batches[this.#step % BATCHES], ...this.#feeds[parity], step };
    await this.#session.run(feeds, this.#fetches[parity]);
    this.#step++;
    return this.#loss[0]!;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
