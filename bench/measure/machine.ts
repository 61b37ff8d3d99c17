import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";

/** Those that decide how wide a kernel may be. */
const SETS = ["sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_vnni", "asimd", "sve"];

/** Where the system tells them: on Linux. */
function instructionSets(): string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"));
    const flags = new Set(line?.[1]?.split(" "));
    return SETS.filter((set) => flags.has(set));
  } catch {
    return [];
  }
}

export interface Machine {
  readonly cpu: string;
  readonly instructionSets: readonly string[];
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    instructionSets: instructionSets(),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
  };
}
