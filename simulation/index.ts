export * from "./chart.ts";
export * from "./csv.ts";
export * from "./report.ts";
export * from "./rules.ts";
export * from "./scenarios.ts";
export * from "./simulate.ts";
