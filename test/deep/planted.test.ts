import { expect } from "chai";
import { createPrng, toHex } from "../../common/index.ts";
import {
  createExecutor,
  outputWords,
  stateCommitment,
  type CompiledModel,
  type Dataset,
  type Flip,
  type Operator,
  type Origin,
} from "../../engine/index.ts";
import { convnetModel, gptModel, shapesCsv } from "../../examples/index.ts";
import { gameRecord, readGameCount } from "../../protocol/index.ts";
import { compileJob, type JobSource, type NewJob } from "../../submitter/index.ts";
import { Network } from "../e2e/network.ts";

const SEED = 20_261_129;

/** An operator where a solver lies, found by where it comes from. */
interface Place {
  readonly what: string;
  readonly fits: (operator: Operator, origins: readonly Origin[], index: number, model: CompiledModel) => boolean;
}

const comesFrom = (origins: readonly Origin[], phase: string, opType: string, name?: string): boolean =>
  origins.some((each) => each.phase === phase && each.opType === opType && (name === undefined || each.name === name));

/** Whether the operator makes the state tensor of this name. */
function makesState(index: number, { program, states }: CompiledModel, name: string): boolean {
  return index === program.operators.length - states.length + states.findIndex((state) => state.name === name);
}

const weightWords = 16 * 8 * 3 * 3;
const convnet: readonly Place[] = [
  {
    what: "a convolution's weight gradient",
    fits: ({ kind, ...op }, origins) =>
      kind === "Dot" &&
      comesFrom(origins, "backward", "Conv", "conv2") &&
      outputWords({ kind, ...op } as Operator) % weightWords === 0,
  },
  {
    what: "a max-pool's backward with ties",
    fits: ({ kind }, origins) => kind === "Fold" && comesFrom(origins, "backward", "MaxPool", "pool1"),
  },
];
const gpt: readonly Place[] = [
  {
    what: "an attention product's backward",
    fits: ({ kind }, origins) => kind === "Dot" && comesFrom(origins, "backward", "MatMul", "h0.scores"),
  },
  {
    what: "a layer norm's backward",
    fits: ({ kind }, origins) => kind === "Fold" && comesFrom(origins, "backward", "LayerNormalization", "h0.ln1"),
  },
  {
    what: "AdamW's second moment",
    fits: (_operator, _origins, index, model) => makesState(index, model, "exp_avg_sq/h0.qkv.weight"),
  },
  { what: "an embedding's scatter", fits: ({ kind }) => kind === "Scatter" },
];

/** Steps of a segment, and the step of the second one in which the solver lies. */
const interval = 8;
const lie = 2;
const seed = 1;
const order = "shuffled" as const;

/** An element of the operator whose flip the state after the step shows: in attention, what is masked reaches nothing. */
async function visibleElement({ compiled }: NewJob, dataset: Dataset, operator: number): Promise<number> {
  const { program, constants, initialState } = compiled;
  const executor = await createExecutor("wasm", { program, constants, dataset });
  executor.setState(initialState);
  const last = interval + lie;
  for (let step = 0; step < last; step++) executor.step({ step, seed, order });
  const before = executor.getState();
  const rootWith = (flip?: Flip): string => {
    executor.setState(before);
    executor.step({ step: last, seed, order }, { flip });
    return toHex(stateCommitment(executor.getState(), program).root);
  };
  const honest = rootWith();
  const words = outputWords(program.operators[operator]!);
  const random = createPrng(SEED);
  for (let element = words >> 1; ; element = random.below(words))
    if (rootWith({ operator, element, bit: 22 }) !== honest) return element;
}

const optimiser = { kind: "adamw", learningRate: 0.01 } as const;

/** Images are zeros and ones, so that after the first convolution's Relu most windows of the pool have ties. */
function convnetJob(): JobSource {
  const text = shapesCsv(64, SEED)
    .replaceAll(/\b[0-5](?=,)/g, "0")
    .replaceAll(/\b[6-9](?=,)/g, "9");
  return {
    name: "convnet",
    onnx: convnetModel(),
    dataset: { kind: "csv", text, header: false, divisor: 9 },
    batch: 8,
    optimiser,
  };
}

function gptJob(): JobSource {
  const text = Array.from({ length: 40 }, (_, i) => `clause ${i} of the terms, `).join("");
  const vocabulary = new Set(text).size;
  const onnx = gptModel({ vocabulary, context: 16, width: 32, heads: 2, layers: 1 });
  return { name: "gpt", onnx, dataset: { kind: "text", text }, batch: 4, optimiser };
}

describe(`lies planted where networks are hard (seed ${SEED})`, function () {
  this.timeout(600_000);
  let network: Network;

  before(async () => {
    network = await Network.start(SEED);
  });
  after(() => network.stop());

  const subjects: readonly [string, () => JobSource, readonly Place[]][] = [
    ["a convolutional network", convnetJob, convnet],
    ["a GPT", gptJob, gpt],
  ];
  for (const [name, source, places] of subjects) {
    for (const { what, fits } of places) {
      it(`${name}: ${what} is pinned and judged`, async function () {
        const job: NewJob = await network.prepare(source());
        const { program, origins } = job.compiled;
        const operator = program.operators.findIndex((each, j) => fits(each, origins[j]!, j, job.compiled));
        expect(operator, what).to.be.greaterThan(-1);
        const element = await visibleElement(job, compileJob(source()).train.dataset, operator);
        const solver = network.spawn("dishonest", { diverge: `1:${lie}:${operator}:${element}:22` });
        const verifier = network.spawn("verifier");
        const terms = { window: 900, interval, seed, order };
        const finished = await network.finished(await network.submit(terms, job), "verifier");
        expect(finished).to.include({ status: "Convicted", convictedCheckpoint: 1 });
        const { view, events } = await gameRecord(network.chain, await readGameCount(network.chain));
        expect(view.game).to.include({ phase: "ChallengerWon", operator, firstStep: interval + lie });
        const judged = events.find((event) => event.eventName === "Judged")!.args as {
          claimed: number;
          expected: number;
          element: bigint;
        };
        expect(judged.element).to.equal(BigInt(element));
        expect((judged.claimed ^ judged.expected) >>> 0).to.equal(2 ** 22);
        this.test!.title += ` (operator ${operator} of ${program.operators.length}, ${program.operators[operator]!.kind})`;
        expect(await solver.end("SIGTERM")).to.equal(0);
        expect(await verifier.end("SIGTERM")).to.equal(0);
      });
    }
  }
});
