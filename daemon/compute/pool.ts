import { Worker } from "node:worker_threads";
import { DefectError, OperatorError, TransientError } from "../../common/index.ts";
import type {
  ChosenMove,
  MoveTask,
  Progress,
  Reply,
  Request,
  SegmentResult,
  SegmentTask,
  WorkerSetup,
} from "./messages.ts";

interface Waiting {
  readonly resolve: (value: SegmentResult | ChosenMove) => void;
  readonly reject: (error: unknown) => void;
  readonly progress?: Progress;
}

function stopped(): TransientError {
  return new TransientError("stopped", "The daemon stops.");
}

/** A thread and what it owes; a new thread takes the place of one that ended. */
class Thread {
  readonly #setup: WorkerSetup;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #stopped = false;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
  }

  get load(): number {
    return this.#waiting.size;
  }

  ask(request: Request, progress?: Progress): Promise<SegmentResult | ChosenMove> {
    // Work that was under way elsewhere may come late: a thread for it would keep the process alive.
    if (this.#stopped) return Promise.reject(stopped());
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject, progress });
      worker.postMessage(request);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#fail(stopped());
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: this.#setup });
    const lost = (cause?: unknown) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#fail(new TransientError("compute-lost", "A worker thread ended; its work starts again.", {}, { cause }));
    };
    worker.on("message", (reply: Reply) => this.#answered(reply));
    worker.on("error", lost);
    worker.on("exit", () => lost());
    return worker;
  }

  #answered(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    if (reply.type === "progress") return waiting.progress?.(reply.done, reply.steps);
    this.#waiting.delete(reply.id);
    if (reply.type === "error") waiting.reject(errorOf(reply));
    else waiting.resolve(reply.result);
  }

  #fail(error: TransientError): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

const families = { TransientError, OperatorError, DefectError };

function errorOf({ family, code, message, facts, stack }: Extract<Reply, { type: "error" }>): Error {
  const error = new families[family](code, message, facts);
  if (stack !== undefined) error.stack = stack;
  return error;
}

export interface PoolOptions extends WorkerSetup {
  /** Executions at the same time; the thread of the first one also chooses all moves, since it holds their traces. */
  readonly workers: number;
}

/** Worker threads that execute segments and choose moves, so that the daemon itself never waits for arithmetic. */
export class ComputePool {
  readonly #threads: readonly Thread[];
  #nextId = 1;

  constructor({ workers, ...setup }: PoolOptions) {
    this.#threads = Array.from({ length: workers }, () => new Thread(setup));
  }

  /** Executes a segment on the thread with the least to do. @throws as `Executions.segment`; TransientError `compute-lost` */
  async segment(task: SegmentTask, progress?: Progress): Promise<SegmentResult> {
    const thread = this.#threads.reduce((least, other) => (other.load < least.load ? other : least));
    const answer = await thread.ask({ id: this.#nextId++, type: "segment", task }, progress);
    return answer as SegmentResult;
  }

  /** Chooses a move of either side. @throws as `Executions.move`; TransientError `compute-lost` */
  async move(task: MoveTask): Promise<ChosenMove> {
    return (await this.#threads[0]!.ask({ id: this.#nextId++, type: "move", task })) as ChosenMove;
  }

  /** Ends the threads; what they were doing fails with TransientError `stopped`. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}
