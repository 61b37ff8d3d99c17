import type { Implementation } from "./implementation.ts";
import { native } from "./native.ts";
import { reference } from "./reference.ts";
import { wasm } from "./wasm.ts";

/** The implementations in TypeScript; Solidity's needs a chain and has its own test file. */
export const implementations: readonly Implementation[] = [reference, wasm, native];
