import { reduceExtremum } from "./reduce-extremum.ts";

export const reduceMax = reduceExtremum("ReduceMax", "max");
