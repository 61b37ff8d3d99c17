import { product, shapeText } from "../graph.ts";
import { multiply } from "../builder/dot.ts";
import { sumTo } from "../builder/fold.ts";
import { broadcastTo, permute, transpose, withShape, type Value } from "../builder/value.ts";
import { contiguous, reshape } from "../builder/view.ts";
import { productGradients } from "./product.ts";
import type { Lowered, NodeContext, NodeRule } from "./rule.ts";

interface Equation {
  readonly terms: readonly (readonly string[])[];
  readonly result: readonly string[];
}

/** The axes of an ellipsis, of which every term that has one has as many, as letters that the equation does not use. */
function withoutEllipsis(node: NodeContext, text: string): string {
  const terms = text.split("->")[0]?.split(",") ?? [];
  const counts = terms.flatMap((term, i) =>
    term.includes("...") ? [(node.inputs[i]?.shape.length ?? 0) - term.length + "...".length] : [],
  );
  const [count = 0] = counts;
  if (counts.some((each) => each !== count) || count < 0) node.refuse(`equation "${text}" of such shapes`);
  const free = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("").filter((letter) => !text.includes(letter));
  return text.replaceAll("...", free.slice(0, count).join(""));
}

function equationOf(node: NodeContext): Equation {
  const text = withoutEllipsis(node, node.text("equation", "").replaceAll(" ", ""));
  const [left = "", right] = text.split("->");
  const terms = left.split(",").map((term) => term.split(""));
  const letters = terms.flat();
  const once = [...new Set(letters)].filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  const result = right === undefined ? once.toSorted() : right.split("");
  const distinct = [...terms, result].every((list) => new Set(list).size === list.length);
  const plain = letters.every((letter) => /[a-zA-Z]/.test(letter)) && result.every((each) => letters.includes(each));
  if (!distinct || !plain || terms.length !== node.inputs.length || terms.length > 2)
    node.refuse(`equation "${text}"`, { attribute: "equation" });
  return { terms, result };
}

function extentsOf(node: NodeContext, { terms }: Equation): Map<string, number> {
  const extents = new Map<string, number>();
  terms.forEach((term, i) => {
    const { shape } = node.input(i);
    if (term.length !== shape.length) node.refuse(`${shapeText(shape)} as ${term.join("")}`);
    term.forEach((letter, axis) => {
      const extent = shape[axis] as number;
      if ((extents.get(letter) ?? extent) !== extent)
        node.refuse(`an index ${letter} of ${extents.get(letter)} and ${extent}`);
      extents.set(letter, extent);
    });
  });
  return extents;
}

/** Sums away what only one input has, puts the axes in the order of `letters`, and back. */
function arranged(node: NodeContext, value: Value, term: readonly string[], letters: readonly string[]) {
  const b = node.builder;
  const kept = term.map((letter, axis) => (letters.includes(letter) ? (value.shape[axis] as number) : 1));
  const left = term.filter((letter) => letters.includes(letter));
  const extents = kept.filter((_, axis) => letters.includes(term[axis] as string));
  const dropped = withoutSummed(sumTo(b, value, kept), term, letters);
  const order = letters.map((letter) => left.indexOf(letter));
  const back = (gradient: Value) => {
    const inverse = order.map((_, axis) => order.indexOf(axis));
    const turned = permute(
      withShape(
        contiguous(b, gradient),
        order.map((axis) => extents[axis] as number),
      ),
      inverse,
    );
    let next = 0;
    const strides = term.map((letter) => (letters.includes(letter) ? (turned.strides[next++] as number) : 0));
    return broadcastTo({ ...turned, shape: kept, strides }, value.shape);
  };
  return { value: permute(dropped, order), back };
}

/** The value without the axes of letters that are not kept, which have extent 1. */
function withoutSummed(value: Value, term: readonly string[], letters: readonly string[]): Value {
  const kept = term.flatMap((letter, axis) => (letters.includes(letter) ? [axis] : []));
  return {
    ...value,
    shape: kept.map((axis) => value.shape[axis] as number),
    strides: kept.map((axis) => value.strides[axis] as number),
  };
}

function ofOne(node: NodeContext, { terms, result }: Equation): Lowered {
  const { value, back } = arranged(node, node.input(0), terms[0] as readonly string[], result);
  return { outputs: [value], gradient: (dy) => [back(dy)] };
}

function ofTwo(node: NodeContext, equation: Equation, extents: ReadonlyMap<string, number>): Lowered {
  const b = node.builder;
  const [a, c] = equation.terms as [readonly string[], readonly string[]];
  const { result } = equation;
  const both = a.filter((letter) => c.includes(letter));
  const [batch, summed] = [both.filter((each) => result.includes(each)), both.filter((each) => !result.includes(each))];
  const rows = result.filter((letter) => !c.includes(letter));
  const columns = result.filter((letter) => !a.includes(letter));
  const size = (letters: readonly string[]) => product(letters.map((letter) => extents.get(letter) as number));
  const left = arranged(node, node.input(0), a, [...batch, ...rows, ...summed]);
  const right = arranged(node, node.input(1), c, [...batch, ...summed, ...columns]);
  const x = reshape(b, left.value, [size(batch), size(rows), size(summed)]);
  const w = reshape(b, right.value, [size(batch), size(summed), size(columns)]);
  const lettersOf = [...batch, ...rows, ...columns];
  const product3 = multiply(b, x, transpose(w));
  const y = withShape(
    product3,
    lettersOf.map((letter) => extents.get(letter) as number),
  );
  const order = result.map((letter) => lettersOf.indexOf(letter));
  const gradient = (dy: Value) => {
    const turned = permute(
      dy,
      order.map((_, axis) => order.indexOf(axis)),
    );
    const [dx, dw] = productGradients(b, x, w, reshape(b, turned, product3.shape));
    return [left.back(dx), right.back(dw)];
  };
  return { outputs: [permute(y, order)], gradient };
}

/** Products of one or two inputs summed over the indices that the result lacks, as one product of matrices. */
export const einsum: NodeRule = {
  opType: "Einsum",
  inputs: [{ name: "Inputs", takes: "f32", repeated: true }],
  supports: "one or two f32 inputs, each index once in each of them, an ellipsis for as many axes in each",
  attributes: ["equation"],
  lower(node) {
    const equation = equationOf(node);
    const extents = extentsOf(node, equation);
    return equation.terms.length === 1 ? ofOne(node, equation) : ofTwo(node, equation, extents);
  },
};
