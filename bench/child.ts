/** A process that measures: one JSON request a line in, one JSON reply a line out, until its input ends. */
import { createInterface } from "node:readline";
import { sample, type Reply, type Request, type Subject } from "./measure/subject.ts";
import type { Task } from "./tasks.ts";

/** Imported when they are asked for: a process holds no library but its own, since its memory is a figure too. */
async function subjectOf(task: Task): Promise<Subject> {
  switch (task.kind) {
    case "engine step":
      return (await import("./step/engine-subject.ts")).engineSubject(task);
    case "onnxruntime step":
      return (await import("./step/onnx-subject.ts")).onnxSubject(task);
    case "engine dot":
      return (await import("./dot/engine-subject.ts")).engineDots(task);
    case "onnxruntime dot":
      return (await import("./dot/onnx-subject.ts")).onnxDots(task);
    case "tensorflow dot":
      return (await import("./dot/tensorflow-subject.ts")).tensorflowDots(task);
  }
}

let subject: Subject = { facts: () => ({}), runs: {} };

async function answer(request: Request): Promise<Reply> {
  if ("facts" in request) return { facts: subject.facts() };
  if ("run" in request) return sample(subject.runs[request.run]!, request.leastMs);
  try {
    subject = await subjectOf(request.prepare as Task);
    return { ready: true };
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) };
  }
}

for await (const line of createInterface(process.stdin)) {
  const reply = await answer(JSON.parse(line) as Request);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit(0);
