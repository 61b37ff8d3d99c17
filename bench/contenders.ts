import { join } from "node:path";
import type { Engine } from "../engine/index.ts";
import type { DotForm, DotShape } from "./dot/shapes.ts";
import { OURS, type Contender } from "./measure/contender.ts";
import { fetchPackages } from "./measure/packages.ts";
import { pythonWithTorch, torchTask } from "./step/torch.ts";
import type { TrainingName } from "./step/trainings.ts";
import type { Task } from "./tasks.ts";

/** An engine of ours as it is measured. */
interface EngineContender {
  readonly name: string;
  readonly engine: Engine;
  readonly threads: number;
  /** Options of Node, for an engine that needs V8 to be told something. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether a training of more than some thousand parameters takes it minutes a step. */
  readonly slow?: boolean;
}

/** Every engine that is measured: the first is the one whose losses the others' are compared with. */
const engines: readonly EngineContender[] = [
  { name: "wasm", engine: "wasm", threads: 1 },
  { name: "wasm, 2 threads", engine: "wasm", threads: 2 },
  // As where V8 has no revectoriser, or its self-test fails.
  { name: "wasm, plain", engine: "wasm", threads: 1, env: { PINPOINT_REVECTORISE: "0" } },
  { name: "native", engine: "native", threads: 1 },
  { name: "native, 2 threads", engine: "native", threads: 2 },
  { name: "reference", engine: "reference", threads: 1, slow: true },
];

function ofOurs(
  { name, engine, threads, flags = [], env = {} }: EngineContender,
  taskOf: (settings: Pick<EngineContender, "engine" | "threads">) => Task,
): Contender {
  const launch = () => ({ ...nodeLaunch(taskOf({ engine, threads }), flags), env });
  return { name, library: OURS, threads, launch };
}

function nodeLaunch(task: Task, flags: readonly string[] = []) {
  return { command: [process.execPath, ...flags, join(import.meta.dirname, "child.ts")], task };
}

function named(library: string, threads: number): string {
  return threads === 1 ? library : `${library}, ${threads} threads`;
}

export function engineContenders(training: TrainingName): Contender[] {
  const able = engines.filter(({ slow }) => slow !== true || training === "gpt-tiny");
  return able.map((engine) => ofOurs(engine, (settings) => ({ kind: "engine step", training, ...settings })));
}

export function stepContenders(training: TrainingName): Contender[] {
  const libraries = [1, 2].flatMap((threads): Contender[] => [
    {
      name: named("onnxruntime-node", threads),
      library: "onnxruntime-node",
      threads,
      launch: () => nodeLaunch({ kind: "onnxruntime step", training, threads }),
    },
    {
      name: named("PyTorch", threads),
      library: "PyTorch",
      threads,
      launch: async () => ({
        command: [await pythonWithTorch(), join(import.meta.dirname, "step", "torch_subject.py")],
        task: torchTask(training, threads),
      }),
    },
  ]);
  return [...engineContenders(training), ...libraries];
}

export function dotContenders(shapes: readonly DotShape[]): Contender[] {
  const native = (form: DotForm, threads: number): Contender => ({
    name: named(`onnxruntime-node, B ${form}`, threads),
    library: "onnxruntime-node",
    threads,
    launch: () => nodeLaunch({ kind: "onnxruntime dot", shapes, form, threads }),
  });
  return [
    ...engines
      .filter(({ slow }) => slow !== true)
      .map((engine) => ofOurs(engine, (settings) => ({ kind: "engine dot", shapes, ...settings }))),
    ...[1, 2].flatMap((threads) => [native("turned", threads), native("plain", threads), native("packed", threads)]),
    ...[1, 2].map((threads): Contender => ({
      name: named("onnxruntime-web, B packed", threads),
      library: "onnxruntime-web",
      threads,
      launch: async () => {
        const web = await fetchPackages("onnxruntime-web");
        return nodeLaunch({ kind: "onnxruntime dot", shapes, form: "packed", threads, web });
      },
    })),
    {
      name: "tfjs-backend-wasm, B plain",
      library: "tfjs-backend-wasm",
      threads: 1,
      launch: async () => nodeLaunch({ kind: "tensorflow dot", shapes, folder: await fetchPackages("tfjs-wasm") }),
    },
  ];
}
