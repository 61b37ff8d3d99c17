import { reduceExtremum } from "./reduce-extremum.ts";

export const reduceMin = reduceExtremum("ReduceMin", "min");
