export * from "./attack.ts";
export * from "./odds.ts";
export * from "./report.ts";
export * from "./rough-weather.ts";
export * from "./setting.ts";
export * from "./stage.ts";
export * from "./strategies.ts";
export * from "./table.ts";
export type { Strategy } from "./strategy.ts";
