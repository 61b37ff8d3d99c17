import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWasmExecutor } from "../wasm/index.ts";
import { chainSuite } from "../wasm/suites/chains.ts";
import { functionSuite } from "../wasm/suites/functions.ts";
import { hashSuite } from "../wasm/suites/hashes.ts";
import { kernelSuite, type Create } from "../wasm/suites/kernels.ts";
import { turnedSuite } from "../wasm/suites/turned.ts";
import { windowSuite } from "../wasm/suites/windows.ts";
import { buildEmulated } from "./build.ts";
import type { InstructionSet } from "./kernels.ts";

/** The source with the vectors of sets whose instructions this processor may lack. */
describe("native kernels, emulated", function () {
  this.timeout(300_000);
  let folder: string;

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), "pinpoint-emulated-"));
    await buildEmulated(join(folder, "native.node")).catch((error: Error) => {
      console.log(`      skipped: ${error.message}`);
      this.skip();
    });
  });
  after(() => rm(folder, { recursive: true }));

  for (const instructions of ["neon", "avx512"] satisfies InstructionSet[]) {
    describe(instructions, () => {
      const choice = () => ({ addon: join(folder, "native.node"), instructions });
      const create: Create = (input) => createWasmExecutor(input, {}, choice());
      kernelSuite(create);
      functionSuite(create);
      chainSuite((input, options) => createWasmExecutor(input, options, choice()));
      hashSuite((input, options) => createWasmExecutor(input, options, choice()));
      turnedSuite((input, options) => createWasmExecutor(input, options, choice()));
      windowSuite((input, options) => createWasmExecutor(input, options, choice()));
    });
  }
});
