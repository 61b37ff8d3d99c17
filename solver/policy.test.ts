import { expect } from "chai";
import { zeroAddress } from "viem";
import { classifierProgram } from "../engine/index.ts";
import { estimateProfit, type Job, type Terms } from "../protocol/index.ts";
import { refusalOf, tooLarge, tooPoor, tooSlow } from "./policy.ts";

describe("a solver's policy", () => {
  const fair = { extension: 20, gasCap: 1_000, gasRate: 1n, replayCompensation: 0n };
  const programRoot = `0x${"ab".repeat(32)}` as const;
  const terms = {
    unitPrice: 10n,
    stake: 100n,
    workUnits: 1_000n,
    acceptBy: 50n,
    programRoot,
    solver: zeroAddress,
    ...fair,
  } as unknown as Terms;
  const own = `0x${"3c".repeat(20)}` as const;
  const job: Pick<Job, "submitter"> = { submitter: `0x${"1a".repeat(20)}` };
  const least = { minUnitPrice: 10n, minPrice: 10_000n, minGasCap: 1_000, minGasRate: 0n, minExtension: 20 };
  const policy = { ...least, maxStake: 100n, maxWorkUnits: 1_000n, submitters: [], programs: [] };
  const refusal = (changes: Partial<Terms>, now = 50n) => refusalOf(job, { ...terms, ...changes }, policy, own, now);

  it("takes what is just good enough", () => {
    expect(refusal({})).to.equal(undefined);
  });

  it("says why it leaves a job", () => {
    expect(refusal({ unitPrice: 9n })).to.match(/pays 9 .* less than 10/);
    expect(refusal({ workUnits: 999n })).to.match(/pays 9990, less than 10000/);
    expect(refusal({ stake: 101n })).to.match(/locks 101/);
    expect(refusal({ workUnits: 1_001n })).to.match(/1001 work units/);
    expect(refusal({}, 51n)).to.match(/time to accept/);
  });

  it("takes a job that names a solver only if it is himself, in any case of letters", () => {
    expect(refusal({ solver: own.toUpperCase().replace("0X", "0x") as typeof own })).to.equal(undefined);
    expect(refusal({ solver: `0x${"4d".repeat(20)}` })).to.match(/for the solver 0x4d.* alone/);
  });

  it("takes the jobs of those submitters and programs that it names, in any case of letters", () => {
    const other = `0x${"2b".repeat(20)}` as const;
    const asked = (lists: object) => refusalOf(job, terms, { ...policy, ...lists }, own, 50n);
    expect(asked({ submitters: [other, job.submitter.toUpperCase().replace("0X", "0x")] })).to.equal(undefined);
    expect(asked({ submitters: [other] })).to.match(/submitter 0x1a.* not among those/);
    expect(asked({ programs: [programRoot.toUpperCase().replace("0X", "0x")] })).to.equal(undefined);
    expect(asked({ programs: [`0x${"cd".repeat(32)}`] })).to.match(/program 0xab.* not among those/);
  });

  it("leaves jobs whose games are traps", () => {
    expect(refusal({ extension: 19 })).to.match(/19 seconds for a move/);
    expect(refusal({ gasRate: 0n })).to.match(/for nothing/);
    expect(refusal({ gasCap: 999 })).to.match(/999 gas of a game/);
    expect(refusalOf(job, terms, { ...policy, minGasRate: 2n }, own, 50n)).to.match(/pays 1 for gas, less than 2/);
    expect(refusal({ gasRate: 0n, replayCompensation: 1n })).to.equal(undefined);
  });

  it("leaves programs that need more memory or larger artifacts", () => {
    const root = new Uint8Array(32);
    const program = classifierProgram({ words: 64, root }, root);
    const roomy = { maxMemoryBytes: 2 ** 20, maxArtifactBytes: 2 ** 20 };
    expect(tooLarge(program, roomy)).to.equal(undefined);
    expect(tooLarge(program, roomy, 2 ** 20)).to.match(/needs \d+ bytes of memory, more than 1048576/);
    // Of a larger dataset so much is held.
    expect(tooLarge(program, { ...roomy, maxMemoryBytes: 2 ** 27 }, 2 ** 40)).to.equal(undefined);
    expect(tooLarge(program, { ...roomy, maxMemoryBytes: 100 })).to.match(/bytes of memory, more than 100/);
    expect(tooLarge(program, { ...roomy, maxArtifactBytes: 256 })).to.equal(undefined);
    expect(tooLarge(program, { ...roomy, maxArtifactBytes: 255 })).to.match(/has 256 bytes, more than 255/);
  });

  it("leaves jobs that promise less than it asks for, if it asks", () => {
    const costs = { perGas: 1n, perWorkUnit: 2n, perHour: 0n };
    const estimate = estimateProfit({ steps: 1, interval: 1, draws: 1, workUnits: 1_000_000n, unitPrice: 10n }, costs);
    expect(estimate.profit).to.equal(7_491_000n);
    expect(tooPoor(estimate, { minProfit: undefined })).to.equal(undefined);
    expect(tooPoor(estimate, { minProfit: 7_491_000n })).to.equal(undefined);
    expect(tooPoor(estimate, { minProfit: 7_491_001n })).to.match(
      /pays 10000000 and costs 509000 of gas and 2000000 of/,
    );
    const loss = { ...estimate, profit: -1n };
    expect([tooPoor(loss, { minProfit: undefined }), tooPoor(loss, { minProfit: 0n })?.includes("of -1")]).to.deep.equal([undefined, true]); // prettier-ignore
  });

  it("leaves a fifth of a checkpoint's time free", () => {
    const games = { interval: 10, extension: 20 };
    expect(tooSlow({ heartbeat: 13, ...games }, 1_000)).to.equal(undefined);
    expect(tooSlow({ heartbeat: 12, ...games }, 1_000)).to.match(/10 of its 12 seconds/);
  });

  it("leaves time for a segment's replay in every move", () => {
    const slow = { heartbeat: 1_000, interval: 10 };
    expect(tooSlow({ ...slow, extension: 20 }, 1_000)).to.equal(undefined);
    expect(tooSlow({ ...slow, extension: 19 }, 1_000)).to.match(/20 of its 19 seconds/);
  });
});
