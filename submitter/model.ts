import type { Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import type { Program, State } from "../engine/index.ts";
import {
  readCheckpoint,
  readJob,
  readTerms,
  type ArtifactStore,
  type Chain,
  type Job,
  type Manifest,
  type Terms,
} from "../protocol/index.ts";
import { obtainJobManifest, obtainProgram, obtainState } from "./bundle.ts";

export interface TrainedModel {
  readonly job: Job;
  readonly terms: Terms;
  readonly manifest: Manifest;
  readonly program: Program;
  /** The checkpoint it comes from, and the root that the chain holds for it. */
  readonly checkpoint: number;
  readonly stateRoot: Hex;
  readonly state: State;
}

/**
 * The state of a checkpoint from the solver's own server, checked against the root on chain.
 *
 * @param checkpoint the last committed one if not given
 * @throws OperatorError `no-job`, `no-checkpoint`; those of `fetchArtifact`
 */
export async function fetchModel(
  chain: Chain,
  store: ArtifactStore,
  jobId: bigint,
  checkpoint?: number,
): Promise<TrainedModel> {
  const job = await readJob(chain, jobId);
  if (job.status === "None") throw new OperatorError("no-job", `There is no job ${jobId}.`, { jobId });
  if (job.committed === 0) {
    throw new OperatorError("no-checkpoint", `Job ${jobId} (${job.status}) has no checkpoint yet.`, { jobId });
  }
  const k = checkpoint ?? job.committed - 1;
  const [terms, { stateRoot }] = await Promise.all([readTerms(chain, jobId), readCheckpoint(chain, jobId, k)]);
  const bundle = { base: terms.uri, store };
  const program = await obtainProgram(bundle, terms.programRoot);
  const manifest = await obtainJobManifest(bundle, terms);
  const state = await obtainState({ base: job.uri, store }, stateRoot, program);
  return { job, terms, manifest, program, checkpoint: k, stateRoot, state };
}
