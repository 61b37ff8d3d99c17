export * from "./challenger.ts";
export * from "./defender.ts";
export * from "./example.ts";
export { buildEvidence } from "./evidence.ts";
export * from "./judge.ts";
export * from "./play.ts";
export * from "./referee.ts";
export * from "./segment-trace.ts";
