import { OperatorError } from "../../common/index.ts";
import { threefry2x32 } from "../threefry.ts";
import { product, shapeText, type Graph, type Node, type TensorData } from "./graph.ts";
import { matching } from "./patterns.ts";

/**
 * Low-rank adapters (LoRA): a product with a matrix W becomes one with W + (alpha/rank)·(the product of two thin matrices), and those
 * alone are trained. SPEC: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021).
 */
export interface Adapters {
  /** Smaller than both extents of every matrix. */
  readonly rank: number;
  readonly alpha: number;
  /** Names or patterns of the matrices. */
  readonly matrices: readonly string[];
  /** Of the start values, a 32-bit unsigned integer; 0 if left out. */
  readonly seed?: number;
}

/** The first factor takes the input and starts random, the second one starts at zero, so that the first step is the base model's. */
function factorNames(matrix: string): { readonly first: string; readonly second: string } {
  return { first: `${matrix}.lora_A`, second: `${matrix}.lora_B` };
}

/** A node that multiplies by a matrix, with what its matrix input is called there. */
interface Product {
  readonly node: Node;
  /** W is [outputs, inputs], as in PyTorch's Linear, and not [inputs, outputs]. */
  readonly transposed: boolean;
}

function refuse(name: string, why: string): never {
  throw new OperatorError(
    "adapter-unsupported",
    `"${name}" cannot have an adapter: ${why}; adapters are for matrices on the right of MatMul and Gemm.`,
    { name },
  );
}

/** The products that read a matrix, directly or through a Transpose. */
function productsOf(graph: Graph, name: string, read = name, transposed = false): Product[] {
  const products = graph.nodes.flatMap((node): Product[] => {
    if (!node.inputs.includes(read)) return [];
    const once = node.inputs.filter((input) => input === read).length === 1;
    if (once && node.opType === "Transpose") return productsOf(graph, name, node.outputs[0] as string, !transposed);
    const gemm = node.opType === "Gemm" && (node.attributes.get("transA") ?? 0) === 0;
    if (!once || node.inputs[1] !== read || (node.opType !== "MatMul" && !gemm))
      return refuse(name, `${node.opType} "${node.name}" reads it`);
    return [{ node, transposed: transposed !== ((node.attributes.get("transB") ?? 0) === 1 && gemm) }];
  });
  return products;
}

/** Start words of a first factor: uniform in ±1/√inputs. SPEC: spec/tables.md, Adapters. */
function startValues(shape: readonly number[], inputs: number, seed: number, stream: number): TensorData {
  const bound = Math.fround(1 / Math.fround(Math.sqrt(inputs)));
  const values = Float32Array.from({ length: product(shape) }, (_, i) => {
    const unit = (threefry2x32(seed, stream, i, 0)[0] as number) >>> 8;
    return Math.fround(Math.fround(unit * 2 ** -23 - 1) * bound);
  });
  return { dtype: "f32", shape, values };
}

function node(opType: string, inputs: string[], output: string, attributes: Node["attributes"] = new Map()): Node {
  return { name: output, opType, inputs, outputs: [output], attributes };
}

/** The product with the base, then x·A·B·(alpha/rank) added to it; the sum is what the node's output was. */
function adapted({ node: base, transposed }: Product, name: string, scale: number): Node[] {
  const [output, ...others] = base.outputs as [string, ...string[]];
  const at = (part: string) => `${output}/${name}/${part}`;
  const { first, second } = factorNames(name);
  const [a, b] = transposed ? [at("A"), at("B")] : [first, second];
  const value: TensorData = { dtype: "f32", shape: [], values: Float32Array.of(scale) };
  return [
    { ...base, outputs: [at("base"), ...others] },
    ...(transposed ? [node("Transpose", [first], a), node("Transpose", [second], b)] : []),
    node("Constant", [], at("scale"), new Map([["value", value]])),
    node("MatMul", [base.inputs[0] as string, a], at("narrow")),
    node("Mul", [at("narrow"), at("scale")], at("scaled")),
    node("MatMul", [at("scaled"), b], at("change")),
    node("Add", [at("base"), at("change")], output),
  ];
}

function checkSettings({ rank, alpha }: Adapters): void {
  if (
    Number.isInteger(rank) &&
    rank >= 1 &&
    Math.fround(alpha / rank) > 0 &&
    Number.isFinite(Math.fround(alpha / rank))
  )
    return;
  throw new OperatorError(
    "setting-invalid",
    `Adapters have a whole rank of 1 or more and an alpha above 0, not ${rank} and ${alpha}.`,
    { rank, alpha },
  );
}

/**
 * The graph with adapters beside the matrices named, and the names of what is trained: the adapters alone.
 * Throws the OperatorErrors `adapter-unknown`, `adapter-unsupported`, `setting-invalid`.
 */
export function withAdapters(
  graph: Graph,
  adapters: Adapters,
): { readonly graph: Graph; readonly trained: ReadonlySet<string> } {
  checkSettings(adapters);
  const { rank, alpha, matrices, seed = 0 } = adapters;
  const floats = [...graph.initialisers].filter(([, { dtype }]) => dtype === "f32").map(([name]) => name);
  const chosen = [...matching(floats, matrices, "adapter-unknown", "cannot have an adapter")];
  const initialisers = new Map(graph.initialisers);
  const replaced = new Map<Node, Node[]>();
  chosen.forEach((name, stream) => {
    const { shape } = graph.initialisers.get(name) as TensorData;
    const [rows, columns] = shape as [number, number];
    const products = productsOf(graph, name);
    if (shape.length !== 2 || rank >= rows || rank >= columns)
      refuse(name, `its shape is ${shapeText(shape)} and the rank ${rank}`);
    const transposed = products[0]?.transposed ?? refuse(name, "nothing multiplies by it");
    if (products.some((each) => each.transposed !== transposed)) refuse(name, "it is multiplied by both ways round");
    const { first, second } = factorNames(name);
    const [left, right] = [
      [rows, rank],
      [rank, columns],
    ] as const;
    const [inputs, firstShape, secondShape] = transposed ? [columns, right, left] : [rows, left, right];
    initialisers.set(first, startValues(firstShape, inputs, seed, stream));
    initialisers.set(second, { dtype: "f32", shape: secondShape, values: new Float32Array(product(secondShape)) });
    for (const each of products) replaced.set(each.node, adapted(each, name, alpha / rank));
  });
  const nodes = graph.nodes.flatMap((each) => replaced.get(each) ?? [each]);
  const trained = new Set(chosen.flatMap((name) => Object.values(factorNames(name))));
  return { graph: { ...graph, nodes, initialisers }, trained };
}

/** Parameters with every adapter added to its matrix. ROUNDS: products summed in f32, ascending; each sum times the scale, then added. */
export function mergeAdapters(
  parameters: ReadonlyMap<string, TensorData>,
  { rank, alpha }: Pick<Adapters, "rank" | "alpha">,
): Map<string, TensorData> {
  const merged = new Map(parameters);
  const scale = Math.fround(alpha / rank);
  for (const [name, base] of parameters) {
    const { first, second } = factorNames(name);
    const [a, b] = [parameters.get(first), parameters.get(second)];
    if (a === undefined || b === undefined) continue;
    // INVARIANT: the rank is smaller than the extents, so the shape says which factor stands on the left.
    const [left, right] = a.shape[0] === rank ? [b, a] : [a, b];
    merged.set(name, { ...base, values: sumOf(base, left, right, rank, scale) });
    merged.delete(first);
    merged.delete(second);
  }
  return merged;
}

function sumOf(base: TensorData, left: TensorData, right: TensorData, rank: number, scale: number): Float32Array {
  const columns = base.shape[1] as number;
  return Float32Array.from(base.values, (value, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < rank; k++) {
      const term = Math.fround(
        (left.values[row * rank + k] as number) * (right.values[k * columns + column] as number),
      );
      sum = Math.fround(sum + term);
    }
    return Math.fround(value + Math.fround(sum * scale));
  });
}

/** The adapters alone among the parameters. */
export function adaptersAmong(parameters: ReadonlyMap<string, TensorData>): Map<string, TensorData> {
  const names = new Set([...parameters.keys()].flatMap((name) => Object.values(factorNames(name))));
  return new Map([...parameters].filter(([name]) => names.has(name)));
}
