import type { Address } from "viem";
import { OperatorError, type Prng } from "../../common/index.ts";
import { createExecutor } from "../../engine/index.ts";
import {
  devAccount,
  expectedMove,
  readGame,
  readGameCount,
  readJob,
  readModel,
  readOpenedState,
  readSeatsTaken,
  readTerms,
  readWord,
  type Chain,
  type Job,
  type Model,
  type Terms,
} from "../../protocol/index.ts";
import {
  compileJob,
  completeTerms,
  fetchModel,
  Inference,
  prepareChild,
  prepareJob,
  submitJob,
  type JobSource,
  type PreparedJob,
  type TermChoices,
} from "../../submitter/index.ts";
import { holdings, paid, paymentsSince, type Holding } from "./ledger.ts";
import { roles, type Network, type Role } from "./network.ts";
import { drawPlace, honestStates, type DrawnPlace } from "./place.ts";
import { followJob } from "./progress.ts";
import { placeText, reportJob, tokens, type Checks, type JobReport } from "./report.ts";

const steps = 240;
const interval = 10;
const batch = 32;
/** UNITS: seconds, an eighth for each part of the window but the first, which has three. */
const window = 40;
/** Segments that a beacon's word draws of each job. */
const draws = 4;
const optimiser = { kind: "sgd", learningRate: 0.5 } as const;
/** UNITS: ms in which the daemons must have settled a finished job's money. */
const payoutMs = 60_000;

/** What both jobs are played on. */
export interface Stage {
  readonly network: Network;
  readonly checks: Checks;
  readonly say: (text: string) => void;
  readonly onnx: Uint8Array;
  readonly prose: string;
  readonly prng: Prng;
}

export interface Learning {
  /** Nats a character, on text that no step saw. */
  readonly heldOutLoss: number;
  /** Entropy of the held-out characters' own frequencies, in nats: what no model that ignores context can beat. */
  readonly unigramEntropy: number;
  readonly sample: string;
}

export interface HonestRun {
  readonly report: JobReport;
  readonly prepared: PreparedJob;
  readonly learning: Learning;
}

const address = (role: Role): Address => devAccount(roles[role]).address;

export async function honestJob(stage: Stage): Promise<HonestRun> {
  const { network, checks, say } = stage;
  say("Job 1, honest: a next-character model on the project's own prose");
  const solver = await network.startSolver("solver");
  const prepared = await prepareJob(sourceOf(stage), network.store);
  const { terms, job, escrow, before, fromBlock } = await submitAndFollow(stage, prepared, "solver");
  const payments = await settledPayments(network.chain, job, escrow, fromBlock);
  const after = await accounts(network.chain);
  const report = await reportJob(network.chain, job, escrow, prepared.program, { payments, before, after });
  const to = (role: Role, reason: string): bigint =>
    paid(payments, (each) => each.account === address(role) && each.reason === reason);
  const price = terms.workUnits * job.unitPrice;
  const fees = terms.attestationFee * BigInt(draws);
  checks.add("job 1 is settled", job.status === "Settled");
  checks.add(
    "job 1 was accepted in its auction, between floor and cap",
    job.unitPrice >= terms.floorPrice && job.unitPrice < terms.unitPrice,
  );
  checks.add(
    "what the auction saved went back to the submitter",
    to("submitter", "Saving") === terms.workUnits * (terms.unitPrice - job.unitPrice),
  );
  checks.add(
    `a word of the beacon drew ${draws} of its ${job.checkpoints} segments, and both verifiers attested each`,
    (await readWord(network.chain, job.drawBlock)) !== undefined && report.attestations === 2 * draws,
  );
  checks.add("its solver opened the drawn state of every drawn segment", await allOpened(network.chain, job));
  checks.add("job 1 paid its solver the price", to("solver", "Price") === price);
  checks.add(
    "job 1 paid both verifiers every fee",
    to("verifier1", "AttestationFee") === fees && to("verifier2", "AttestationFee") === fees,
  );
  checks.add(
    "job 1's escrow is paid out to the last unit",
    paid(payments, ({ contract }) => contract === "jobMarket") === escrow,
  );
  checks.add(
    "job 1 left the solver his stake",
    after.solver.staked >= terms.stake && before.solver.staked <= after.solver.staked,
  );
  const learning = await learned(stage, job);
  checks.add("held-out loss is below the entropy of a unigram model", learning.heldOutLoss < learning.unigramEntropy);
  await indexerAgrees(stage, job);
  await solver.stop();
  return { report, prepared, learning };
}

/** A further job, on from the model of the first. */
export async function childJob(stage: Stage, parent: JobReport): Promise<JobReport> {
  const { network, checks, say } = stage;
  const { chain, store } = network;
  say(`Job 3: goes on from the model of job ${parent.job}, which is registered`);
  const first = await registered(chain, parent.job);
  const { prepared, inherited } = await prepareChild(chain, store, parent.job);
  const solver = await network.startSolver("solver");
  const more = { ...inherited, steps: 60 };
  const { job, escrow, before, fromBlock } = await submitAndFollow(stage, prepared, "solver", more);
  const payments = await settledPayments(chain, job, escrow, fromBlock);
  const after = await accounts(chain);
  const report = await reportJob(chain, job, escrow, prepared.program, { payments, before, after });
  const model = await registered(chain, job.id);
  checks.add("job 3 is settled", job.status === "Settled");
  checks.add(
    "job 3 started from the last state of job 1",
    (await readTerms(chain, job.id)).initialStateRoot === first.stateRoot,
  );
  checks.add(
    "the registry has its model, with job 1's as its parent and the steps of both",
    model.parent === parent.job && model.generation === 1 && model.steps === BigInt(steps + 60),
  );
  const trained = await Inference.create(await fetchModel(chain, store, job.id), store);
  const { loss } = await trained.metrics();
  say(`Held-out loss of the further trained model: ${loss.toFixed(4)} nats a character`);
  await solver.stop();
  return report;
}

function registered(chain: Chain, jobId: bigint): Promise<Model> {
  return eventually(`the model of job ${jobId} was registered`, payoutMs, () => readModel(chain, jobId));
}

async function allOpened(chain: Chain, { id, committed }: Job): Promise<boolean> {
  const taken = await Promise.all(Array.from({ length: committed }, (_, k) => readSeatsTaken(chain, id, k)));
  const drawn = taken.flatMap((seats, k) => (seats > 0n ? [k] : []));
  const states = await Promise.all(drawn.map((k) => readOpenedState(chain, id, k)));
  return drawn.length === draws && states.every((state) => state !== undefined);
}

export async function dishonestJob(
  stage: Stage,
  honest: HonestRun,
): Promise<DrawnPlace & { readonly report: JobReport }> {
  const { network, checks, say } = stage;
  const { prepared } = honest;
  say(
    "Job 2: the same job; its solver flips one bit, drawn uniformly over checkpoints, steps, operators, elements and bits",
  );
  const drawn = await drawDivergence(stage);
  for (const each of drawn.redrawn) console.log(`  ${placeText(each)} leaves the checkpoint as it is: drawn again`);
  const { place } = drawn;
  const { kind } = prepared.program.operators[place.operator];
  console.log(`  it diverges at ${placeText(place)} (checkpoint:step:operator:element:bit; a ${kind})`);
  const solver = await network.startSolver("dishonest", "--diverge", placeText(place));
  const { terms, job, escrow, before, fromBlock } = await submitAndFollow(stage, prepared, "dishonest");
  await gamesFinished(network.chain, job);
  const payments = await settledPayments(network.chain, job, escrow, fromBlock);
  const after = await accounts(network.chain);
  const report = await reportJob(network.chain, job, escrow, prepared.program, { payments, before, after });
  const won = report.disputes.filter(({ phase }) => phase === "ChallengerWon");
  const judged = won[0]?.judged;
  const step = place.checkpoint * interval + place.step;
  checks.add("job 2 is convicted", job.status === "Convicted");
  checks.add("job 2's conviction names the checkpoint", job.convictedCheckpoint === place.checkpoint);
  checks.add("exactly one game convicted it", won.length === 1);
  checks.add(
    "the game pinned exactly the step and operator that diverged",
    judged?.step === step && judged.operator === place.operator,
  );
  checks.add("the game pinned the element that was changed", judged?.element === BigInt(place.element));
  checks.add(
    "claimed and judged word differ in the flipped bit",
    judged !== undefined && (BigInt(judged.claimed) ^ BigInt(judged.expected)) === 1n << BigInt(place.bit),
  );
  checks.add(
    "the solver lost his stake",
    before.dishonest.staked + 0n <= terms.stake
      ? after.dishonest.staked === 0n
      : before.dishonest.staked - after.dishonest.staked === terms.stake,
  );
  const price = terms.workUnits * job.unitPrice;
  checks.add(
    "the submitter got the price back",
    paid(payments, ({ account, reason }) => account === address("submitter") && reason === "PriceRefund") === price,
  );
  const challenger = won[0]?.challenger;
  const toChallenger = (reason: string): bigint =>
    paid(payments, (each) => each.account === challenger && each.reason === reason);
  checks.add("the challenger got the bounty", toChallenger("Bounty") === terms.bounty);
  checks.add("the challenger got his bond and his gas back", toChallenger("Bond") > 0n && toChallenger("Gas") > 0n);
  checks.add(
    "job 2's escrow is paid out to the last unit",
    paid(payments, ({ contract }) => contract === "jobMarket") === escrow,
  );
  await indexerAgrees(stage, job);
  await solver.stop();
  return { ...drawn, report };
}

interface Followed {
  readonly terms: Terms;
  readonly job: Job;
  readonly escrow: bigint;
  readonly before: Record<Role, Holding>;
  readonly fromBlock: bigint;
}

async function submitAndFollow(
  { network, say }: Stage,
  prepared: PreparedJob,
  solver: Role,
  more: Partial<TermChoices> = {},
): Promise<Followed> {
  const { chain, rpc } = network;
  const block = await chain.client.getBlock();
  const cut = { steps, interval, grid: 2, seed: 1, draws, attestors: 2 };
  const times = { auction: 120, window, clock: 90, extension: 30 };
  const choices = { ...cut, ...times, uri: network.bundleUrl, ...more };
  const terms = await completeTerms(chain, prepared, choices, block.timestamp);
  const sender = { chain, rpc, account: devAccount(roles.submitter) };
  const { jobId, escrow } = await submitJob(sender, terms);
  say(
    `Job ${jobId} submitted: ${terms.steps} steps, ${terms.workUnits} work units, escrow ${tokens(escrow)}, stake ${tokens(terms.stake)}`,
  );
  const accepted = await acceptedJob(chain, jobId);
  if (accepted.solver !== address(solver))
    throw new OperatorError("wrong-solver", `Job ${jobId} was accepted by ${accepted.solver}.`);
  const before = await accounts(chain);
  const job = await followJob(chain, jobId, AbortSignal.timeout(240_000));
  return { terms, job, escrow, before, fromBlock: block.number + 1n };
}

/** Polls until `look` answers something. */
async function eventually<T>(what: string, timeoutMs: number, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end)
      throw new OperatorError("demo-timeout", `It took longer than ${timeoutMs / 1000} s until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function acceptedJob(chain: Chain, jobId: bigint): Promise<Job> {
  return eventually(`job ${jobId} was accepted`, 60_000, async () => {
    const job = await readJob(chain, jobId);
    return job.status === "Open" ? undefined : job;
  });
}

async function gamesFinished(chain: Chain, job: Job): Promise<void> {
  await eventually(`the games of job ${job.id} were over`, payoutMs, async () => {
    const count = Number(await readGameCount(chain));
    const views = await Promise.all(Array.from({ length: count }, (_, i) => readGame(chain, BigInt(i + 1))));
    return views.every(({ game }) => expectedMove[game.phase] === null) ? true : undefined;
  });
}

/** The job's payments, once the whole escrow is accounted for. */
function settledPayments(chain: Chain, job: Job, escrow: bigint, fromBlock: bigint) {
  return eventually(`the escrow of job ${job.id} was paid out`, payoutMs, async () => {
    const payments = await paymentsSince(chain, fromBlock);
    const fromMarket = paid(payments, ({ contract, subject }) => contract === "jobMarket" && subject === job.id);
    return fromMarket === escrow ? payments : undefined;
  });
}

function accounts(chain: Chain): Promise<Record<Role, Holding>> {
  const all = Object.fromEntries((Object.keys(roles) as Role[]).map((role) => [role, address(role)]));
  return holdings(chain, all as Record<Role, Address>);
}

/** Recomputes the held-out loss from the weights that the solver serves, and lets the model write. */
async function learned({ network, prose, say }: Stage, job: Job): Promise<Learning> {
  const model = await fetchModel(network.chain, network.store, job.id);
  const inference = await Inference.create(model, network.store);
  const { loss } = await inference.metrics();
  const characters = Array.from(prose);
  const unigramEntropy = entropyOf(characters.slice(Math.round(characters.length * 0.9)));
  say(`Held-out loss ${loss.toFixed(4)} nats a character; entropy of a unigram model ${unigramEntropy.toFixed(4)}`);
  let sample = "the solver commits ";
  for await (const character of inference.continueText(sample, 120)) sample += character;
  console.log(`  the model writes: ${JSON.stringify(sample)}`);
  return { heldOutLoss: loss, unigramEntropy, sample };
}

function entropyOf(characters: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / characters.length) * Math.log(n / characters.length), 0);
}

/** The same job as the chain's, trained here honestly, and a place where flipping a bit changes the next checkpoint. */
async function drawDivergence(stage: Stage): Promise<DrawnPlace> {
  const { compiled, train } = compileJob(sourceOf(stage));
  const { program, constants, initialState } = compiled;
  const executor = await createExecutor("wasm", { program, constants, dataset: train.dataset });
  const run = { program, executor, initialState, steps, interval, seed: 1, order: "shuffled" } as const;
  return drawPlace(run, honestStates(run), stage.prng);
}

function sourceOf({ onnx, prose }: Stage): JobSource {
  const dataset = { kind: "text", text: prose, heldOut: 0.1 } as const;
  return { name: "next character", onnx, dataset, batch, optimiser };
}

async function indexerAgrees({ network, checks }: Stage, job: Job): Promise<void> {
  const answer = await eventually(`the indexer knew job ${job.id}`, 15_000, async () => {
    const response = await fetch(`${network.indexerUrl}/jobs/${job.id}`);
    const body = (await response.json()) as { status?: string; committed?: number };
    return body.status === job.status ? body : undefined;
  });
  const terms = await readTerms(network.chain, job.id);
  checks.add(
    `the indexer tells of job ${job.id} what the chain does`,
    answer.committed === job.committed && terms.steps === steps,
  );
}
