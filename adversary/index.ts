export { type Trouble } from "./arena.ts";
export * from "./report.ts";
export * from "./strategies/index.ts";
export { type Strategy } from "./strategy.ts";
