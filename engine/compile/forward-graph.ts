import { OperatorError } from "../../common/index.ts";
import type { Dtype } from "../program/types.ts";
import { Builder } from "./builder/builder.ts";
import { tensorValue, wordsOfTensor } from "./builder/tensor.ts";
import { makeValue, transpose, withShape, type Value } from "./builder/value.ts";
import { product, type Graph, type GraphInput, type Node } from "./graph.ts";
import { matching } from "./patterns.ts";
import { lowerNodes, ruleOf, type TapeEntry } from "./lowering.ts";

/** A dataset field under the name by which a model's inputs are mapped to it. */
export interface NamedField {
  readonly name: string;
  readonly dtype: Dtype;
  /** Words of one sample. */
  readonly length: number;
}

export interface ForwardOptions {
  /** An ONNX model, of an opset that `opsets` names. */
  readonly onnx: Uint8Array;
  /** Positions of one step: the leading dimension of every graph input. */
  readonly batch: number;
  /** Fields of the dataset, in its order. */
  readonly fields: readonly NamedField[];
  /** Field name by graph input name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The graph output that is the logits; may be left out where there is only one. */
  readonly output?: string;
  /** Initialisers that are kept as they are. */
  readonly frozen?: readonly string[];
}

/** A trained or frozen tensor: an f32 initialiser that feeds the logits. */
export interface Parameter {
  readonly name: string;
  /** Shape in the ONNX file. */
  readonly shape: readonly number[];
  /** Whether the state holds the matrix with its axes exchanged. */
  readonly transposed: boolean;
  /** Start words, in the state's order; they may be those of the graph's initialiser. */
  readonly words: Uint32Array;
  /** In the shape of the ONNX file. */
  readonly value: Value;
}

export interface ForwardGraph {
  readonly builder: Builder;
  readonly parameters: readonly Parameter[];
  /** Names of those that are kept as they are. */
  readonly frozen: ReadonlySet<string>;
  readonly tape: readonly TapeEntry[];
  /** What a step itself makes of parameters (running statistics), in their shape, by name. */
  readonly updates: ReadonlyMap<string, Value>;
  /** Name of the tensor that holds the logits. */
  readonly output: string;
  readonly logits: Value;
}

/** Nodes that feed `output`, in order. Throws `onnx-malformed` where a tensor comes from nowhere. */
function feeding(graph: Graph, output: string): Node[] {
  const wanted = new Set([output]);
  const nodes = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name))) return false;
    for (const name of node.inputs) if (name !== "") wanted.add(name);
    return true;
  });
  const known = new Set([...graph.initialisers.keys(), ...graph.inputs.map(({ name }) => name)]);
  const demand = (name: string, by: string) => {
    if (!known.has(name))
      throw new OperatorError("onnx-malformed", `${by} reads tensor "${name}", which nothing before it makes.`, {
        name,
      });
  };
  for (const node of nodes.toReversed()) {
    for (const name of node.inputs) if (name !== "") demand(name, `Node "${node.name}"`);
    for (const name of node.outputs) known.add(name);
  }
  demand(output, "The output");
  if (nodes.length === 0)
    throw new OperatorError(
      "output-unknown",
      `Graph output "${output}" is made by no node; name one that is computed.`,
      { output },
    );
  return nodes.toReversed();
}

function outputOf(graph: Graph, wanted: string | undefined): string {
  const output = wanted ?? (graph.outputs.length === 1 ? graph.outputs[0] : undefined);
  if (output !== undefined && graph.outputs.includes(output)) return output;
  throw new OperatorError(
    "output-unknown",
    `Name the graph output that is the logits: the model has ${graph.outputs.map((name) => `"${name}"`).join(", ")}.`,
    { outputs: graph.outputs, wanted },
  );
}

/** A matrix is kept transposed where every node that reads it would rather have it so. */
function keptTransposed(nodes: readonly Node[], name: string, rank: number): boolean {
  const uses = nodes.flatMap((node) => node.inputs.flatMap((input, i) => (input === name ? [{ node, i }] : [])));
  return rank === 2 && uses.every(({ node, i }) => ruleOf(node).storesTransposed?.(node, i) ?? false);
}

function transposedWords(words: Uint32Array, [rows, columns]: readonly [number, number]): Uint32Array {
  const turned = new Uint32Array(words.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = words[row * columns + column] as number;
  return turned;
}

/** Words of a parameter as the state holds it, from or to the order of the ONNX file: the same ones where the order is. */
export function reordered(
  words: Uint32Array,
  { shape, transposed }: { readonly shape: readonly number[]; readonly transposed: boolean },
  direction: "toState" | "toOnnx",
): Uint32Array {
  if (!transposed) return words;
  const [rows, columns] = shape as readonly [number, number];
  return transposedWords(words, direction === "toState" ? [rows, columns] : [columns, rows]);
}

/** Whether nodes read an initialiser only as numbers that are known at compile time. */
function isConstant(nodes: readonly Node[], name: string): boolean {
  const takes = nodes.flatMap((node) => {
    const { inputs } = ruleOf(node);
    return node.inputs.flatMap((input, i) => (input === name ? [(inputs[i] ?? inputs.at(-1))?.takes] : []));
  });
  return takes.length > 0 && takes.every((each) => each === "known f32" || each === "known any");
}

function parametersOf(graph: Graph, nodes: readonly Node[]): Parameter[] {
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const tensors = [...graph.initialisers].filter(
    ([name, { dtype }]) => dtype === "f32" && read.has(name) && !isConstant(nodes, name),
  );
  return tensors.map(([name, tensor], index) => {
    const { shape } = tensor;
    const transposed = keptTransposed(nodes, name, shape.length);
    const stored = makeValue({ space: "state", index }, "f32", transposed ? shape.toReversed() : shape);
    const words = reordered(wordsOfTensor(tensor), { shape, transposed }, "toState");
    return { name, shape, transposed, words, value: transposed ? transpose(stored) : stored };
  });
}

/** The values of a field for this step. */
export function fieldValue(b: Builder, fields: readonly NamedField[], name: string | undefined, what: string): Value {
  const index = fields.findIndex((field) => field.name === name);
  if (index >= 0) return b.sample(index);
  const known = fields.map((field) => `"${field.name}"`).join(", ");
  throw new OperatorError(
    "field-unknown",
    name === undefined
      ? `${what} is mapped to no dataset field; the fields are ${known}.`
      : `${what} is mapped to field "${name}", but the dataset's fields are ${known}.`,
    { what, field: name },
  );
}

/** A graph input of shape [batch, …rest] from a field of rest's product. */
function inputValue(b: Builder, options: ForwardOptions, input: GraphInput): Value {
  const what = `Graph input "${input.name}"`;
  const sampled = fieldValue(b, options.fields, options.inputs[input.name], what);
  const [first, ...rest] = input.shape;
  const refuse = (problem: string): never => {
    throw new OperatorError("input-mismatch", `${what} ${problem}.`, { input: input.name, shape: input.shape });
  };
  if (input.shape.length === 0) refuse("is a scalar, but inputs need a leading batch dimension");
  if (typeof first === "number" && first !== options.batch)
    refuse(`has the fixed batch ${first}; compile with that batch or export the model with a dynamic one`);
  const fixed = rest.map((extent) => (typeof extent === "number" ? extent : refuse(`has a second dynamic dimension`)));
  if (sampled.dtype !== input.dtype) refuse(`is ${input.dtype}, but its field is ${sampled.dtype}`);
  const length = sampled.shape[1] as number;
  if (product(fixed) !== length) refuse(`needs ${product(fixed)} words a sample, but its field has ${length}`);
  return withShape(sampled, [options.batch, ...fixed]);
}

function updatesOf(tape: readonly TapeEntry[], parameters: readonly Parameter[], frozen: ReadonlySet<string>) {
  const names = new Set(parameters.map(({ name }) => name).filter((name) => !frozen.has(name)));
  const found = tape.flatMap(({ node, lowered }) =>
    (lowered.updates ?? []).flatMap((value, i): [string, Value][] => {
      const name = node.inputs[i] ?? "";
      return value !== undefined && names.has(name) ? [[name, value]] : [];
    }),
  );
  return new Map(found);
}

/**
 * Emits the forward operators of the part of the graph that feeds the logits: as it is computed in a training step, or in use
 * (`training` false).
 */
export function lowerForward(graph: Graph, options: ForwardOptions, training = true): ForwardGraph {
  const output = outputOf(graph, options.output);
  const nodes = feeding(graph, output);
  const builder = new Builder(options.batch, options.fields);
  const parameters = parametersOf(graph, nodes);
  const read = new Set([output, ...nodes.flatMap((node) => node.inputs)]);
  const values = new Map<string, Value>(parameters.map(({ name, value }) => [name, value]));
  for (const [name, tensor] of graph.initialisers)
    if (read.has(name) && !values.has(name)) values.set(name, tensorValue(builder, tensor));
  for (const input of graph.inputs)
    if (read.has(input.name)) values.set(input.name, inputValue(builder, options, input));
  const names = parameters.map(({ name }) => name);
  const frozen = matching(names, options.frozen ?? [], "frozen-unknown", "cannot be frozen");
  const tape = lowerNodes(builder, { opset: graph.opset, training, frozen }, nodes, values);
  const updates = updatesOf(tape, parameters, frozen);
  return { builder, parameters, frozen, tape, updates, output, logits: values.get(output) as Value };
}
