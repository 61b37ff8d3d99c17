import { OperatorError } from "../../common/index.ts";
import type { Program } from "../program/types.ts";
import { assemble } from "./assemble.ts";
import { transpose, type Value } from "./builder/value.ts";
import type { Builder } from "./builder/builder.ts";
import { fieldValue, lowerForward, type ForwardOptions, type Parameter } from "./forward-graph.ts";
import { backward } from "./lowering.ts";
import { losses, type LossName } from "./loss/losses.ts";
import type { Loss } from "./loss/loss.ts";
import { importOnnx } from "./onnx/import.ts";
import { sgdUpdate, type Sgd } from "./optimisers/sgd.ts";
import { validateProgram } from "../program/validate-program.ts";

export interface CompileOptions extends ForwardOptions {
  readonly loss: LossName;
  readonly optimiser: Sgd;
  /**
   * Name of the field that the logits are compared with: for softmaxCrossEntropy an i32 label for every position of the logits, for
   * meanSquaredError an f32 target for every element.
   */
  readonly label: string;
}

/** A state tensor of a compiled program. */
export interface StateTensor {
  readonly name: string;
  /** `running` statistics follow the batches, without a gradient. `loss` is one word; `logits` only a forward program has. */
  readonly role: "parameter" | "running" | "frozen" | "loss" | "logits";
  /** Shape in the ONNX file, or of the logits; [] for the loss. */
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

function stateOf(role: "parameter" | "running" | "frozen", { name, shape, transposed }: Parameter): StateTensor {
  return { name, role, shape, transposed };
}

function labelLoss(b: Builder, options: ForwardOptions, loss: LossName, label: string, logits: Value): Loss {
  return losses[loss](b, logits, fieldValue(b, options.fields, label, "The label"));
}

function checked(model: CompiledModel): CompiledModel {
  validateProgram(model.program);
  return model;
}

/**
 * Compiles a training step: forward, loss, gradients, update. States: the parameters in the order of the file, then the loss
 * (`loss`, one f32 word: the mean over the batch, before the update). The same arguments give the same program root.
 * Throws OperatorErrors: what the model, the mapping or a node asks for and is not supported, in one sentence.
 */
export function compileModel(options: CompileOptions): CompiledModel {
  const forward = lowerForward(importOnnx(options.onnx), options);
  const { builder, parameters, logits } = forward;
  const frozen = new Set(options.frozen);
  const unknown = [...frozen].find((name) => !parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined)
    throw new OperatorError("frozen-unknown", `"${unknown}" cannot be frozen: no initialiser of that name is in use.`, {
      name: unknown,
    });
  const loss = labelLoss(builder, options, options.loss, options.label, logits);
  const gradients = new Map([[forward.output, loss.gradient]]);
  backward(builder, forward.tape, gradients);
  const updated = parameters.map((parameter) => {
    const gradient = frozen.has(parameter.name) ? undefined : gradients.get(parameter.name);
    const before = stored(parameter, parameter.value);
    const running = forward.updates.get(parameter.name);
    if (running !== undefined) return { state: stateOf("running", parameter), value: running };
    if (gradient === undefined) return { state: stateOf("frozen", parameter), value: before };
    const value = sgdUpdate(builder, options.optimiser, before, stored(parameter, gradient));
    return { state: stateOf("parameter", parameter), value };
  });
  return checked({
    ...assemble(builder, [...updated.map(({ value }) => value), loss.value]),
    initialState: [...parameters.map(({ words }) => words.slice()), new Uint32Array(1)],
    states: [...updated.map(({ state }) => state), { name: "loss", role: "loss", shape: [], transposed: false }],
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
  const { builder, parameters, logits } = lowerForward(importOnnx(options.onnx), options, false);
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
  const assembled = assemble(builder, values);
  const zeros = assembled.program.states.slice(parameters.length).map(({ words }) => new Uint32Array(words));
  return checked({
    ...assembled,
    initialState: [...parameters.map(({ words }) => words.slice()), ...zeros],
    states: [...parameters.map((parameter) => stateOf("frozen", parameter)), ...outputs.map(({ state }) => state)],
  });
}
