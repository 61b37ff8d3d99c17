import { keccak256, numberToHex, type Address, type Hex } from "viem";
import { fromHex, toHex } from "../../../common/index.ts";
import { segmentCommitment } from "../../../engine/index.ts";
import {
  accusationSealOf,
  drawnState,
  isForced,
  isSegmentDrawn,
  outcomes,
  partStart,
  SecretTree,
  segmentOf,
  sealOf,
  truthHashOf,
  type Part,
  type Sampling,
  type Seat,
  type Terms,
} from "../../../protocol/index.ts";
import { commitment, deposit, goodTerms, readJob, running, word } from "./jobs.ts";
import type { World } from "./world.ts";

/** What verifiers enroll in these tests: more than all their seats take. */
export const enrolment = 50_000_000n;

/** A root that nobody has. */
export const falseRoot = word(0xbad);

/** A secret tree each; made once, since it takes thousands of hashes. */
const trees = new Map<Address, SecretTree>();
export function treeOf(account: Address): SecretTree {
  const tree = trees.get(account) ?? new SecretTree(keccak256(account));
  trees.set(account, tree);
  return tree;
}

/** The states that these tests commit on the grid of segment k. */
export function statesOf(terms: Terms, k: number): readonly Hex[] {
  const { steps } = segmentOf(terms, k);
  return Array.from({ length: Math.ceil(steps / terms.grid) }, (_, i) => word(0x10_000 * (k + 1) + i));
}

/** A job in its window, its verifiers and its word. */
export class Window {
  readonly world: World;
  readonly terms: Terms;
  readonly jobId: bigint;
  word: Hex = word(0);

  private constructor(world: World, terms: Terms, jobId: bigint) {
    this.world = world;
    this.terms = terms;
    this.jobId = jobId;
  }

  /** Enrolls the verifiers, trains a job and names its word, the first from 1 on that `fits`. */
  static async open(
    world: World,
    verifiers: readonly Address[],
    changes: Partial<Terms> = {},
    fits: (word: Hex, jobId: bigint) => boolean = () => true,
  ): Promise<Window> {
    for (const verifier of verifiers) await enroll(world, verifier);
    const terms = await goodTerms(world, changes);
    const window = new Window(world, terms, await running(world, terms));
    await window.commit();
    await window.name(fits);
    return window;
  }

  async commit(): Promise<void> {
    const { world, terms, jobId } = this;
    for (let k = (await readJob(world, jobId)).committed; k < Math.ceil(terms.steps / terms.interval); k++) {
      const states = statesOf(terms, k);
      const roots = [states.at(-1)!, toHex(segmentCommitment(states.map(fromHex)).root)] as const;
      await world.send(world.accounts.solver, world.market, "commit", await commitment(world, jobId, k, roots));
    }
  }

  async name(fits: (word: Hex, jobId: bigint) => boolean = () => true): Promise<void> {
    for (let n = 1; ; n++) {
      this.word = keccak256(numberToHex(n));
      if (fits(this.word, this.jobId)) break;
    }
    const { drawBlock } = await readJob(this.world, this.jobId);
    await this.world.send(this.world.accounts.deployer, this.world.beacon, "setWord", [drawBlock, this.word]);
  }

  sampling(): Promise<Sampling> {
    return this.world.read(this.world.market, "samplingTerms", [this.jobId]);
  }

  /** Makes the next transaction's block the first of a part, or `late` seconds later. */
  async at(part: Exclude<Part, "None">, late = 0): Promise<void> {
    const { closedAt, window } = await this.sampling();
    await this.world.at(closedAt + BigInt(partStart(part, window) + late));
  }

  /** Makes the next transaction's block one that may settle the job. */
  async atEnd(): Promise<void> {
    await this.world.at((await readJob(this.world, this.jobId)).windowEnd);
  }

  async drawn(): Promise<number[]> {
    const sampling = await this.sampling();
    return Array.from({ length: sampling.committed }, (_, k) => k).filter((k) =>
      isSegmentDrawn(this.word, this.jobId, k, sampling),
    );
  }

  /** The drawn state of segment k as the solver committed it, with what opens it. */
  state(k: number): { readonly index: number; readonly root: Hex; readonly proof: readonly Hex[] } {
    const { steps } = segmentOf(this.terms, k);
    const { index } = drawnState(this.word, this.jobId, k, { steps, grid: this.terms.grid });
    const states = statesOf(this.terms, k);
    const proof = segmentCommitment(states.map(fromHex)).tree.proof(index).map(toHex);
    return { index, root: states[index]!, proof };
  }

  isForced(verifier: Address, k: number): boolean {
    return isForced(this.word, this.jobId, k, treeOf(verifier).at(this.jobId, k).secret);
  }

  salt(verifier: Address): Hex {
    return keccak256(keccak256(verifier));
  }

  /** Arguments of the calls of a seat that attests `root` and holds `truth` for the state; the true one if not told. */
  seal(verifier: Address, k: number, root = this.state(k).root, truth = this.state(k).root): readonly unknown[] {
    const truthHash = truthHashOf(truth, this.salt(verifier));
    return [this.jobId, k, this.word, sealOf(this.jobId, k, verifier, root, truthHash)];
  }
  attestation(verifier: Address, k: number, root = this.state(k).root, truth = this.state(k).root): readonly unknown[] {
    return [this.jobId, k, root, truthHashOf(truth, this.salt(verifier))];
  }
  opening(k: number): readonly unknown[] {
    const { root, proof } = this.state(k);
    return [this.jobId, k, root, proof];
  }
  reveal(verifier: Address, k: number, truth = this.state(k).root): readonly unknown[] {
    const { secret, proof } = treeOf(verifier).at(this.jobId, k);
    return [this.jobId, k, truth, this.salt(verifier), secret, proof];
  }
  accusation(accuser: Address, verifier: Address, k: number, truth = this.state(k).root): readonly unknown[] {
    const seal = accusationSealOf(this.jobId, k, verifier, accuser, truth, this.salt(accuser));
    return [this.jobId, k, verifier, seal];
  }
  proof(accuser: Address, verifier: Address, k: number, truth = this.state(k).root): readonly unknown[] {
    return [this.jobId, k, verifier, truth, this.salt(accuser)];
  }

  send(from: Address, name: string, args: readonly unknown[]) {
    return this.world.send(from, this.world.verification, name, args);
  }
  fails(from: Address, name: string, args: readonly unknown[], error: string, ...values: unknown[]) {
    return this.world.fails(from, this.world.verification, name, args, error, values);
  }

  async seat(verifier: Address, k: number): Promise<Seat> {
    const seat = await this.world.read<Omit<Seat, "outcome"> & { outcome: number }>(this.world.verification, "seat", [
      this.jobId,
      k,
      verifier,
    ]);
    return { ...seat, outcome: outcomes[seat.outcome]! };
  }

  /** Honest seats on these segments, sealed, attested, opened and revealed. */
  async attend(verifiers: readonly Address[], segments: readonly number[]): Promise<void> {
    const each = async (does: (verifier: Address, k: number) => Promise<unknown>) => {
      for (const verifier of verifiers) for (const k of segments) await does(verifier, k);
    };
    await this.at("Seal", 10);
    await each((verifier, k) => this.send(verifier, "seal", this.seal(verifier, k)));
    await this.at("Attest");
    await each((verifier, k) => this.send(verifier, "attest", this.attestation(verifier, k)));
    await this.at("Open");
    for (const k of segments) await this.send(this.world.accounts.solver, "openState", this.opening(k));
    await each((verifier, k) => this.send(verifier, "reveal", this.reveal(verifier, k)));
  }

  /** Settles the job. */
  async settle(): Promise<void> {
    await this.atEnd();
    await this.world.send(this.world.accounts.stranger, this.world.market, "settle", [this.jobId]);
  }

  /** Closes a seat; how it ended. */
  async close(verifier: Address, k: number): Promise<string> {
    await this.send(this.world.accounts.stranger, "closeSeat", [this.jobId, k, verifier]);
    return (await this.seat(verifier, k)).outcome;
  }
}

/** Words that tell none of the verifiers to attest wrongly on the first three segments. */
export function unforced(...verifiers: readonly Address[]) {
  return (word: Hex, jobId: bigint): boolean =>
    verifiers.every((account) =>
      [0, 1, 2].every((k) => !isForced(word, jobId, k, treeOf(account).at(jobId, k).secret)),
    );
}

/** Stakes and enrolls. */
export async function enroll(world: World, account: Address, amount = enrolment): Promise<void> {
  await deposit(world, account, amount);
  await world.send(account, world.verification, "enroll", [amount, treeOf(account).root]);
}
