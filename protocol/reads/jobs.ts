import type { Hex } from "viem";
import { jobMarketAbi as abi } from "../abi/jobMarket.ts";
import { modelRegistryAbi } from "../abi/modelRegistry.ts";
import type { Chain } from "../chain.ts";
import type { Claim } from "../game.ts";
import { orderCode, orderOf, statuses, type Checkpoint, type Job, type Terms } from "../job.ts";
import { read, type At } from "./read.ts";

const market = ({ deployment }: Chain) => ({ address: deployment.jobMarket, abi });

/** Jobs submitted so far; their ids are 1 … count. */
export function readJobCount(chain: Chain, at?: At): Promise<bigint> {
  return read(chain, market(chain), "jobCount", [], at);
}

/** A job; status None for an id not given yet. */
export async function readJob(chain: Chain, jobId: bigint, at?: At): Promise<Job> {
  const job = await read(chain, market(chain), "job", [jobId], at);
  return { ...job, id: jobId, status: statuses[job.status] ?? "None" };
}

/** Errors: OperatorError `reverted-unknown-job`. */
export async function readTerms(chain: Chain, jobId: bigint, at?: At): Promise<Terms> {
  const terms = await read(chain, market(chain), "terms", [jobId], at);
  return { ...terms, order: orderOf(terms.order) };
}

/** Errors: OperatorError `reverted-not-committed`. */
export function readCheckpoint(chain: Chain, jobId: bigint, k: number, at?: At): Promise<Checkpoint> {
  return read(chain, market(chain), "checkpoint", [jobId, k], at);
}

/** What checkpoint k says. Errors: OperatorError `reverted-not-committed`. */
export async function readClaim(chain: Chain, jobId: bigint, k: number, at?: At): Promise<Claim> {
  const claim = await read(chain, market(chain), "claim", [jobId, k], at);
  return { ...claim, order: orderOf(claim.order) };
}

/** Least stake that such terms may ask for; their own stake is not looked at. UNITS: the token's smallest. */
export function readMinimumStake(chain: Chain, terms: Terms): Promise<bigint> {
  return read(chain, market(chain), "minimumStake", [{ ...terms, order: orderCode(terms.order) }]);
}

/** What fees of settled jobs left for jackpots. UNITS: the token's smallest. */
export function readJackpotPool(chain: Chain, at?: At): Promise<bigint> {
  return read(chain, market(chain), "jackpotPool", [], at);
}

/** A proven model, named by the job that trained it last. */
export interface Model {
  readonly jobId: bigint;
  readonly stateRoot: Hex;
  readonly programRoot: Hex;
  readonly datasetRoot: Hex;
  /** The job whose model that job started from; 0 for none. */
  readonly parent: bigint;
  /** Ancestors. */
  readonly generation: number;
  /** Of all jobs of the line. */
  readonly steps: bigint;
}

/** The model of a job; undefined where it is not registered. */
export async function readModel(chain: Chain, jobId: bigint, at?: At): Promise<Model | undefined> {
  const registry = { address: chain.deployment.modelRegistry, abi: modelRegistryAbi };
  const model = await read(chain, registry, "model", [jobId], at);
  return model.steps === 0n ? undefined : { jobId, ...model };
}

/** Jobs from first to last, the latest `limit` if not given. Newest first. */
export async function listJobs(
  chain: Chain,
  options: { readonly limit?: number; readonly before?: bigint } = {},
): Promise<Job[]> {
  const last = options.before === undefined ? await readJobCount(chain) : options.before - 1n;
  const count = Math.min(options.limit ?? 20, Number(last));
  return Promise.all(Array.from({ length: Math.max(0, count) }, (_, i) => readJob(chain, last - BigInt(i))));
}

/** keccak256 of the ABI encoding of the terms, as the chain holds it: what `acceptJob` names. */
export async function readTermsHash(chain: Chain, jobId: bigint): Promise<Hex> {
  return (await readJob(chain, jobId)).termsHash;
}
