import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { OperatorError } from "../../../common/index.ts";
import { createExecutor } from "../../executor.ts";
import { halvingProgram } from "../../program/example.ts";
import { loadModule } from "../wasm/loader.ts";
import { buildNative, findNative } from "./index.ts";
import { loadAddon } from "./kernels.ts";

const run = promisify(execFile);

/** Names of the instructions in a disassembly by objdump. */
function instructionsOf(disassembly: string): Set<string> {
  return new Set(
    [...disassembly.matchAll(/^\s*[\da-f]+:\t(?:[\da-f]{2,8} )*\s*\t?([a-z][\w.]*)/gm)].map((match) => match[1]!),
  );
}

/** Multiplies and adds with one rounding: x86-64's vfmadd132ps and the like, ARM's fmla and fmadd. */
function isFused(instruction: string): boolean {
  return /^(?:vfn?m(?:add|sub)|fn?ml[as]|fn?m(?:add|sub))/.test(instruction);
}

/** The addon's file; prints why the test is skipped where there is none. */
async function addonOrSkip(test: Mocha.Context): Promise<string> {
  const { addon, absence } = await findNative();
  if (addon !== undefined) return addon;
  console.log(`      skipped: ${absence}`);
  return test.skip();
}

describe("native build", function () {
  this.timeout(120_000);

  it("compiles once, then finds the addon up to date", async function () {
    const file = await addonOrSkip(this);
    expect(await buildNative()).to.deep.equal({ file, built: false });
  });

  it("uses vectors, but no instruction that multiplies and adds with one rounding", async function () {
    const file = await addonOrSkip(this);
    const listing = await run("objdump", ["-d", file], { maxBuffer: 2 ** 28 }).catch((error: { code?: string }) => {
      if (error.code !== "ENOENT") throw error;
      console.log("      skipped: there is no objdump here");
      return this.skip();
    });
    const instructions = [...instructionsOf(listing.stdout)];
    const expected = process.arch === "x64" ? ["vmulps", "vaddps", "vblendvps"] : ["fmul", "fadd", "ret"];
    expect(instructions).to.include.members(expected);
    expect(instructions.filter(isFused)).to.deep.equal([]);
    const control = ["vfmadd231ps", "vfnmadd132ss", "vfmsub213ps", "vfmaddsub132ps", "fmla", "fmls", "fmadd", "fnmsub"];
    expect(control.filter(isFused)).to.deep.equal(control);
  });

  it("needs no more working memory than WebAssembly's kernels, whose it uses", async function () {
    const { scratchBytes } = loadAddon(await addonOrSkip(this));
    expect(scratchBytes).to.be.at.most((await loadModule()).scratchBytes);
  });

  it("is refused in one sentence where there are no such instructions", async () => {
    const input = { program: halvingProgram(), constants: [], dataset: { samples: 0, fields: [] } };
    const instructions = process.arch === "arm64" ? "avx2" : "neon";
    const error: unknown = await createExecutor("native", input, { instructions }).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(OperatorError).with.property("code", "native-absent");
    expect((error as Error).message).to.match(/^There are no native kernels here: .+\. Use the engine wasm\.$/);
  });
});
