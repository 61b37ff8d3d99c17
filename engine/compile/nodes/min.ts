import { extremum } from "./extremum.ts";

export const min = extremum("Min", "min");
