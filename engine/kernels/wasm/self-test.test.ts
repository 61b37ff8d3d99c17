import { expect } from "chai";
import { outputWords } from "../../program/cost.ts";
import { runOperator } from "../reference/index.ts";
import type { KernelContext } from "../reference/kernel.ts";
import { loadModule } from "./loader.ts";
import { canRevectorise } from "./compile.ts";
import { hashOfOutputs, selfTestHash, selfTestOperators, selfTestWords } from "./self-test.ts";

describe("Self-test of the WebAssembly kernels", function () {
  this.timeout(60_000);

  it("knows the reference's words", () => {
    const context = { step: 0, seed: 0, order: "sequential", batch: 1, samples: 0, sourceWords: 0, sourceStride: 0 };
    const outputs = selfTestOperators.map((operator) => {
      const output = new Uint32Array(outputWords(operator));
      const sources = operator.operands.map(() => selfTestWords);
      runOperator(operator, sources, output, context as KernelContext);
      return output;
    });
    expect(hashOfOutputs(outputs)).to.equal(selfTestHash);
  });

  it("passes with and without the revectoriser", async () => {
    for (const revectorised of new Set([false, canRevectorise()]))
      expect((await loadModule(revectorised)).revectorised).to.equal(revectorised);
  });
});
