import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { OperatorError, sha256, toHex } from "../../../common/index.ts";
import type { InstructionSet } from "./kernels.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const folder = join(root, "build");
const sources = join(import.meta.dirname, "cpp");
const run = promisify(execFile);

/** ROUNDS: a product and a sum are never fused, and no value is assumed away. */
const FLAGS =
  "-std=c++20 -O3 -ffp-contract=off -fno-math-errno -fno-exceptions -fno-rtti -fPIC -fvisibility=hidden -Wno-psabi".split(
    " ",
  );

/** What lets the loader leave Node's own symbols open. */
const linkFlags = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];

type FlagsOfSets = Readonly<Partial<Record<InstructionSet, string>>>;

/** Flags of each instruction set's kernels, by processor. */
const INSTRUCTION_SETS: Readonly<Partial<Record<NodeJS.Architecture, FlagsOfSets>>> = {
  x64: {
    avx2: "-DLANES=8 -DTABLE=avx2Kernels -mavx2",
    avx512: "-DLANES=16 -DTABLE=avx512Kernels -mavx512f -mavx512vl -mavx512dq -mavx512bw -mprefer-vector-width=512",
  },
  arm64: { neon: "-DLANES=4 -DTABLE=neonKernels" },
};

/** Vectors of as many lanes, made of those that every processor of the kind has: for tests of the source. */
const EMULATED_SETS: FlagsOfSets = {
  neon: "-DLANES=4 -DTABLE=neonKernels",
  avx512: "-DLANES=16 -DTABLE=avx512Kernels",
};

function notBuilt(message: string, cause?: unknown): OperatorError {
  return new OperatorError("native-not-built", message, {}, { cause });
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Where the addon of these very sources lies once it is built: its name holds their hash. */
export async function addonFile(): Promise<string> {
  const files = (await readdir(sources)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(join(sources, name))));
  const settings = JSON.stringify([FLAGS, INSTRUCTION_SETS, files]);
  const hash = sha256(Buffer.from(settings), ...texts.map((text) => sha256(text)));
  return join(folder, `native-${process.platform}-${process.arch}-${toHex(hash).slice(2, 18)}.node`);
}

/** The addon of these sources; undefined if it is not built. */
export async function builtAddon(): Promise<string | undefined> {
  const file = await addonFile();
  return (await isThere(file)) ? file : undefined;
}

/** @throws OperatorError `native-not-built` */
async function findCompiler(): Promise<string> {
  for (const compiler of [process.env.CXX ?? "", "g++", "c++", "clang++"]) {
    const answers = compiler !== "" && (await run(compiler, ["--version"]).catch(() => undefined)) !== undefined;
    if (answers) return compiler;
  }
  throw notBuilt("there is no C++ compiler: install g++ or clang++, then run `npm run build`");
}

function headers(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json")), "include");
  } catch (error) {
    throw notBuilt("the package node-api-headers is not installed", error);
  }
}

/** Compiles in a folder of its own, then puts the file in place whole: several processes may do this at once. */
async function compile(to: string, sets: FlagsOfSets, more: readonly string[] = []): Promise<void> {
  const [compiler, include] = [await findCompiler(), headers()];
  await mkdir(folder, { recursive: true });
  const own = await mkdtemp(join(folder, "native-"));
  const objectOf = async (source: string, name: string, flags: readonly string[]) => {
    const object = join(own, `${name}.o`);
    await run(compiler, [...FLAGS, ...flags, "-c", join(sources, source), "-o", object]);
    return object;
  };
  try {
    const objects = await Promise.all([
      objectOf("addon.cpp", "addon", ["-isystem", include, ...more]),
      ...Object.entries(sets).map(([name, flags]) => objectOf("kernels.cpp", name, flags.split(" "))),
    ]);
    const addon = join(own, "native.node");
    await run(compiler, ["-shared", ...linkFlags, ...objects, "-o", addon]);
    await rename(addon, to);
  } catch (error) {
    throw notBuilt(`${compiler} cannot compile them`, error);
  } finally {
    await rm(own, { recursive: true });
  }
}

/** Addons of other sources. */
async function removeOthers(file: string): Promise<void> {
  const stale = (await readdir(folder)).filter((name) => /^native-.*\.node$/.test(name) && join(folder, name) !== file);
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
}

/**
 * Compiles the native kernels unless they are up to date.
 * @throws OperatorError `native-not-built` where this machine cannot; its message says why
 */
export async function buildNative(): Promise<{ file: string; built: boolean }> {
  const sets = INSTRUCTION_SETS[process.arch];
  if (sets === undefined || process.platform === "win32")
    throw notBuilt(`there are none for ${process.platform} on ${process.arch}`);
  const file = await addonFile();
  if (await isThere(file)) return { file, built: false };
  await compile(file, sets);
  await removeOthers(file);
  return { file, built: true };
}

/** Compiles an addon of emulated sets. @throws as `buildNative` */
export async function buildEmulated(to: string): Promise<void> {
  await compile(to, EMULATED_SETS, ["-DEMULATED"]);
}
