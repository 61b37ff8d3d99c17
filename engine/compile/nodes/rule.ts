import { OperatorError } from "../../../common/index.ts";
import type { Dtype } from "../../program/types.ts";
import type { Builder } from "../builder/builder.ts";
import { knownNumbers } from "../builder/tensor.ts";
import type { Value } from "../builder/value.ts";
import type { Node, TensorData } from "../graph.ts";

/** Gradients of the inputs, in their order, from those of all outputs; undefined where none flows. */
export type Gradient = (first: Value, ...others: Value[]) => (Value | undefined)[];

/** An input of a node type. A gradient flows to it where it is f32, unless only its shape is read. */
export interface NodeInput {
  /** As ONNX names it. */
  readonly name: string;
  /**
   * `known`: integers known at compile time; `known f32`: floats; `known any`: either. An initialiser that only such inputs read is no parameter.
   * `shape`: of any type, of which only the shape is read.
   */
  readonly takes: "f32" | "i32" | "any" | "known" | "known f32" | "known any" | "shape";
  readonly optional?: true;
  /** The last input may come any number of times. */
  readonly repeated?: true;
}

export interface Lowered {
  readonly outputs: readonly Value[];
  /** Emits the gradient's operators. Absent where no gradient flows (integers, constants). */
  readonly gradient?: Gradient;
  /** What becomes of inputs that a training step itself moves on (running statistics), by input; they are initialisers. */
  readonly updates?: readonly (Value | undefined)[];
}

/** How a graph is lowered. */
export interface LoweringMode {
  /** Of the default domain. */
  readonly opset: number;
  /** Whether nodes do what they do in training: dropout drops, batch normalisation takes the batch's statistics. */
  readonly training: boolean;
  /** Initialisers that are kept as they are. */
  readonly frozen: ReadonlySet<string>;
}

/** One ONNX node type: shapes, lowering to operators and gradient, in one place. */
export interface NodeRule {
  readonly opType: string;
  readonly inputs: readonly NodeInput[];
  /** What is supported, as the end of the sentence "Gemm supports …". */
  readonly supports: string;
  /** Attributes that the rule reads; any other is refused. */
  readonly attributes: readonly string[];
  /** How the forms of the opsets differ, where they do. */
  readonly opsets?: string;
  /** Nothing flows back though it takes floats: conditions, and steps, whose slope is 0. */
  readonly flat?: true;
  /** Emits the forward operators; the shapes of the outputs are those of the values. */
  lower(node: NodeContext): Lowered;
  /** Whether an initialiser [K, N] used only as inputs for which this holds is kept as [N, K], with runs along K. */
  storesTransposed?(node: Node, input: number): boolean;
}

/** The dtype that an input has to have. */
const dtypes: Readonly<Partial<Record<NodeInput["takes"], Dtype>>> = {
  f32: "f32",
  i32: "i32",
  known: "i32",
  "known f32": "f32",
};

/** Longest list that a node may make the compiler write down. */
const MOST_LISTED = 2 ** 24;

/** What a rule sees of its node. Everything it asks for and does not get is refused in one sentence. */
export class NodeContext {
  readonly builder: Builder;
  readonly mode: LoweringMode;
  readonly #node: Node;
  readonly #rule: NodeRule;
  readonly #inputs: readonly (Value | undefined)[];

  constructor(
    builder: Builder,
    mode: LoweringMode,
    node: Node,
    rule: NodeRule,
    inputs: readonly (Value | undefined)[],
  ) {
    this.builder = builder;
    this.mode = mode;
    this.#node = node;
    this.#rule = rule;
    this.#inputs = inputs;
    for (const name of node.attributes.keys())
      if (!rule.attributes.includes(name)) this.refuse(`attribute ${name}`, { attribute: name });
    const last = rule.inputs.at(-1);
    if (last?.repeated !== true && inputs.length > rule.inputs.length) this.refuse(`an input ${rule.inputs.length}`);
    const count = Math.max(inputs.length, rule.inputs.length);
    for (let i = 0; i < count; i++) this.#check(i, rule.inputs[i] ?? (last as NodeInput));
  }

  #check(index: number, { takes, optional }: NodeInput): void {
    const value = this.#inputs[index];
    if (value === undefined) return optional ? undefined : this.refuse(`a missing input ${index}`);
    const dtype = dtypes[takes];
    if (dtype !== undefined && value.dtype !== dtype) this.refuse(`${value.dtype} as input ${index}`);
  }

  /** Throws the OperatorError `node-unsupported`: node, op type, what is not supported, and what is. */
  refuse(what: string, facts: Record<string, unknown> = {}): never {
    const { name, opType } = this.#node;
    throw new OperatorError(
      "node-unsupported",
      `Node "${name}" (${opType}): ${what} is not supported; ${opType} supports ${this.#rule.supports}.`,
      { node: name, opType, ...facts },
    );
  }

  optional(index: number): Value | undefined {
    return this.#inputs[index];
  }

  /** An input that is not optional, of the dtype that the rule takes. */
  input(index: number): Value {
    return this.#inputs[index] ?? this.refuse(`a missing input ${index}`);
  }

  get inputs(): readonly Value[] {
    return this.#inputs.map((_, index) => this.input(index));
  }

  /** How many outputs the node names. */
  get outputCount(): number {
    return this.#node.outputs.length;
  }

  /** Numbers of input `index`, which must be known at compile time; undefined where it is left out. */
  known(index: number): readonly number[] | undefined {
    const value = this.#inputs[index];
    return value && (knownNumbers(this.builder, value) ?? this.refuse(`an input ${index} that is computed`));
  }

  /** The one number of input `index`, which must be known at compile time. */
  knownNumber(index: number, otherwise: number): number {
    const [value, ...rest] = this.known(index) ?? [otherwise];
    return value !== undefined && rest.length === 0 ? value : this.refuse(`more than one element in input ${index}`);
  }

  /** A number of elements that are written down at compile time, which has to be of a sane size. */
  listed(count: number): number {
    if (!(count <= MOST_LISTED)) this.refuse(`a list of ${count} elements`, { count });
    return count;
  }

  /** Whether input `index` is an initialiser that the job keeps as it is. */
  isFrozen(index: number): boolean {
    return this.mode.frozen.has(this.#node.inputs[index] ?? "");
  }

  number(name: string, otherwise: number): number {
    const value = this.#node.attributes.get(name) ?? otherwise;
    return typeof value === "number" ? value : this.refuse(`attribute ${name} that is no number`, { attribute: name });
  }

  text(name: string, otherwise: string): string {
    const value = this.#node.attributes.get(name) ?? otherwise;
    return typeof value === "string" ? value : this.refuse(`attribute ${name} that is no text`, { attribute: name });
  }

  /** A flag or an axis that has to have one value. */
  only(name: string, value: number): void {
    const actual = this.number(name, value);
    if (actual !== value) this.refuse(`${name} = ${actual}`, { attribute: name });
  }

  attribute(name: string): number | string | readonly number[] | TensorData | undefined {
    return this.#node.attributes.get(name);
  }
}
