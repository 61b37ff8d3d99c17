import { call } from "../builder/map.ts";
import { comparison } from "./comparison.ts";

/** y = a > b. */
export const greater = comparison(
  "Greater",
  ">",
  (a, b) => call("less", b, a),
  (a, b) => call("iless", b, a),
);
