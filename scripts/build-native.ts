import { relative } from "node:path";
import { OperatorError } from "../common/index.ts";
import { buildNative } from "../engine/index.ts";

/** Compiles the native kernels unless they are up to date. They are optional: where they cannot be built, it says why. */
try {
  const { file, built } = await buildNative();
  const name = relative(process.cwd(), file);
  console.log(built ? `compiled ${name}` : `${name} is up to date`);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  console.log(`No native kernels: ${error.message}. Programs run on WebAssembly.`);
}
