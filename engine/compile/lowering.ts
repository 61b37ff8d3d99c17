import { product, shapeText } from "./graph.ts";
import { DefectError, OperatorError } from "../../common/index.ts";
import type { Builder } from "./builder/builder.ts";
import { call, map, operand } from "./builder/map.ts";
import { zeros } from "./builder/tensor.ts";
import type { Value } from "./builder/value.ts";
import type { Node } from "./graph.ts";
import { NodeContext, type Lowered, type LoweringMode, type NodeRule } from "./nodes/rule.ts";
import { nodeRules, refusedNodes } from "./nodes/rules.ts";

/** The rule of a node's type, or the OperatorError `node-unsupported`. */
export function ruleOf(node: Node): NodeRule {
  const rule = nodeRules.get(node.opType);
  if (rule !== undefined) return rule;
  const reason = refusedNodes.get(node.opType) ?? "docs/nodes.md lists those that are";
  throw new OperatorError(
    "node-unsupported",
    `Node "${node.name}" has op type ${node.opType}, which is not supported: ${reason}.`,
    { node: node.name, opType: node.opType },
  );
}

/** A node with what it was lowered to: the tape that the backward pass plays back. */
export interface TapeEntry {
  readonly node: Node;
  readonly inputs: readonly (Value | undefined)[];
  readonly lowered: Lowered;
}

/** Most axes of an operator's output. SPEC: spec/program.md. */
const maxRank = 8;
/** Words that an operator's output stays below. SPEC: spec/program.md. */
const wordLimit = 2 ** 31;

/** Emits the forward operators of nodes in topological order; `values` holds tensors by name and receives the outputs. */
export function lowerNodes(
  b: Builder,
  mode: LoweringMode,
  nodes: readonly Node[],
  values: Map<string, Value>,
): TapeEntry[] {
  return nodes.map((node) => {
    const rule = ruleOf(node);
    const inputs = node.inputs.map((name) => (name === "" ? undefined : values.get(name)));
    const context = new NodeContext(b, mode, node, rule, inputs);
    b.origin = { phase: "forward", name: node.name, opType: node.opType };
    const lowered = rule.lower(context);
    if (node.outputs.slice(lowered.outputs.length).some((name) => name !== ""))
      context.refuse(lowered.outputs.length === 1 ? "more than one output" : `${node.outputs.length} outputs`);
    lowered.outputs.forEach((value, i) => {
      if (value.shape.length > maxRank) context.refuse(`an output of ${value.shape.length} axes`);
      if (product(value.shape) >= wordLimit) context.refuse(`an output of shape ${shapeText(value.shape)}`);
      if (node.outputs[i]) values.set(node.outputs[i], value);
    });
    // A layer that is used twice in a step moves its running statistics on twice.
    lowered.updates?.forEach((value, i) => {
      const name = node.inputs[i] ?? "";
      if (value !== undefined && !mode.frozen.has(name)) values.set(name, value);
    });
    return { node, inputs, lowered };
  });
}

/** Emits the gradients of all tensors that `gradients` depends on: reverse mode, node by node. */
export function backward(b: Builder, tape: readonly TapeEntry[], gradients: Map<string, Value>): void {
  for (const { node, inputs, lowered } of tape.toReversed()) {
    if (lowered.gradient === undefined || !node.outputs.some((name) => gradients.has(name))) continue;
    b.origin = { phase: "backward", name: node.name, opType: node.opType };
    const outputs = lowered.outputs.map(({ shape }, i) => gradients.get(node.outputs[i] ?? "") ?? zeros(b, shape));
    const [first, ...others] = outputs as [Value, ...Value[]];
    lowered.gradient(first, ...others).forEach((gradient, i) => {
      const name = node.inputs[i];
      const input = inputs[i];
      if (gradient === undefined || input === undefined || !name || input.dtype !== "f32") return;
      if (gradient.shape.join() !== input.shape.join())
        throw new DefectError(
          "gradient-shape",
          `gradient of input ${i} of ${node.name} is ${shapeText(gradient.shape)}`,
        );
      const before = gradients.get(name);
      const sum = call("add", operand(0), operand(1));
      gradients.set(name, before === undefined ? gradient : map(b, "f32", [before, gradient], sum));
    });
  }
}
