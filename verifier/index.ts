export * from "./policy.ts";
export * from "./verifier.ts";
