import { OperatorError } from "../../common/index.ts";
import type { Program } from "../program/types.ts";
import { withAdapters, type Adapters } from "./adapters.ts";
import { assemble, type AssembledProgram } from "./assemble.ts";
import type { Graph } from "./graph.ts";
import { transpose, type Value } from "./builder/value.ts";
import type { Builder } from "./builder/builder.ts";
import { lowerForward, type ForwardGraph, type ForwardOptions, type Parameter } from "./forward-graph.ts";
import { backward } from "./lowering.ts";
import { call } from "./builder/map.ts";
import { sumMicroBatches } from "./micro-batches.ts";
import { evaluate } from "./optimisers/expression.ts";
import { matching } from "./patterns.ts";
import { updateParameters, type UpdateSettings } from "./update.ts";
import { lossOf, type LossOptions } from "./loss/compare.ts";
import { importOnnx } from "./onnx/import.ts";
import { validateProgram } from "../program/validate-program.ts";

export interface ModelOptions extends ForwardOptions {
  /** Thin matrices that are trained beside those of the model, all of whose initialisers are then frozen. */
  readonly adapters?: Adapters;
}

export interface CompileOptions extends ModelOptions, LossOptions, UpdateSettings {
  /** Names or patterns of initialisers to which the optimiser's weight decay does not apply. */
  readonly noDecay?: readonly string[];
  /** Equal parts of the batch, computed one after the other: less memory, the same mean. 1 if left out. */
  readonly microBatches?: number;
}

/** A state tensor of a compiled program. */
export interface StateTensor {
  readonly name: string;
  /**
   * `running` statistics follow the batches, without a gradient; `optimiser` is a moment, named `<moment>/<parameter>`; `loss` is one word;
   * `logits` only a forward program has, `metric` only an evaluation.
   */
  readonly role: "parameter" | "running" | "frozen" | "optimiser" | "loss" | "logits" | "metric";
  /** Shape in the ONNX file, or of the logits; of the parameter's state words for a moment; [] for the loss. */
  readonly shape: readonly number[];
  /** The state holds the matrix with its axes exchanged. */
  readonly transposed: boolean;
}

export interface CompiledModel {
  readonly program: Program;
  /** Where each operator of the program comes from: what fused operators come from, the last first. */
  readonly origins: AssembledProgram["origins"];
  /** Words of every constant that the program declares. */
  readonly constants: readonly Uint32Array[];
  /** One tensor for each of `states`. */
  readonly initialState: Uint32Array[];
  readonly states: readonly StateTensor[];
  /** Those that the model was compiled with. */
  readonly adapters?: Adapters;
}

/** A parameter's value in the order of its state words. */
export function stored({ transposed }: Parameter, value: Value): Value {
  return transposed ? transpose(value) : value;
}

export function stateOf(role: "parameter" | "running" | "frozen", { name, shape, transposed }: Parameter): StateTensor {
  return { name, role, shape, transposed };
}

/** The model, of whose program no executor will find fault. */
export function checked(model: CompiledModel): CompiledModel {
  validateProgram(model.program);
  return model;
}

/** The graph with its adapters, and what alone is trained where there are some. */
export function importModel({ onnx, adapters }: ModelOptions): { graph: Graph; trained?: ReadonlySet<string> } {
  const graph = importOnnx(onnx);
  return adapters === undefined ? { graph } : withAdapters(graph, adapters);
}

/** Gradients and the loss of a step, before anything is updated. */
interface Differentiated {
  readonly forward: ForwardGraph;
  readonly trainable: readonly Parameter[];
  readonly loss: Value;
  /** By the names of the trainable parameters. */
  readonly gradients: ReadonlyMap<string, Value>;
}

/** The mean over equal micro-batches, from sums over them. */
function meanOf(b: Builder, sum: Value, count: number): Value {
  return count === 1 ? sum : evaluate(b, (use) => call("mul", use(sum), use(1 / count)));
}

function differentiate(options: CompileOptions): Differentiated {
  const { microBatches = 1, batch } = options;
  if (!Number.isInteger(microBatches) || microBatches < 1 || batch % microBatches !== 0)
    throw new OperatorError("setting-invalid", `A batch of ${batch} is not ${microBatches} equal micro-batches.`, {
      batch,
      microBatches,
    });
  const { graph, trained } = importModel(options);
  const forward = lowerForward(graph, { ...options, batch: batch / microBatches });
  const { builder, logits, parameters } = forward;
  if (microBatches > 1 && forward.updates.size > 0)
    throw new OperatorError(
      "setting-invalid",
      `Running statistics (${[...forward.updates.keys()].join(", ")}) are those of a whole batch: leave micro-batches out, or freeze them.`,
      { microBatches },
    );
  builder.origin = { phase: "loss" };
  const loss = lossOf(builder, options.fields, options, logits);
  const gradients = new Map([[forward.output, meanOf(builder, loss.gradient, microBatches)]]);
  backward(builder, forward.tape, gradients);
  const reached = parameters.filter(
    ({ name }) =>
      gradients.has(name) && !forward.updates.has(name) && !forward.frozen.has(name) && (trained?.has(name) ?? true),
  );
  const values = reached.map((parameter) => stored(parameter, gradients.get(parameter.name) as Value));
  builder.origin = { phase: "backward" };
  const [sum, ...sums] = sumMicroBatches(builder, [loss.value, ...values], microBatches) as [Value, ...Value[]];
  return {
    forward,
    trainable: reached,
    loss: meanOf(builder, sum, microBatches),
    gradients: new Map(reached.map(({ name }, i) => [name, sums[i] as Value])),
  };
}

/** A state tensor with its words before the first step and its value after each. */
export interface PlacedState {
  readonly state: StateTensor;
  readonly value: Value;
  readonly initial: Uint32Array;
}

/** The parameters after the step and the moments of the optimiser, both in the order of the file. */
function updated(options: CompileOptions, { forward, gradients, trainable: trained }: Differentiated) {
  const { builder, parameters } = forward;
  const names = parameters.map(({ name }) => name);
  const noDecay = matching(names, options.noDecay ?? [], "decay-unknown", "cannot go without decay");
  builder.origin = { phase: "update" };
  const updates = updateParameters(
    builder,
    trained.map((parameter) => ({
      name: parameter.name,
      parameter: stored(parameter, parameter.value),
      gradient: gradients.get(parameter.name) as Value,
      decays: !noDecay.has(parameter.name),
    })),
    options,
    parameters.length,
  );
  const kept = parameters.map((parameter): PlacedState => {
    const initial = parameter.words;
    const running = forward.updates.get(parameter.name);
    if (running !== undefined) return { state: stateOf("running", parameter), value: running, initial };
    const index = trained.indexOf(parameter);
    const value = updates[index]?.value ?? stored(parameter, parameter.value);
    return { state: stateOf(index < 0 ? "frozen" : "parameter", parameter), value, initial };
  });
  const moments = updates.flatMap((update) =>
    update.moments.map(({ name, shape, value, initial }): PlacedState => {
      return { state: { name, role: "optimiser", shape, transposed: false }, value, initial };
    }),
  );
  return { kept, moments };
}

/**
 * Compiles a training step: forward, loss, gradients, update. States: the optimiser's moments, the parameters in the order of the file,
 * then the loss (`loss`, one f32 word: the mean over the batch, before the update). The same arguments give the same program root.
 * Throws OperatorErrors: what the model, the mapping, a setting or a node asks for and is not supported, in one sentence.
 */
export function compileModel(options: CompileOptions): CompiledModel {
  const differentiated = differentiate(options);
  const { forward, loss } = differentiated;
  const { kept, moments } = updated(options, differentiated);
  const last: PlacedState = {
    state: { name: "loss", role: "loss", shape: [], transposed: false },
    value: loss,
    initial: new Uint32Array(1),
  };
  const placed = [...kept, ...moments, last];
  const values = placed.map(({ value }) => value);
  // Moments first, so that parameters read the new ones where they are made.
  const order = [...moments, ...kept, last].map((each) => placed.indexOf(each));
  const assembled = assemble(forward.builder, { values, order, batch: options.batch });
  const ordered = order.map((index) => placed[index] as PlacedState);
  return checked({
    ...assembled,
    initialState: ordered.map(({ initial }) => initial),
    states: ordered.map(({ state }) => state),
    ...(options.adapters === undefined ? {} : { adapters: options.adapters }),
  });
}
