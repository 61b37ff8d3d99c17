import { getAddress, keccak256, toHex, type Address, type Hex } from "viem";
import { DefectError } from "../common/index.ts";
import {
  acceptJob,
  approveTokens,
  commitCheckpoint,
  depositStake,
  enrollVerifier,
  readCredit,
  readJobCount,
  readMinimumStake,
  readStake,
  readTermsHash,
  readTokens,
  readWeights,
  SecretTree,
  settleJob,
  submitJob,
  testTokenAbi,
  type Call,
  type Terms,
} from "../protocol/index.ts";
import { Submitter } from "./honest/submitter.ts";
import { Solver } from "./honest/solver.ts";
import { Verifier } from "./honest/verifier.ts";
import { Claims, Course } from "./course.ts";
import { LocalChain } from "./local-chain.ts";
import { shippedTerms } from "./terms.ts";
import type { Party } from "./party.ts";
import { enrolledTotal, friends, honestVerifiers, price, segments, type Setting } from "./setting.ts";
import type { Sending } from "./sending.ts";
import type { Weights } from "./view.ts";
import type { Weather } from "./weather.ts";

/** Who plays in a run. */
export interface Cast {
  readonly parties: readonly Party[];
  /** The attacker's accounts. */
  readonly coalition: readonly Address[];
  /** Where the attacker has a hand in the blocks themselves. */
  readonly weather?: Weather;
}

/** Roles of a cast that are not played honestly. */
export interface Changes {
  readonly solver?: Solver;
  /** Plays the verifier of that account. */
  readonly verifier?: (account: Address, solver: Solver) => Party | undefined;
  readonly more?: readonly Party[];
}

/** Longer than any run takes to begin. UNITS: seconds. */
const acceptSeconds = 864_000;

const supply = 10n ** 24n;
/** What everybody has staked; verifiers have a part of it enrolled. */
export const depositedEach = 10n ** 13n;

/** The account of a name: no key, since the chain takes whatever is sent in its name. */
function accountOf(name: string): Address {
  return getAddress(keccak256(toHex(`pinpoint adversary ${name}`)).slice(0, 42) as Hex);
}

/** A local network with everybody's money and stakes in place, to which it goes back after each run. */
export class Stage {
  readonly setting: Setting;
  readonly local: LocalChain;
  readonly course: Course;
  readonly submitter = accountOf("submitter");
  readonly solver = accountOf("solver");
  /** Whoever submits and solves a second job. */
  readonly secondSubmitter = accountOf("second submitter");
  readonly secondSolver = accountOf("second solver");
  /** Hold the honest share of the stake together, and the rest. */
  readonly honest = Array.from({ length: honestVerifiers }, (_, i) => accountOf(`verifier ${i}`));
  readonly friends = Array.from({ length: friends }, (_, i) => accountOf(`friend ${i}`));
  /** Without stake at first. */
  readonly outsiders = [accountOf("outsider 0"), accountOf("outsider 1")];
  readonly #trees = new Map<Address, SecretTree>();
  #terms!: Terms;
  /** Number of the first job of a run. */
  jobId = 0n;
  /** What everybody holds before a run. */
  atFirst: ReadonlyMap<Address, bigint> = new Map();
  #base!: Hex;

  private constructor(setting: Setting, local: LocalChain, course: Course) {
    this.setting = setting;
    this.local = local;
    this.course = course;
  }

  /** Errors: OperatorError `anvil-missing`, `not-built`. */
  static async start(setting: Setting): Promise<Stage> {
    const course = await Course.create(setting.grid);
    const local = await LocalChain.start();
    const stage = new Stage(setting, local, course);
    try {
      await stage.#furnish();
      return stage;
    } catch (error) {
      await stage.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.local.stop();
  }

  get everyone(): readonly Address[] {
    const { submitter, solver, secondSubmitter, secondSolver } = this;
    return [submitter, solver, secondSubmitter, secondSolver, ...this.honest, ...this.friends, ...this.outsiders];
  }

  /** ORDER: whoever need not replay is the first to take a seat. */
  get verifiers(): readonly Address[] {
    return [...this.friends, ...this.honest];
  }

  /** Secrets of a verifier. */
  secretsOf(account: Address): SecretTree {
    const tree = this.#trees.get(account) ?? new SecretTree(keccak256(account));
    this.#trees.set(account, tree);
    return tree;
  }

  /** The terms of all jobs, with what is changed; the stake is the least that the contract allows. */
  async terms(changes: Partial<Terms> = {}): Promise<Terms> {
    const { time } = await this.local.head();
    const terms = { ...this.#terms, acceptBy: BigInt(time + acceptSeconds), ...changes };
    return { ...terms, stake: await readMinimumStake(this.local.chain, terms) };
  }

  /** A cast of honest parties but for the changes, around a job of the terms. */
  cast(terms: Terms, changes: Changes = {}): Party[] {
    const { jobId } = this;
    const solver = changes.solver ?? new Solver(this.solver, jobId, Claims.honest(this.course));
    const verifiers = this.verifiers.map(
      (account) => changes.verifier?.(account, solver) ?? this.verifier(account, solver),
    );
    return [new Submitter(this.submitter, jobId, terms), solver, ...verifiers, ...(changes.more ?? [])];
  }

  /** An honest verifier of a solver's job. */
  verifier(account: Address, solver: Solver): Verifier {
    return new Verifier(account, solver.jobId, this.secretsOf(account), solver);
  }

  /** Changes of a cast in which all of the attacker's verifiers are of one kind. */
  friendsAs(kind: typeof Verifier): Pick<Changes, "verifier"> {
    const verifier = (account: Address, solver: Solver): Party | undefined =>
      this.friends.includes(account) ? new kind(account, solver.jobId, this.secretsOf(account), solver) : undefined;
    return { verifier };
  }

  /** What accounts hold: tokens, stakes, credits. UNITS: the token's smallest. */
  async wealth(): Promise<ReadonlyMap<Address, bigint>> {
    const { chain } = this.local;
    const held = this.everyone.map(async (account) => {
      const [tokens, stake, ...credits] = await Promise.all([
        readTokens(chain, account),
        readStake(chain, account),
        readCredit(chain, "jobMarket", account),
        readCredit(chain, "pinpoint", account),
      ]);
      return [account, tokens + stake.staked + credits[0]! + credits[1]!] as const;
    });
    return new Map(await Promise.all(held));
  }

  /** What verifiers had enrolled at a time. UNITS: seconds since the epoch. */
  async weightsAt(time: number): Promise<Weights> {
    const read = [...this.verifiers, ...this.outsiders].map(async (account) => {
      return [account.toLowerCase(), await readWeights(this.local.chain, account, BigInt(time))] as const;
    });
    return new Map(await Promise.all(read));
  }

  /** Goes back to how everything stood before the first run. */
  async reset(): Promise<void> {
    await this.local.restore(this.#base);
    this.#base = await this.local.snapshot();
  }

  async #furnish(): Promise<void> {
    const { deployment } = this.local.chain;
    const spenders = ["staking", "jobMarket", "pinpoint"] as const;
    await this.#send(this.everyone, (account) => [this.#mint(account)]);
    await this.#send(this.everyone, () => spenders.map((spender) => approveTokens(deployment, spender, supply)));
    await this.#send(this.everyone, () => [depositStake(deployment, depositedEach)]);
    await this.#send(this.verifiers, (account) => [this.#enrolment(account)]);
    this.#terms = shippedTerms(this.course, this.setting);
    await this.#fillPool();
    this.jobId = (await readJobCount(this.local.chain)) + 1n;
    this.atFirst = await this.wealth();
    this.#base = await this.local.snapshot();
  }

  /** A job that nobody verified pays its jackpot fee, so that forced errors have jackpots. */
  async #fillPool(): Promise<void> {
    const { chain } = this.local;
    const { deployment } = chain;
    const terms = await this.terms({ jackpotFee: price });
    await this.#send([this.submitter], () => [submitJob(deployment, terms)]);
    const hash = await readTermsHash(chain, 1n);
    const commits = Claims.honest(this.course).executions.map(({ roots, segment }, k) =>
      commitCheckpoint(deployment, 1n, hash, k, roots.at(-1)!, toHex(segment.root)),
    );
    await this.#send([this.solver], () => [acceptJob(deployment, 1n, hash, terms.uri), ...commits]);
    await this.#send([this.solver], () => [settleJob(deployment, 1n)], terms.window);
  }

  /** Calls of several accounts in one block. UNITS: `later` in seconds after the last one. */
  async #send(accounts: readonly Address[], calls: (account: Address) => readonly Call[], later = 12): Promise<void> {
    const { time } = await this.local.head();
    const sendings = accounts.flatMap((from) => calls(from).map((call): Sending => ({ from, call })));
    const { calls: mined } = await this.local.mine(time + later, sendings);
    const failed = mined.find(({ done }) => !done);
    if (failed !== undefined) throw new DefectError("stage-refused", "The stage's own call reverted.", { failed });
  }

  #mint(to: Address): Call {
    return { address: this.local.chain.deployment.token, abi: testTokenAbi, functionName: "mint", args: [to, supply] };
  }

  /** Each side's share, in equal parts. */
  #enrolment(account: Address): Call {
    const share = BigInt(Math.round(this.setting.honestShare * 1_000_000));
    const honest = this.honest.includes(account);
    const part = honest ? share / BigInt(honestVerifiers) : (1_000_000n - share) / BigInt(friends);
    const { deployment } = this.local.chain;
    return enrollVerifier(deployment, (enrolledTotal * part) / 1_000_000n, this.secretsOf(account).root);
  }
}

/** Checkpoints of every job of the stage's training. */
export const checkpoints = segments;
