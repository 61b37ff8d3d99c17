import type { Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import {
  committedStepsOf,
  encodeManifest,
  manifestHash,
  readJob,
  type ArtifactStore,
  type Chain,
  type Job,
  type Manifest,
} from "../protocol/index.ts";
import { obtainConstants, obtainDataset, obtainOnnx, obtainTokenizerFile, type Source } from "./bundle.ts";
import { fetchModel } from "./model.ts";
import { openPrepared, type PreparedJob } from "./prepare.ts";
import type { TermChoices } from "./terms.ts";

/** A job that starts from the last state that another one, its parent, committed. */
export interface ChildJob {
  readonly prepared: PreparedJob;
  /** What makes it the parent's continuation; `steps` are those that the parent left, if it left any. */
  readonly inherited: Pick<TermChoices, "parent" | "seed" | "order"> & {
    readonly firstStep?: number;
    readonly steps?: number;
  };
}

/** Everything that a manifest names beside program and states. */
async function obtainRest(source: Source, { model, dataset, roots }: Manifest): Promise<void> {
  await obtainOnnx(source, model.onnx);
  await obtainDataset(source, roots.dataset);
  if (dataset.heldOut !== undefined) await obtainDataset(source, dataset.heldOut);
  if (dataset.kind === "text" && dataset.tokenizer?.file !== undefined)
    await obtainTokenizerFile(source, dataset.tokenizer.file);
}

/** The contracts take a parent that is complete, or over and not convicted. */
function checkParent({ id, status, committed, checkpoints }: Job): void {
  const over = status === "Settled" || status === "Ended" || status === "Expired";
  if (over || (status === "Closing" && committed === checkpoints)) return;
  const message = `Job ${id} is ${status} with ${committed} of ${checkpoints} checkpoints: a job starts from one that is complete, or that ended with a checkpoint.`;
  throw new OperatorError("no-parent", message, { parent: id, status });
}

/**
 * The bundle of a job that goes on where another stopped: program and data are the parent's, fetched where the store lacks
 * them, and the first state is the last one that the parent's solver serves.
 * Errors: OperatorError `no-job`, `no-checkpoint`, `no-parent`; those of `fetchArtifact` and of the store.
 */
export async function prepareChild(chain: Chain, store: ArtifactStore, parent: bigint): Promise<ChildJob> {
  const found = await readJob(chain, parent);
  if (found.status !== "None") checkParent(found);
  const { job, terms, manifest, program, stateRoot } = await fetchModel(chain, store, parent);
  const source = { base: terms.uri, store };
  await obtainConstants(source, program);
  await obtainRest(source, manifest);
  const bytes = encodeManifest({ ...manifest, roots: { ...manifest.roots, initialState: stateRoot } });
  const hash: Hex = manifestHash(bytes);
  await store.put(hash, bytes);
  const done = committedStepsOf(terms, job.committed);
  const left = terms.steps - done;
  const resumed = left === 0 ? {} : { firstStep: terms.firstStep + done, steps: left };
  const inherited = { parent, seed: terms.seed, order: terms.order, ...resumed };
  return { prepared: await openPrepared(store, hash), inherited };
}
