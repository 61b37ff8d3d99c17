import type { Hex } from "viem";
import { createPrng, fromHex, sha256, toHex, u32Bytes } from "../../../common/index.ts";
import { openChunk, stateCommitment, type Program, type StateCommitment } from "../../../engine/index.ts";
import type { Terms } from "../../../protocol/index.ts";
import { goodTerms, readJob, running, word } from "./jobs.ts";
import type { World } from "./world.ts";

/** What a demand costs, and its answer is paid. */
export const answerGas = 160_000n;

/** A program of three states, as far as a demand looks at it. */
export const header = toHex(u32Bytes(1, 3, 0, 0, 5, 1, 0, 0));
export const recordTree = word(0xb1);

export function programRootOf(itsHeader: Hex, itsRecords: Hex): Hex {
  return toHex(sha256(Uint8Array.of(4), fromHex(itsHeader), fromHex(itsRecords)));
}
export const programRoot = programRootOf(header, recordTree);

const prng = createPrng(20261126);

/** A state of three tensors: of one chunk, of three, the last one of them padded, and of a whole one. */
function madeState(): StateCommitment {
  const states = [
    { words: 7, dtype: "f32" },
    { words: 700, dtype: "i32" },
    { words: 256, dtype: "f32" },
  ] as const;
  const tensors = states.map(({ words }) => Uint32Array.from({ length: words }, () => prng.below(2 ** 32)));
  return stateCommitment(tensors, { states } as unknown as Program);
}
export const state = madeState();
export const stateRoot = toHex(state.root);

/** A running job whose first checkpoint is the state. */
export async function committed(world: World, changes: Partial<Terms> = {}, root = stateRoot): Promise<bigint> {
  const jobId = await running(world, await goodTerms(world, { programRoot, ...changes }));
  const { termsHash } = await readJob(world, jobId);
  await world.send(world.accounts.solver, world.market, "commit", [jobId, termsHash, 0, root, word(1)]);
  return jobId;
}

export function demandArgs(jobId: bigint, tensor: number, chunk: number): unknown[] {
  return [jobId, 0, stateRoot, header, recordTree, tensor, chunk];
}

/** What `answer` takes of a chunk of the state. */
export function answerOf(tensor: number, chunk: number): unknown[] {
  const opened = openChunk(state, tensor, chunk);
  const proofs = [opened.tensorProof.map(toHex), toHex(opened.chunk), opened.chunkProof.map(toHex)];
  return [opened.words, opened.dtype, toHex(opened.chunkTree), ...proofs];
}
