import { call } from "../builder/map.ts";
import { comparison } from "./comparison.ts";

/** y = a ≥ b. */
export const greaterOrEqual = comparison(
  "GreaterOrEqual",
  "≥",
  (a, b) => call("max", call("less", b, a), call("equal", a, b)),
  (a, b) => call("max", call("iless", b, a), call("iequal", a, b)),
);
