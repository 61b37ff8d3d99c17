import type { Hex } from "viem";
import { OperatorError } from "../../common/index.ts";

const NAME = /^[0-9a-f]{64}$/;

/** Whether a string is an artifact's name: 64 lower-case hexadecimal digits. SAFETY: no path separator passes. */
export function isArtifactName(name: string): boolean {
  return NAME.test(name);
}

/**
 * The name under which the artifact that `root` commits to is stored and served. SPEC: spec/commitments.md.
 * Errors: OperatorError `bad-root` unless `root` is 32 bytes.
 */
export function artifactName(root: Hex): string {
  const name = root.slice(2).toLowerCase();
  if (!root.startsWith("0x") || !isArtifactName(name)) {
    throw new OperatorError("bad-root", `"${root}" is not a root: give 0x and 64 hexadecimal digits.`, { root });
  }
  return name;
}
