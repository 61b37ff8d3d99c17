import { findNative } from "../../../engine/index.ts";
import { executorImplementation } from "./executor.ts";
import type { Implementation } from "./implementation.ts";

/** The processor's own kernels, of the best instruction set. */
export const native: Implementation = {
  ...executorImplementation("native"),
  absence: async () => (await findNative()).absence,
};
