import { findNative } from "./find.ts";
import type { InstructionSet } from "./kernels.ts";

const compiled: Readonly<Partial<Record<NodeJS.Architecture, readonly InstructionSet[]>>> = {
  x64: ["avx2", "avx512"],
  arm64: ["neon"],
};

/** Describes tests for each instruction set that kernels are compiled for; says which this machine cannot run, and why. */
export function describeSets(title: string, tests: (instructions: InstructionSet) => void): void {
  for (const set of compiled[process.arch] ?? []) {
    describe(`${title}, ${set}`, () => {
      before(async function () {
        const { sets, absence } = await findNative();
        if ((sets as readonly InstructionSet[]).includes(set)) return;
        console.log(`      skipped: ${absence ?? `this processor has no ${set}`}`);
        this.skip();
      });
      tests(set);
    });
  }
}
