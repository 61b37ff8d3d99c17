import { createWasmExecutor } from "./index.ts";
import { functionSuite } from "./suites/functions.ts";
import { canRevectorise } from "./compile.ts";

for (const revectorised of new Set([false, canRevectorise()])) {
  describe(`WebAssembly Map functions, ${revectorised ? "with" : "without"} the revectoriser`, () => {
    functionSuite((input) => createWasmExecutor(input, { kernels: { revectorised } }));
  });
}
