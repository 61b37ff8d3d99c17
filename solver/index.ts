export * from "./policy.ts";
export * from "./solver.ts";
