import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "viem";
import type { Claim, Deployment, GameView, Job } from "../protocol/index.ts";
import { journalName, readOpinions, replayKey, scopeOf, trainedKey, type Replay, type Trained } from "./findings.ts";
import { Journal } from "./journal.ts";

describe("what daemons found", () => {
  const root = (byte: string): Hex => `0x${byte.repeat(32)}`;
  const deployment = { genesisHash: root("ab") } as Deployment;
  const claim = { startRoot: root("01"), endRoot: root("02"), segmentRoot: root("03") } as Claim;
  const job = { id: 7n, termsHash: root("cd") } as Job;
  const view = { jobId: 7n, checkpoint: 2 } as GameView;
  const account = `0x${"5A".repeat(20)}`;
  let folder: string;
  let journal: Journal;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-findings-"));
    journal = new Journal(join(folder, journalName(scopeOf(deployment, account))));
  });
  afterEach(() => {
    journal.close();
    rmSync(folder, { recursive: true });
  });

  function opinion(about: Claim = claim, of: Deployment = deployment) {
    const { opinion: ask, close } = readOpinions(folder, of);
    try {
      return ask(about, view, job);
    } finally {
      close();
    }
  }

  it("is nothing before anything was executed, and in an empty folder", () => {
    expect(opinion()).to.equal(undefined);
    expect(readOpinions(join(folder, "none"), deployment).opinion(claim, view, job)).to.equal(undefined);
  });

  it("is a verifier's replay of just this claim, on just this chain, while he runs", () => {
    const roots = { endRoot: root("02"), segmentRoot: root("03"), stateRoots: [root("02")] };
    const replay: Replay = { ...roots, differs: false, elapsedMs: 1 };
    journal.keep(replayKey(job, 2, claim), replay);
    expect(opinion()).to.equal("defender");
    expect(opinion({ ...claim, endRoot: root("04") })).to.equal(undefined);
    expect(opinion(claim, { ...deployment, genesisHash: root("ac") })).to.equal(undefined);
    journal.keep(replayKey(job, 2, claim), { ...replay, differs: true });
    expect(opinion()).to.equal("challenger");
  });

  it("is a solver's training, and he knows when he lied", () => {
    const trained: Trained = { stateRoot: root("02"), segmentRoot: root("03"), stateRoots: [root("02")] };
    journal.keep(trainedKey(job, 2), trained);
    expect(opinion()).to.equal("defender");
    expect(opinion({ ...claim, segmentRoot: root("04") })).to.equal("challenger");
    journal.keep(trainedKey(job, 2), { ...trained, flipped: true });
    expect(opinion()).to.equal("challenger");
  });
});
