import { angle } from "./angle.ts";

export const sin = angle("Sin", 0);
