import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import { planOutputs } from "./arena.ts";
import { createWasmExecutor } from "./executor.ts";
import { fuse } from "./fuse.ts";
import { randomChains } from "./random-chains.ts";
import { chainSuite } from "./suites/chains.ts";

const SEED = 20_261_127;
const PROGRAMS = 120;

describe("fused operators", () => {
  chainSuite(createWasmExecutor);

  it("are each computed once, after what they read, and stored where others read them", () => {
    const random = createPrng(SEED);
    for (let i = 0; i < PROGRAMS; i++) {
      const { program, groups } = fuse(randomChains(random).program);
      const done = new Set<number>();
      const { starts } = planOutputs({ program, groups });
      for (const { operators } of groups) {
        const inside = new Set(operators);
        for (const j of operators) {
          for (const { ref } of program.operators[j]!.operands) {
            if (ref.space !== "operator" || inside.has(ref.index)) continue;
            expect(done.has(ref.index), `seed ${SEED}, program ${i}: ${j} before ${ref.index}`).to.equal(true);
            const isState = ref.index >= program.operators.length - program.states.length;
            expect(starts[ref.index] !== undefined || isState, `${ref.index} lies in the memory`).to.equal(true);
          }
        }
        for (const j of operators) done.add(j);
      }
      // A View that nobody reads is one that others read through.
      const refs = program.operators.flatMap(({ operands }) => operands.map(({ ref }) => ref));
      const read = new Set(refs.flatMap(({ space, index }) => (space === "operator" ? [index] : [])));
      for (const [j, { kind }] of program.operators.entries())
        expect(done.has(j) || (kind === "View" && !read.has(j)), `${j} is computed`).to.equal(true);
    }
  }).timeout(120_000);
});
