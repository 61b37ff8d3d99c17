import { OperatorError } from "../../../common/index.ts";
import { addonFile, builtAddon } from "./build.ts";
import { loadAddon, type InstructionSet } from "./kernels.ts";

/** The addon of this machine, or why there is none. */
export type Native =
  | { readonly addon: string; readonly sets: readonly InstructionSet[]; readonly absence?: undefined }
  | { readonly addon?: undefined; readonly sets: readonly []; readonly absence: string };

async function find(): Promise<Native> {
  const addon = await builtAddon();
  if (addon === undefined) return { sets: [], absence: "they are not built: run `npm run build`" };
  try {
    const { sets } = loadAddon(addon);
    if (sets.length === 0) return { sets: [], absence: "this processor has neither AVX2 nor AVX-512" };
    return { addon, sets };
  } catch (error) {
    return { sets: [], absence: `${await addonFile()} cannot be loaded (${(error as Error).message})` };
  }
}

let found: Promise<Native> | undefined;

/** Looks for the native kernels, once a process. */
export function findNative(): Promise<Native> {
  return (found ??= find());
}

/** @throws OperatorError `native-absent` */
export async function requireNative(instructions?: InstructionSet) {
  const { addon, sets, absence } = await findNative();
  const set = instructions ?? sets[0];
  if (addon !== undefined && set !== undefined && sets.includes(set)) return { addon, instructions: set };
  const reason = absence ?? `this processor has no ${instructions}`;
  throw new OperatorError("native-absent", `There are no native kernels here: ${reason}. Use the engine wasm.`, {
    reason,
  });
}
