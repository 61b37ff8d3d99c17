import { readFile } from "node:fs/promises";
import binaryen from "assemblyscript/binaryen";
import { expect } from "chai";
import { buildKernels, kernelsFile } from "./build.ts";

/** Names of the instructions of a module. */
function instructionsOf(module: binaryen.Module): Set<string> {
  return new Set([...module.emitText().matchAll(/\((\w+\.\w+)/g)].map((match) => match[1]!));
}

function isRelaxed(instruction: string): boolean {
  return instruction.includes(".relaxed_");
}

describe("WebAssembly build", function () {
  this.timeout(60_000);

  it("compiles once, then finds the module up to date", async () => {
    await buildKernels();
    expect((await buildKernels()).built).to.equal(false);
  });

  it("uses vectors, but no relaxed instruction, whose result the machine may choose", async () => {
    await buildKernels();
    const kernels = instructionsOf(binaryen.readBinary(await readFile(kernelsFile)));
    expect([...kernels]).to.include.members(["f32x4.add", "f32x4.mul", "f32x4.pmax"]);
    expect([...kernels].filter(isRelaxed)).to.deep.equal([]);
    const fused = "(func (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))";
    const control = instructionsOf(binaryen.parseText(`(module ${fused})`));
    expect([...control].filter(isRelaxed)).to.deep.equal(["f32x4.relaxed_madd"]);
  });
});
