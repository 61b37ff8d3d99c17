import { createPrng } from "../../../common/index.ts";
import { engines, type Engine } from "../../execution.ts";
import type { OperatorKind } from "../../program/types.ts";
import { createWasmExecutor } from "../wasm/executor.ts";
import { randomChains } from "../wasm/random-chains.ts";
import { programOfCases, randomCases } from "../wasm/random-operators.ts";
import { createNativeExecutor } from "./executor.ts";
import { findNative } from "./find.ts";

/** What a person may ask for: an engine, or the fastest that this machine runs rightly. */
export const engineChoices = ["best", ...engines.toReversed()] as const;
export type EngineChoice = (typeof engineChoices)[number];

const SEED = 20_261_126;
const CASES = 12;

const context = { step: 1, seed: SEED, order: "shuffled" } as const;

/** Whether native kernels give WebAssembly's words for some random operators of every kind. */
async function operatorsAgree(): Promise<boolean> {
  const random = createPrng(SEED);
  const kinds = Object.keys(randomCases) as OperatorKind[];
  const cases = kinds.flatMap((kind) => Array.from({ length: CASES }, () => randomCases[kind](random)));
  const input = programOfCases(cases);
  const outputs: Uint32Array[] = [];
  const trees: (Uint8Array | undefined)[] = [];
  const wasm = await createWasmExecutor(input);
  const keep = (operator: number, words: Uint32Array, nodes?: Uint8Array) => {
    outputs[operator] = words.slice();
    trees[operator] = nodes?.slice();
  };
  wasm.step(context, { hashes: true, onOutput: keep });
  let equal = true;
  const native = await createNativeExecutor(input);
  native.step(context, {
    hashes: true,
    onOutput: (operator, words, nodes) => {
      equal &&= words.every((word, index) => word === outputs[operator]![index]);
      equal &&= nodes!.every((byte, index) => byte === trees[operator]![index]);
    },
  });
  return equal;
}

/** Whether they do for some random groups of operators. */
async function groupsAgree(): Promise<boolean> {
  const random = createPrng(SEED);
  for (let i = 0; i < CASES; i++) {
    const chains = randomChains(random);
    const [wasm, native] = [await createWasmExecutor(chains), await createNativeExecutor(chains)];
    for (const executor of [wasm, native]) {
      executor.setState(chains.state);
      executor.step(context);
    }
    const expected = wasm.getState();
    if (!native.getState().every((words, state) => words.every((word, at) => word === expected[state]![at])))
      return false;
  }
  return true;
}

/** The best engine, and why it is not the native one. */
export interface BestEngine {
  readonly engine: Engine;
  readonly note?: string;
}

async function choose(): Promise<BestEngine> {
  const { absence } = await findNative();
  if (absence !== undefined) return { engine: "wasm", note: `no native kernels: ${absence}` };
  if ((await operatorsAgree()) && (await groupsAgree())) return { engine: "native" };
  return { engine: "wasm", note: "native kernels give other words than WebAssembly's on this machine" };
}

let chosen: Promise<BestEngine> | undefined;

/** The native engine where it is there and passes a self-test, else WebAssembly's. Found out once a process. */
export function bestEngine(): Promise<BestEngine> {
  return (chosen ??= choose());
}

/** The engines that this machine has, the naive one first. */
export async function presentEngines(): Promise<Engine[]> {
  const { absence } = await findNative();
  return engines.filter((engine) => engine !== "native" || absence === undefined);
}

/** The engine that a choice stands for. */
export async function chooseEngine(choice: EngineChoice): Promise<Engine> {
  return choice === "best" ? (await bestEngine()).engine : choice;
}
