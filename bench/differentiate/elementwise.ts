import { broadcast, type Emitter, type Tensor } from "./emitter.ts";
import type { Rule } from "./rule.ts";

type Slopes = (e: Emitter, g: Tensor, a: Tensor, b: Tensor) => readonly [() => Tensor, () => Tensor];

function pairRule(opType: "Add" | "Sub" | "Mul" | "Div", slopes: Slopes): Rule {
  return (e, { inputs }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const output = e.pair(opType, a, b);
    const pullback = ([g]: readonly Tensor[]) => {
      const [left, right] = slopes(e, g!, a, b);
      return [() => e.sumTo(left(), a.shape), () => e.sumTo(right(), b.shape)];
    };
    return { outputs: [output], pullback };
  };
}

/** `slope` emits the gradient of the input from that of the output, x and y. */
function unaryRule(opType: string, slope: (e: Emitter, g: Tensor, x: Tensor, y: Tensor) => Tensor): Rule {
  return (e, { inputs }) => {
    const x = inputs[0]!;
    const y = e.unary(opType, x);
    return { outputs: [y], pullback: ([g]) => [() => slope(e, g!, x, y)] };
  };
}

/** No gradient passes the condition. */
const where: Rule = (e, { inputs }) => {
  const [condition, a, b] = inputs as [Tensor, Tensor, Tensor];
  const shape = broadcast(broadcast(condition.shape, a.shape), b.shape);
  const zero = e.float(0);
  return {
    outputs: [e.emit("Where", [condition, a, b], shape)],
    pullback: ([g]) => [
      undefined,
      () => e.sumTo(e.emit("Where", [condition, g!, zero], shape), a.shape),
      () => e.sumTo(e.emit("Where", [condition, zero, g!], shape), b.shape),
    ],
  };
};

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  Add: pairRule("Add", (_e, g) => [() => g, () => g]),
  Mul: pairRule("Mul", (e, g, a, b) => [() => e.mul(g, b), () => e.mul(g, a)]),
  Div: pairRule("Div", (e, g, a, b) => [() => e.div(g, b), () => e.unary("Neg", e.div(e.mul(g, a), e.mul(b, b)))]),
  Where: where,
  Relu: unaryRule("Relu", (e, g, x) => e.mul(g, e.holds("Greater", x, e.float(0)))),
  Erf: unaryRule("Erf", (e, g, x) =>
    e.mul(g, e.mul(e.unary("Exp", e.unary("Neg", e.mul(x, x))), 2 / Math.sqrt(Math.PI))),
  ),
  Cast: (e, { node, inputs }) => ({
    outputs: [e.emit("Cast", [inputs[0]!], inputs[0]!.shape, Object.fromEntries(node.attributes))],
  }),
};
