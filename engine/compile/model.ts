import { OperatorError } from "../../common/index.ts";
import type { Program } from "../program/types.ts";
import { assemble } from "./assemble.ts";
import { transpose, type Value } from "./builder/value.ts";
import type { Builder } from "./builder/builder.ts";
import { fieldValue, lowerForward, type ForwardGraph, type ForwardOptions, type Parameter } from "./forward-graph.ts";
import { backward } from "./lowering.ts";
import { call } from "./builder/map.ts";
import { sumMicroBatches } from "./micro-batches.ts";
import { evaluate } from "./optimisers/expression.ts";
import { matching } from "./patterns.ts";
import { updateParameters, type UpdateSettings } from "./update.ts";
import { losses, type LossName } from "./loss/losses.ts";
import type { Loss } from "./loss/loss.ts";
import { importOnnx } from "./onnx/import.ts";
import { validateProgram } from "../program/validate-program.ts";

export interface CompileOptions extends ForwardOptions, UpdateSettings {
  readonly loss: LossName;
  /**
   * Name of the field that the logits are compared with: for softmaxCrossEntropy an i32 label for every position of the logits, for
   * meanSquaredError an f32 target for every element.
   */
  readonly label: string;
  /** Names or patterns (`*`, `?`) of initialisers that are kept as they are. */
  readonly frozen?: readonly string[];
  /** Names or patterns of initialisers to which the optimiser's weight decay does not apply. */
  readonly noDecay?: readonly string[];
  /** Equal parts of the batch, computed one after the other: less memory, the same mean. 1 if left out. */
  readonly microBatches?: number;
}

/** A state tensor of a compiled program. */
export interface StateTensor {
  readonly name: string;
  /** `optimiser` is a moment, named `<moment>/<parameter>`; `loss` is one word; `logits` only a forward program has. */
  readonly role: "parameter" | "frozen" | "optimiser" | "loss" | "logits";
  /** Shape in the ONNX file, or of the logits; of the parameter's state words for a moment; [] for the loss. */
  readonly shape: readonly number[];
  /** The state holds the matrix with its axes exchanged. */
  readonly transposed: boolean;
}

export interface CompiledModel {
  readonly program: Program;
  /** Words of every constant that the program declares. */
  readonly constants: readonly Uint32Array[];
  /** One tensor for each of `states`. */
  readonly initialState: Uint32Array[];
  readonly states: readonly StateTensor[];
}

/** A parameter's value in the order of its state words. */
function stored({ transposed }: Parameter, value: Value): Value {
  return transposed ? transpose(value) : value;
}

function stateOf(role: "parameter" | "frozen", { name, shape, transposed }: Parameter): StateTensor {
  return { name, role, shape, transposed };
}

function labelLoss(b: Builder, options: ForwardOptions, loss: LossName, label: string, logits: Value): Loss {
  return losses[loss](b, logits, fieldValue(b, options.fields, label, "The label"));
}

function checked(model: CompiledModel): CompiledModel {
  validateProgram(model.program);
  return model;
}

/** Gradients and the loss of a step, before anything is updated. */
interface Differentiated {
  readonly forward: ForwardGraph;
  readonly loss: Value;
  /** By the names of the parameters that some gradient flows to. */
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
  const forward = lowerForward(importOnnx(options.onnx), { ...options, batch: batch / microBatches });
  const { builder, logits, parameters } = forward;
  const loss = labelLoss(builder, options, options.loss, options.label, logits);
  const gradients = new Map([[forward.output, meanOf(builder, loss.gradient, microBatches)]]);
  backward(builder, forward.tape, gradients);
  const reached = parameters.filter(({ name }) => gradients.has(name));
  const values = reached.map((parameter) => stored(parameter, gradients.get(parameter.name) as Value));
  const [sum, ...sums] = sumMicroBatches(builder, [loss.value, ...values], microBatches) as [Value, ...Value[]];
  return {
    forward,
    loss: meanOf(builder, sum, microBatches),
    gradients: new Map(reached.map(({ name }, i) => [name, sums[i] as Value])),
  };
}

interface PlacedState {
  readonly state: StateTensor;
  readonly value: Value;
  readonly initial: Uint32Array;
}

/** The parameters after the step and the moments of the optimiser, both in the order of the file. */
function updated(options: CompileOptions, { forward, gradients }: Differentiated) {
  const { builder, parameters } = forward;
  const names = parameters.map(({ name }) => name);
  const frozen = matching(names, options.frozen ?? [], "frozen-unknown", "cannot be frozen");
  const noDecay = matching(names, options.noDecay ?? [], "decay-unknown", "cannot go without decay");
  const trained = parameters.filter(({ name }) => gradients.has(name) && !frozen.has(name));
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
    const index = trained.indexOf(parameter);
    const value = updates[index]?.value ?? stored(parameter, parameter.value);
    return { state: stateOf(index < 0 ? "frozen" : "parameter", parameter), value, initial: parameter.words.slice() };
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
  });
}

/**
 * Compiles a forward pass: the parameters of `compileModel` in its order, passed through, then the logits of the batch, then, with a
 * label, the loss (softmaxCrossEntropy if none is named). Run on the same engine, so a held-out loss or a continuation is as repeatable
 * as training.
 */
export function compileForward(
  options: ForwardOptions & { readonly label?: string; readonly loss?: LossName },
): CompiledModel {
  const { builder, parameters, logits } = lowerForward(importOnnx(options.onnx), options);
  const outputs: { state: StateTensor; value: Value }[] = [
    { state: { name: "logits", role: "logits", shape: logits.shape, transposed: false }, value: logits },
  ];
  if (options.label !== undefined) {
    const { value } = labelLoss(builder, options, options.loss ?? "softmaxCrossEntropy", options.label, logits);
    outputs.push({ state: { name: "loss", role: "loss", shape: [], transposed: false }, value });
  }
  const values = [
    ...parameters.map((parameter) => stored(parameter, parameter.value)),
    ...outputs.map(({ value }) => value),
  ];
  const assembled = assemble(builder, { values });
  const zeros = assembled.program.states.slice(parameters.length).map(({ words }) => new Uint32Array(words));
  return checked({
    ...assembled,
    initialState: [...parameters.map(({ words }) => words.slice()), ...zeros],
    states: [...parameters.map((parameter) => stateOf("frozen", parameter)), ...outputs.map(({ state }) => state)],
  });
}
