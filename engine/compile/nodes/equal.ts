import { call } from "../builder/map.ts";
import { comparison } from "./comparison.ts";

/** y = a = b, so −0 = 0 and NaN ≠ NaN. */
export const equal = comparison(
  "Equal",
  "=",
  (a, b) => call("equal", a, b),
  (a, b) => call("iequal", a, b),
);
