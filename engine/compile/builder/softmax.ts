import type { Builder } from "./builder.ts";
import { fold, foldProduct } from "./fold.ts";
import { call, map, operand } from "./map.ts";
import { insertAxis, type Value } from "./value.ts";

/** e^(x − max)/Σ along the last axis, with dx = y·(dy − Σ dy·y). ROUNDS: as written. */
export function softmaxOf(b: Builder, x: Value): { y: Value; back: (dy: Value) => Value } {
  const column = (value: Value) => insertAxis(value, x.shape.length - 1);
  const e = map(b, "f32", [x, column(fold(b, "max", x))], call("exp", call("sub", operand(0), operand(1))));
  const y = map(b, "f32", [e, column(fold(b, "sum", e))], call("div", operand(0), operand(1)));
  const slope = call("mul", operand(1), call("sub", operand(0), operand(2)));
  return { y, back: (dy) => map(b, "f32", [dy, y, column(foldProduct(b, dy, y))], slope) };
}
