export * from "./solver.ts";
