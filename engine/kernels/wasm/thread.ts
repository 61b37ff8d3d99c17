import { parentPort, workerData } from "node:worker_threads";
import { nativeKernels } from "../native/kernels.ts";
import { instantiateKernels } from "./loader.ts";
import { awaitChange, control, controlBytes, type ThreadSetup } from "./team.ts";

/** A thread of a team: carries out one order after another until it is told to end. */
const { kernels: compiled, native, memory, scratch, context, control: at, calls } = workerData as ThreadSetup;
const own = await instantiateKernels(compiled, memory, scratch);
const kernels = native === undefined ? own : nativeKernels(native, memory, scratch, own);
const words = new Int32Array(memory.buffer, at, controlBytes / 4);
parentPort!.postMessage("ready");

function carryOut(operator: number): void {
  const call = calls[operator];
  if (call === undefined) return;
  const parity = Atomics.load(words, control.parity) as 0 | 1;
  kernels[call.kind](call.record, call.tables[parity], call.outputs[parity], context);
}

for (let order = 0; ;) {
  order = awaitChange(words, control.order, order, control.asleep);
  const operator = Atomics.load(words, control.operator);
  if (operator < 0) break;
  try {
    carryOut(operator);
  } catch {
    Atomics.store(words, control.failed, 1);
  }
  Atomics.add(words, control.done, 1);
  if (Atomics.load(words, control.awaited) > 0) Atomics.notify(words, control.done);
}
