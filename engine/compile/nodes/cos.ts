import { angle } from "./angle.ts";

export const cos = angle("Cos", 1);
