import { map, type Term } from "../builder/map.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

interface Unary {
  readonly opType: string;
  /** Name of the input in ONNX; X if left out. */
  readonly input?: string;
  readonly supports?: string;
  readonly attributes?: readonly string[];
  readonly opsets?: string;
  /** y of x (operand 0). */
  readonly y: (node: NodeContext) => Term;
  /** y of an integer x; left out where integers are refused. */
  readonly integer?: Term;
  /** dx of dy, x and y (operands 0, 1 and 2); left out where it is 0 everywhere. */
  readonly dx?: (node: NodeContext) => Term;
}

/** Whether a term reads an operand. */
function reads(term: Term, index: number): boolean {
  return "args" in term ? term.args.some((arg) => reads(arg, index)) : "operand" in term && term.operand === index;
}

/** The term with its operands renumbered. */
function renumbered(term: Term, places: readonly number[], done = new Map<Term, Term>()): Term {
  const known = done.get(term);
  if (known !== undefined) return known;
  const result: Term =
    "args" in term
      ? { ...term, args: term.args.map((arg) => renumbered(arg, places, done)) }
      : "operand" in term
        ? { operand: places.indexOf(term.operand) }
        : term;
  done.set(term, result);
  return result;
}

/** An elementwise node of one input, by the Map of y and the Map of dx. */
export function unary({ opType, input = "X", attributes = [], ...rest }: Unary): NodeRule {
  const takes = rest.integer === undefined ? "f32" : "any";
  const supports = rest.supports ?? (takes === "f32" ? "f32 of any shape" : "f32 and integers of any shape");
  return {
    opType,
    inputs: [{ name: input, takes }],
    supports,
    attributes,
    ...(rest.opsets === undefined ? {} : { opsets: rest.opsets }),
    ...(rest.dx === undefined ? { flat: true } : {}),
    lower(node) {
      const x = node.input(0);
      if (x.dtype === "i32") return { outputs: [map(node.builder, "i32", [x], rest.integer as Term)] };
      const y = map(node.builder, "f32", [x], rest.y(node));
      const slope = rest.dx?.(node);
      if (slope === undefined) return { outputs: [y] };
      const read = [0, 1, 2].filter((index) => reads(slope, index));
      return {
        outputs: [y],
        gradient: (dy) => {
          const values = [dy, x, y];
          const operands = read.map((index) => values[index] as typeof x);
          return [map(node.builder, "f32", operands, renumbered(slope, read))];
        },
      };
    },
  };
}
