import type { Builder } from "./builder.ts";
import { fold, foldProduct } from "./fold.ts";
import { call, f32, map, operand } from "./map.ts";
import { insertAxis, transpose, type Value } from "./value.ts";

export interface NormalisedRows {
  /** [rows, n] */
  readonly y: Value;
  /** dx of dy, both [rows, n]. */
  readonly back: (dy: Value) => Value;
}

const column = (value: Value): Value => insertAxis(value, 1);

/**
 * Every row of x [rows, n] divided by its root mean square, the mean taken away before if `centred`.
 * ROUNDS: mean = Σ/n; c = x − mean; y = c·(1/√(Σ c²/n + ε)). dx = r·(dy − Σ dy/n − y·(Σ dy·y/n)); without the mean, without Σ dy/n.
 */
export function normaliseRows(b: Builder, x: Value, epsilon: number, centred: boolean): NormalisedRows {
  const n = x.shape[1] as number;
  const mean = (sum: Value) => map(b, "f32", [sum], call("div", operand(0), f32(n)));
  const c = centred ? map(b, "f32", [x, column(mean(fold(b, "sum", x)))], call("sub", operand(0), operand(1))) : x;
  const variance = call("add", call("div", operand(0), f32(n)), f32(epsilon));
  const r = map(b, "f32", [foldProduct(b, c, c)], call("div", f32(1), call("sqrt", variance)));
  const y = map(b, "f32", [c, column(r)], call("mul", operand(0), operand(1)));
  const back = (dy: Value) => {
    const along = column(mean(foldProduct(b, dy, y)));
    const aside = call("mul", operand(1), operand(2));
    if (!centred)
      return map(b, "f32", [dy, y, along, column(r)], call("mul", operand(3), call("sub", operand(0), aside)));
    const inner = call("sub", call("sub", operand(0), operand(4)), aside);
    return map(b, "f32", [dy, y, along, column(r), column(mean(fold(b, "sum", dy)))], call("mul", operand(3), inner));
  };
  return { y, back };
}

/**
 * Σ over samples and places of x (or of x·y) [N, C, P] for each channel: [C]. ORDER: a sample's places first, then the samples, so that
 * only the sums are transposed.
 */
export function channelSums(b: Builder, x: Value, y?: Value): Value {
  const places = x.shape[2] as number;
  if (places > 1) {
    const each = y === undefined ? fold(b, "sum", x) : foldProduct(b, x, y);
    return fold(b, "sum", transpose(each));
  }
  const columns = (value: Value) =>
    transpose({ ...value, shape: value.shape.slice(0, 2), strides: value.strides.slice(0, 2) });
  return y === undefined ? fold(b, "sum", columns(x)) : foldProduct(b, columns(x), columns(y));
}
