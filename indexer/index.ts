export type { Health } from "./api.ts";
export * from "./indexer.ts";
