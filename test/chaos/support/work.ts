import { join } from "node:path";
import { expect } from "chai";
import { ArtifactStore, readCheckpoint, type Job } from "../../../protocol/index.ts";
import type { Network } from "../../e2e/network.ts";

/** A window that no trouble makes anyone miss; the chain is moved past it. UNITS: seconds. */
export const windowSeconds = 900;

/** Submits jobs of eight checkpoints, each when the one before is attested, while `more` says so; then all are settled. */
export async function settleJobs(network: Network, more: () => boolean): Promise<Job[]> {
  const ids: bigint[] = [];
  while (ids.length === 0 || more()) {
    const id = await network.submit({ steps: 32, interval: 4, grid: 1, draws: 8, window: windowSeconds });
    ids.push(id);
    await network.verify(id, 8, "verifier");
  }
  const jobs: Job[] = [];
  for (const id of ids) jobs.push(await network.finished(id, "honest", "verifier"));
  for (const job of jobs) expect(job).to.include({ status: "Settled", committed: 8, openGames: 0 });
  return jobs;
}

/** Every job of one program ends each segment in the same state; both sides still hold each of them. */
export async function expectSameCheckpoints(network: Network, jobs: readonly Job[]): Promise<void> {
  for (let k = 0; k < 8; k++) {
    const claims = await Promise.all(jobs.map(({ id }) => readCheckpoint(network.chain, id, k)));
    for (const claim of claims) expect(claim).to.deep.equal(claims[0]);
    for (const role of ["honest", "verifier"] as const) {
      const store = new ArtifactStore(join(network.folder, role, "artifacts"));
      expect(await store.has(claims[0]!.stateRoot), `${role} holds checkpoint ${k}`).to.equal(true);
    }
  }
}

/** Does each of the moments in turn until none is left or the signal aborts; how many came. */
export async function sufferAll<Moment>(
  moments: Moment[],
  signal: AbortSignal,
  suffer: (moment: Moment) => Promise<boolean>,
): Promise<number> {
  let suffered = 0;
  for (let moment = moments[0]; moment !== undefined && !signal.aborted; moment = moments[0]) {
    if (!(await suffer(moment))) break;
    moments.shift();
    suffered++;
  }
  return suffered;
}
