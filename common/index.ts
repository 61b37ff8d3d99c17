export * from "./bytes.ts";
export * from "./errors.ts";
export * from "./file.ts";
export * from "./hash.ts";
export * from "./merkle.ts";
export * from "./prng.ts";
export * from "./sliced.ts";
