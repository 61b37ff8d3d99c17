import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Builds what the tests and daemons load: contracts by Hardhat, kernels by AssemblyScript and, where there is one, by a C++ compiler. */
const root = dirname(import.meta.dirname);
const wasm = join("scripts", "build-wasm.ts");
const run = (script: string, args: string[]) =>
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });

run(join("node_modules", "hardhat", "dist", "src", "cli.js"), ["build", "--no-tests"]);
if (existsSync(join(root, wasm))) run(wasm, []);
run(join("scripts", "build-native.ts"), []);
