// Makes a plain `npm ci` on an older system Node (>= 20) leave a tree that runs on the pinned Node.
// Plain JavaScript, because this is the one file that the system's Node has to run.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Set for the nested npm, whose own hook must not start a third one. */
const GUARD = "PINPOINT_NESTED_INSTALL";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const pinnedPackage = `node-${process.platform}-${process.arch}`;
const pinnedBin = join(modules, pinnedPackage, "bin");
const hasPinnedNode = existsSync(join(pinnedBin, "node"));

function linkCommand(name, target) {
  const link = join(modules, ".bin", name);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

/** Hardhat's engine is complete when one of its platform packages is present. */
function hasHardhatEngine() {
  const manifest = join(modules, "@nomicfoundation", "edr", "package.json");
  if (!existsSync(manifest)) return true;
  const platforms = Object.keys(JSON.parse(readFileSync(manifest, "utf8")).optionalDependencies ?? {});
  return platforms.length === 0 || platforms.some((name) => existsSync(join(modules, name)));
}

/** The caller's npm settings describe the outer install; only what locates the registry and cache carries over. */
function nestedEnvironment() {
  const env = { ...process.env, [GUARD]: "1" };
  for (const key of Object.keys(env)) {
    if (/^npm_/i.test(key) && !/registry|cache|userconfig|globalconfig|proxy|cafile/i.test(key)) delete env[key];
  }
  if (hasPinnedNode) env.PATH = pinnedBin + delimiter + env.PATH;
  return env;
}

/** npm skips, without a word, optional packages whose `engines` reject the Node it runs on: so run it on the pinned one. */
function addSkippedPackages() {
  const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = spawnSync("npm", ["install", ...flags], {
    cwd: root,
    stdio: "inherit",
    env: nestedEnvironment(),
    timeout: 300_000,
  });
  if (result.status === 0 && hasHardhatEngine()) return;
  console.error("Install incomplete: use the Node version named in .nvmrc and run `npm ci` again.");
  process.exit(1);
}

/** Compiles the native kernels, which are optional: without a compiler or a Node that runs TypeScript nothing is lost but speed. */
function buildNativeKernels() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
  if (!hasPinnedNode && !runsTypeScript) return;
  const node = hasPinnedNode ? join(pinnedBin, "node") : process.execPath;
  spawnSync(node, [join("scripts", "build-native.ts")], {
    cwd: root,
    stdio: ["ignore", "inherit", "ignore"],
    timeout: 300_000,
  });
}

if (!process.env[GUARD]) {
  // npm 10 can drop `.bin/node`; without it `npm run` and `npx` fall back to the system's Node.
  if (hasPinnedNode) linkCommand("node", join("..", pinnedPackage, "bin", "node"));
  // npm links the commands of dependencies only; without this, `npx pinpoint` asks the registry for a namesake.
  linkCommand("pinpoint", join("..", "..", "cli", "main.ts"));
  if (!hasHardhatEngine()) addSkippedPackages();
  buildNativeKernels();
}
