import { call } from "../builder/map.ts";
import { comparison } from "./comparison.ts";

/** y = a ≤ b. */
export const lessOrEqual = comparison(
  "LessOrEqual",
  "≤",
  (a, b) => call("max", call("less", a, b), call("equal", a, b)),
  (a, b) => call("max", call("iless", a, b), call("iequal", a, b)),
);
