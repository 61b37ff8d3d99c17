import { createWasmExecutor } from "./executor.ts";
import { turnedSuite } from "./suites/turned.ts";
import { windowSuite } from "./suites/windows.ts";
import { ways } from "./ways.ts";

for (const kernels of ways) {
  const { revectorised, tileRows } = kernels;
  describe(`products and sums through Views, ${revectorised ? "with" : "without"} the revectoriser, tiles of ${tileRows} rows`, () => {
    turnedSuite((input, options) => createWasmExecutor(input, { ...options, kernels }));
    windowSuite((input, options) => createWasmExecutor(input, { ...options, kernels }));
  });
}
