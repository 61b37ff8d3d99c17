import { parentPort, workerData } from "node:worker_threads";
import { DefectError, OperatorError, TransientError } from "../../common/index.ts";
import { Executions } from "./executions.ts";
import type { Reply, Request, WorkerSetup } from "./messages.ts";

/** The thread behind `pool.ts`: answers every request once. Segments leave room for moves in between. */

const executions = new Executions(workerData as WorkerSetup);

function reply(message: Reply): void {
  parentPort!.postMessage(message);
}

async function answer(request: Request): Promise<void> {
  const { id } = request;
  try {
    if (request.type === "segment") {
      const progress = (done: number, steps: number) => reply({ id, type: "progress", done, steps });
      reply({ id, type: "segment", result: await executions.segment(request.task, progress) });
    } else {
      reply({ id, type: "move", result: await executions.move(request.task) });
    }
  } catch (error) {
    reply({ id, type: "error", ...inWords(error) });
  }
}

/** An error as data: classes do not cross threads. */
function inWords(error: unknown) {
  const { message, stack } = error instanceof Error ? error : new DefectError("thrown", String(error));
  if (error instanceof TransientError || error instanceof OperatorError || error instanceof DefectError) {
    const family = error.name as "TransientError" | "OperatorError" | "DefectError";
    return { family, code: error.code, message, facts: JSON.parse(JSON.stringify(error.facts, plain)), stack };
  }
  return { family: "DefectError" as const, code: "compute-failed", message, facts: {}, stack };
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

parentPort!.on("message", (request: Request) => void answer(request));
