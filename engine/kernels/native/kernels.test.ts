import { chainSuite } from "../wasm/suites/chains.ts";
import { hashSuite } from "../wasm/suites/hashes.ts";
import { functionSuite } from "../wasm/suites/functions.ts";
import { kernelSuite, type Create } from "../wasm/suites/kernels.ts";
import { turnedSuite } from "../wasm/suites/turned.ts";
import { windowSuite } from "../wasm/suites/windows.ts";
import { describeSets } from "./describe-sets.ts";
import { createNativeExecutor } from "./index.ts";

describeSets("native kernels", (instructions) => {
  const create: Create = (input) => createNativeExecutor(input, { instructions });
  kernelSuite(create);
  functionSuite(create);
});

describeSets("native groups", (instructions) => {
  chainSuite((input, options) => createNativeExecutor(input, { ...options, instructions }));
});

describeSets("native hashes", (instructions) => {
  hashSuite((input, options) => createNativeExecutor(input, { ...options, instructions }));
});

describeSets("native products and sums through Views", (instructions) => {
  turnedSuite((input, options) => createNativeExecutor(input, { ...options, instructions }));
  windowSuite((input, options) => createNativeExecutor(input, { ...options, instructions }));
});
