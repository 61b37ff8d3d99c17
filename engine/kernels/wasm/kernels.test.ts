import { createWasmExecutor } from "./index.ts";
import { kernelSuite } from "./suites/kernels.ts";
import { ways } from "./ways.ts";

for (const kernels of ways) {
  const { revectorised, tileRows } = kernels;
  describe(`WebAssembly kernels, ${revectorised ? "with" : "without"} the revectoriser, tiles of ${tileRows} rows`, () => {
    kernelSuite((input) => createWasmExecutor(input, { kernels }));
  });
}
