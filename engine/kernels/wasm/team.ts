import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DefectError } from "../../../common/index.ts";
import type { NativeChoice } from "../native/kernels.ts";
import type { KernelKind, KernelModule } from "./loader.ts";

/** One part of one operator or group as addresses; those of an output and of an operand table depend on the step's parity. */
export interface Call {
  readonly kind: KernelKind;
  readonly record: number;
  readonly tables: readonly [number, number];
  readonly outputs: readonly [number, number];
}

/** What a thread is started with. */
export interface ThreadSetup {
  readonly kernels: KernelModule;
  /** Kernels that it runs in place of the module's. */
  readonly native: NativeChoice | undefined;
  readonly memory: WebAssembly.Memory;
  /** Working memory of its kernels. */
  readonly scratch: number;
  readonly context: number;
  readonly control: number;
  /** Its part of each operator; undefined where it has none. */
  readonly calls: readonly (Call | undefined)[];
}

/** Words of the control block, each on a cache line of its own. */
export const control = {
  /** Counts the orders to the threads; a change starts them. */
  order: 0,
  /** Operator to run, or −1 to end. */
  operator: 16,
  parity: 32,
  /** Threads that have carried the order out. */
  done: 48,
  /** Threads that sleep until the next order. */
  asleep: 64,
  /** 1 while the first thread sleeps until the others are done. */
  awaited: 80,
  /** 1 once a kernel failed. */
  failed: 96,
} as const;

export const controlBytes = 7 * 64;

/** Looks at a word before a thread goes to sleep: tens of microseconds, more than lies between two operators. */
const looks = 20_000;

/** Waits until a word is another one than `known`; returns the new one. `sleeps` tells the others to wake this thread. */
export function awaitChange(words: Int32Array, index: number, known: number, sleeps: number): number {
  for (let look = 0; look < looks; look++) {
    const word = Atomics.load(words, index);
    if (word !== known) return word;
  }
  Atomics.add(words, sleeps, 1);
  while (Atomics.load(words, index) === known) Atomics.wait(words, index, known);
  Atomics.sub(words, sleeps, 1);
  return Atomics.load(words, index);
}

/** Threads beside this one that compute parts of operators in one memory. */
export class Team {
  readonly #words: Int32Array;
  readonly #workers: readonly Worker[];
  #closed = false;

  private constructor(words: Int32Array, workers: readonly Worker[]) {
    this.#words = words;
    this.#workers = workers;
  }

  /** Starts a thread for each setup. @throws DefectError `thread-not-started` */
  static async start(setups: readonly ThreadSetup[], memory: WebAssembly.Memory, at: number): Promise<Team> {
    const workers = setups.map((workerData) => {
      const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData });
      worker.unref();
      return worker;
    });
    const words = new Int32Array(memory.buffer, at, controlBytes / 4);
    try {
      await Promise.all(workers.map((worker) => once(worker, "message")));
    } catch (cause) {
      await Promise.all(workers.map((worker) => worker.terminate()));
      throw new DefectError("thread-not-started", "A thread of the engine did not start.", {}, { cause });
    }
    return new Team(words, workers);
  }

  /**
   * Runs an operator's parts on all threads, `own` on this one, and waits for the others.
   * @throws DefectError `kernel-failed`, `executor-closed`
   */
  run(operator: number, parity: 0 | 1, own: () => void): void {
    if (this.#closed) throw new DefectError("executor-closed", "A closed executor was asked for a step.");
    this.#order(operator, parity);
    own();
    const words = this.#words;
    for (let done = 0; done < this.#workers.length;) done = awaitChange(words, control.done, done, control.awaited);
    if (Atomics.load(words, control.failed) !== 0)
      throw new DefectError("kernel-failed", "A kernel failed in a thread of the engine.", { operator });
  }

  #order(operator: number, parity: number): void {
    const words = this.#words;
    Atomics.store(words, control.operator, operator);
    Atomics.store(words, control.parity, parity);
    Atomics.store(words, control.done, 0);
    Atomics.add(words, control.order, 1);
    if (Atomics.load(words, control.asleep) > 0) Atomics.notify(words, control.order);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#order(-1, 0);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
