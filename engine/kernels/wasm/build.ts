import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DefectError, concatBytes, equalBytes, sha256 } from "../../../common/index.ts";
import { tileSource } from "./tile-source.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const sources = join(import.meta.dirname, "assembly");
/** Where the compiled kernels lie. */
export const kernelsFile = join(root, "build", "kernels.wasm");

/** ROUNDS: no relaxed SIMD, so that every vector operation is defined bit by bit. */
const COMPILER_FLAGS = [
  ..."-O3 --noAssert --converge --runtime stub --importMemory --enable simd --enable threads --sharedMemory --maximumMemory 65536".split(
    " ",
  ),
  // Exported vector functions stay inside the module, and addresses are 32 bits wide by design.
  ..."--disableWarning 112 --disableWarning 201".split(" "),
];

/** Custom section of the module that holds the hash of what it was compiled from. */
const STAMP = "pinpoint.sources";

async function sourceFiles(): Promise<string[]> {
  return (await readdir(sources)).filter((name) => name.endsWith(".ts")).toSorted();
}

/** SHA-256 over the pinned compiler, its flags and the sources in order of name, written ones included. */
async function sourcesHash(): Promise<Uint8Array> {
  const pins = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const files = await sourceFiles();
  const texts = await Promise.all(files.map((name) => readFile(join(sources, name))));
  const settings = [pins.devDependencies.assemblyscript, ...COMPILER_FLAGS, tileSource(), ...files];
  return sha256(Buffer.from(settings.join("\n")), ...texts.map((text) => sha256(text)));
}

/** A custom section with a name and content, each shorter than 128 bytes. */
export function customSection(name: string, content: Uint8Array): Uint8Array {
  const label = Buffer.from(name);
  return concatBytes(Uint8Array.of(0, 1 + label.length + content.length, label.length), label, content);
}

/** The compiled file, if it ends with the stamp of these sources. */
async function compiledFrom(hash: Uint8Array): Promise<Uint8Array | null> {
  const bytes = await readFile(kernelsFile).catch(() => null);
  const stamp = customSection(STAMP, hash);
  return bytes !== null && equalBytes(bytes.subarray(-stamp.length), stamp) ? bytes : null;
}

/** What the compiler reads: the sources and the written ones. */
async function writeSources(folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of await sourceFiles()) {
    const text = await readFile(join(sources, name), "utf8");
    // The compiler's decorator is no TypeScript on a function, so that the sources have it as a comment.
    await writeFile(join(folder, name), text.replaceAll("// @inline\n", "@inline\n"));
  }
  await writeFile(join(folder, "tiles.ts"), tileSource());
}

/** Compiles into a file of its own, then puts it in place whole: several daemons may do this at once. */
async function compile(hash: Uint8Array): Promise<void> {
  await mkdir(dirname(kernelsFile), { recursive: true });
  const folder = await mkdtemp(join(dirname(kernelsFile), "kernels-"));
  try {
    const file = join(folder, "kernels.wasm");
    const compiler = fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
    const args = [compiler, "index.ts", "-o", file, ...COMPILER_FLAGS];
    const assembly = join(folder, "assembly");
    await writeSources(assembly);
    await promisify(execFile)(process.execPath, args, { cwd: assembly });
    await writeFile(file, customSection(STAMP, hash), { flag: "a" });
    await rename(file, kernelsFile);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * The kernels, from build/kernels.wasm; compiles that file first unless it comes from these very sources.
 * @throws DefectError `kernels-not-built`
 */
export async function buildKernels(): Promise<{ bytes: Uint8Array; built: boolean }> {
  const hash = await sourcesHash();
  const present = await compiledFrom(hash);
  if (present !== null) return { bytes: present, built: false };
  const fail = (cause?: unknown) =>
    new DefectError("kernels-not-built", "The WebAssembly kernels were not built.", { kernelsFile }, { cause });
  await compile(hash).catch((cause: unknown) => {
    throw fail(cause);
  });
  const bytes = await compiledFrom(hash);
  if (bytes === null) throw fail();
  return { bytes, built: true };
}
