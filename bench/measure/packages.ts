import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { OperatorError } from "../../common/index.ts";
import { cacheFolder } from "../../daemon/index.ts";

/** Libraries to compare with that no install of ours should pay for. */
const PINS = {
  "onnxruntime-web": ["onnxruntime-web@1.30.0"],
  "tfjs-wasm": ["@tensorflow/tfjs-core@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"],
} as const;

export type PackageSet = keyof typeof PINS;

const LIMIT_MS = 120_000;

/**
 * A folder in the cache that holds the packages in its `node_modules`: fetched on first use. Their install scripts do not run.
 * @throws OperatorError `package-missing`
 */
export async function fetchPackages(set: PackageSet): Promise<string> {
  const pins = PINS[set];
  const folder = join(cacheFolder(), "bench", pins.join("+").replaceAll("/", "-"));
  const isThere = () => existsSync(join(folder, "node_modules", ".package-lock.json"));
  const flags = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  try {
    if (!isThere()) await promisify(execFile)("npm", ["install", "--prefix", folder, ...flags, ...pins], { timeout: LIMIT_MS }); // prettier-ignore
  } catch (cause) {
    throw new OperatorError("package-missing", `npm could not fetch ${pins.join(" and ")}.`, { folder }, { cause });
  }
  return folder;
}
