import { OperatorError } from "../../../common/index.ts";
import type { Graph } from "../graph.ts";

/** Refuses a graph with nameless tensors, or with one that is made twice. @throws OperatorError `onnx-malformed` */
export function checkSingleAssignment({ inputs, initialisers, nodes, outputs }: Graph): void {
  const made = new Set<string>();
  const define = (name: string, what: string): void => {
    const problem = name === "" ? `${what} without a name` : made.has(name) ? `tensor "${name}" made twice` : undefined;
    made.add(name);
    if (problem === undefined) return;
    throw new OperatorError("onnx-malformed", `The model is malformed: it has ${problem}; export it again.`, { name });
  };
  for (const { name } of inputs) define(name, "a graph input");
  for (const name of initialisers.keys()) define(name, "an initialiser");
  for (const node of nodes) for (const name of node.outputs) if (name !== "") define(name, "a node output");
  if (outputs.includes(""))
    throw new OperatorError(
      "onnx-malformed",
      "The model is malformed: it has a graph output without a name; export it again.",
    );
}
