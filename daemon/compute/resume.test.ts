import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "viem";
import { ArtifactStore, segmentOf } from "../../protocol/index.ts";
import { putExampleBundle } from "../example-bundle.ts";
import { Executions } from "./executions.ts";

const job = { steps: 30, interval: 4 };
const checkpoints = 8;

describe("a run that is resumed", () => {
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "pinpoint-resume-"))));
  after(() => rmSync(folder, { recursive: true }));

  for (const engine of ["reference", "wasm"] as const) {
    it(`at any checkpoint ends in the same root, and passes the same ones (${engine})`, async () => {
      const directory = join(folder, engine);
      const bundle = await putExampleBundle(new ArtifactStore(directory), 20_261_130);
      const { programRoot, datasetRoot, initialStateRoot } = bundle;
      const terms = { programRoot, datasetRoot, grid: 1, seed: 11, order: "shuffled" } as const;
      /** The roots of the checkpoints from `first` on, by a process that holds nothing but what is on the disk. */
      const resume = async (first: number, startRoot: Hex): Promise<Hex[]> => {
        const executions = new Executions({ directory, engine, threads: 1 });
        const roots = [startRoot];
        for (let k = first; k < checkpoints; k++) {
          const segment = { ...terms, ...segmentOf({ firstStep: 0, ...job }, k), startRoot: roots.at(-1)! };
          roots.push((await executions.segment({ segment, keep: true })).endRoot);
        }
        return roots;
      };
      const roots = await resume(0, initialStateRoot);
      expect(new Set(roots).size).to.equal(checkpoints + 1);
      for (let k = 1; k < checkpoints; k++)
        expect(await resume(k, roots[k]!), `from ${k}`).to.deep.equal(roots.slice(k));
      console.log(`      ${checkpoints - 1} resumed runs end in ${roots.at(-1)}`);
    });
  }
});
