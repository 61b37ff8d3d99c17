import { call } from "../builder/map.ts";
import { comparison } from "./comparison.ts";

/** y = a < b. */
export const less = comparison(
  "Less",
  "<",
  (a, b) => call("less", a, b),
  (a, b) => call("iless", a, b),
);
