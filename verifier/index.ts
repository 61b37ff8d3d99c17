export * from "./verifier.ts";
