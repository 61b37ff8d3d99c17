import { canRevectorise } from "./compile.ts";
import type { WasmOptions } from "./executor.ts";

/** Every way in which this machine can compute the kernels: with and without the revectoriser, with each tile. */
export const ways: readonly NonNullable<WasmOptions["kernels"]>[] = [...new Set([false, canRevectorise()])].flatMap(
  (revectorised) => ([2, 4] as const).map((tileRows) => ({ revectorised, tileRows })),
);
