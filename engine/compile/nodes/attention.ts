import { shapeText } from "../graph.ts";
import { multiply } from "../builder/dot.ts";
import { sumTo } from "../builder/fold.ts";
import { call, f32, map, operand, type Term } from "../builder/map.ts";
import { softmaxOf } from "../builder/softmax.ts";
import {
  broadcastShape,
  broadcastTo,
  insertAxis,
  permute,
  transpose,
  withShape,
  type Value,
} from "../builder/value.ts";
import { reshape } from "../builder/view.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

/** A value by heads [N, H, T, width], and its gradient brought back. */
interface Heads {
  readonly value: Value;
  readonly back: (gradient: Value) => Value;
}

/** Of [N, H, T, width] as it is, or of [N, T, H·width]. */
function headsOf(node: NodeContext, given: Value, attribute: string): Heads {
  if (given.shape.length === 4) return { value: given, back: (gradient) => gradient };
  const [samples, length, whole] = given.shape as [number, number, number];
  const heads = node.number(attribute, 0);
  if (given.shape.length !== 3 || whole % heads !== 0) node.refuse(`${shapeText(given.shape)} in ${heads} heads`);
  const split = reshape(node.builder, given, [samples, length, heads, whole / heads]);
  return {
    value: permute(split, [0, 2, 1, 3]),
    back: (gradient) => reshape(node.builder, permute(gradient, [0, 2, 1, 3]), given.shape),
  };
}

/** Every head as often as the queries' heads share it. */
function shared(node: NodeContext, { value, back }: Heads, heads: number): Heads {
  const b = node.builder;
  const [samples, own, length, width] = value.shape as [number, number, number, number];
  if (own === heads) return { value, back };
  if (heads % own !== 0) node.refuse(`${own} heads for ${heads}`);
  const each = [samples, own, heads / own, length, width];
  return {
    value: reshape(b, broadcastTo(insertAxis(value, 2), each), [samples, heads, length, width]),
    back: (gradient) => back(withShape(sumTo(b, reshape(b, gradient, each), each.with(2, 1)), value.shape)),
  };
}

/** scale·scores, −∞ where a mask of conditions is 0 or, causal, a key lies behind its query; plus a mask of numbers. */
function masked(node: NodeContext, scores: Value, scale: number): Value {
  const b = node.builder;
  const [queries, keys] = scores.shape.slice(-2) as [number, number];
  const mask = node.optional(3);
  if (mask !== undefined && broadcastShape(mask.shape, scores.shape)?.join() !== scores.shape.join())
    node.refuse(`a mask ${shapeText(mask.shape)} for scores ${shapeText(scores.shape)}`);
  const values = [scores];
  let term: Term = call("mul", operand(0), f32(scale));
  const nothing = f32(Number.NEGATIVE_INFINITY);
  if (mask !== undefined) {
    const place = operand(values.push(mask) - 1);
    term = mask.dtype === "f32" ? call("add", term, place) : call("select", call("itof", place), term, nothing);
  }
  if (node.number("is_causal", 0) !== 0) {
    const row = operand(values.push(withShape(b.iota(queries), [queries, 1])) - 1);
    const column = operand(values.push(b.iota(keys)) - 1);
    term = call("select", call("iless", row, column), nothing, term);
  }
  return map(b, "f32", values, term);
}

/**
 * y = softmax(scale·q·kᵀ, masked)·v for each head. dv = pᵀ·dy; ds = the softmax's gradient of dy·vᵀ; dq = scale·ds·k, dk = scale·dsᵀ·q;
 * a mask of numbers gets ds, summed over the axes along which it was repeated.
 */
export const attention: NodeRule = {
  opType: "Attention",
  inputs: [
    { name: "Q", takes: "f32" },
    { name: "K", takes: "f32" },
    { name: "V", takes: "f32" },
    { name: "attn_mask", takes: "any", optional: true },
  ],
  supports:
    "f32 by heads, or with q_num_heads and kv_num_heads, a mask, is_causal and scale; no cache, no softcap, one output",
  attributes: [
    "is_causal",
    "kv_num_heads",
    "q_num_heads",
    "qk_matmul_output_mode",
    "scale",
    "softcap",
    "softmax_precision",
  ],
  opsets: "from 23 on",
  lower(node) {
    const b = node.builder;
    if (node.number("softcap", 0) !== 0) node.refuse("softcap", { attribute: "softcap" });
    const query = headsOf(node, node.input(0), "q_num_heads");
    const q = query.value;
    const [heads, width] = [q.shape[1] as number, q.shape[3] as number];
    const key = shared(node, headsOf(node, node.input(1), "kv_num_heads"), heads);
    const values = shared(node, headsOf(node, node.input(2), "kv_num_heads"), heads);
    const [k, v] = [key.value, values.value];
    if (k.shape[3] !== width || k.shape[2] !== v.shape[2])
      node.refuse(`${shapeText(q.shape)} with ${shapeText(k.shape)}`);
    const scale = node.number("scale", 1 / Math.sqrt(width));
    const { y: p, back } = softmaxOf(b, masked(node, multiply(b, q, k), scale));
    const y = multiply(b, p, transpose(v));
    const merged = node.input(0).shape.length === 3;
    const [samples, , length, depth] = y.shape as [number, number, number, number];
    const output = merged ? reshape(b, permute(y, [0, 2, 1, 3]), [samples, length, heads * depth]) : y;
    const gradient = (dy: Value) => {
      const g = merged ? permute(reshape(b, dy, [samples, length, heads, depth]), [0, 2, 1, 3]) : dy;
      const dz = back(multiply(b, g, v));
      const ds = map(b, "f32", [dz], call("mul", operand(0), f32(scale)));
      const mask = node.optional(3);
      return [
        query.back(multiply(b, ds, transpose(k))),
        key.back(multiply(b, transpose(ds), transpose(q))),
        values.back(multiply(b, transpose(p), transpose(g))),
        mask?.dtype === "f32" ? sumTo(b, dz, mask.shape) : undefined,
      ];
    };
    return { outputs: [output], gradient };
  },
};
