import { shapeText } from "../graph.ts";
import { call, f32, map, operand, type Term } from "../builder/map.ts";
import { broadcastShape, type Value } from "../builder/value.ts";
import { gradientTo } from "./broadcast.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

type Fn = "max" | "min";

function either(node: NodeContext, fn: Fn, a: Value, b: Value): Value {
  if (broadcastShape(a.shape, b.shape) === undefined) node.refuse(`${shapeText(a.shape)} with ${shapeText(b.shape)}`);
  if (a.dtype !== b.dtype) node.refuse(`${a.dtype} with ${b.dtype}`);
  if (a.dtype === "f32") return map(node.builder, "f32", [a, b], call(fn, operand(0), operand(1)));
  const order = fn === "max" ? [operand(1), operand(0)] : [operand(0), operand(1)];
  const taken = call("imul", call("ftoi", call("iless", ...order)), call("isub", operand(0), operand(1)));
  return map(node.builder, "i32", [a, b], call("iadd", operand(1), taken));
}

/** dy where operand 1 is the one taken of 1 and 2, half of it where they are equal. */
function share(fn: Fn): Term {
  const taken = fn === "max" ? call("less", operand(2), operand(1)) : call("less", operand(1), operand(2));
  const half = call("mul", call("equal", operand(1), operand(2)), f32(0.5));
  return call("mul", operand(0), call("add", taken, half));
}

/** Max and Min: of any number of inputs, two at a time from the first on. Equal ones of such a pair take half of the gradient each. */
export function extremum(opType: string, fn: Fn): NodeRule {
  return {
    opType,
    inputs: [{ name: "data_0", takes: "any", repeated: true }],
    supports: "any number of inputs of one type whose shapes broadcast",
    attributes: [],
    lower(node) {
      const [first, ...rest] = node.inputs as [Value, ...Value[]];
      const partial = [first];
      for (const each of rest) partial.push(either(node, fn, partial.at(-1) as Value, each));
      const gradient = (dy: Value) => {
        const gradients: Value[] = [];
        let flow = dy;
        for (let i = rest.length - 1; i >= 0; i--) {
          const [before, each] = [partial[i] as Value, rest[i] as Value];
          gradients.unshift(gradientTo(node, each, [flow, each, before], share(fn)));
          flow = gradientTo(node, before, [flow, before, each], share(fn));
        }
        return [flow, ...gradients];
      };
      return { outputs: [partial.at(-1) as Value], gradient };
    },
  };
}
