import type { Address } from "viem";
import { DefectError, type Prng } from "../common/index.ts";
import type { Chain, Terms } from "../protocol/index.ts";
import { Solver } from "./honest/solver.ts";
import { Submitter } from "./honest/submitter.ts";
import type { Mined } from "./local-chain.ts";
import type { Look, Party } from "./party.ts";
import { ChainRecord } from "./record.ts";
import type { Sending } from "./sending.ts";
import { gasRate, segmentCost } from "./setting.ts";
import type { Cast, Stage } from "./stage.ts";
import { JobView, type Weights } from "./view.ts";
import { calm, type Branch, type Weather } from "./weather.ts";

/** UNITS: seconds. */
const blockSeconds = 12;
/** No run is known to take a tenth. */
const mostBlocks = 3_000;

/** Statuses of jobs whose result stands. */
const final: readonly string[] = ["Settled", "Ended", "Expired"];

/** What a run came to. UNITS: amounts in the token's smallest; gas and executed segments are counted in. */
export interface RunResult {
  /** How the jobs ended, in their order. */
  readonly statuses: readonly string[];
  /** Change of what each account holds, less its gas and what it executed. */
  readonly changes: ReadonlyMap<Address, bigint>;
  /** Whether a false result became final. */
  readonly falseStands: boolean;
  /** Whether a solver claimed something false. */
  readonly lied: boolean;
  /** Submitters who got no result, or one that builds on something false. */
  readonly cheated: readonly Address[];
  /** Calls that were mined and reverted, by who sent them. */
  readonly refused: readonly Address[];
  /** Whose stake or bond was burned or taken, and how much. */
  readonly losses: readonly { readonly account: Address; readonly amount: bigint; readonly how: string }[];
  /** From submission to the end of the first job. UNITS: seconds. */
  readonly seconds: number;
  readonly games: number;
  readonly blocks: number;
}

/** One run: a cast plays its jobs to their end and closes its seats. */
export class Run implements Branch {
  readonly stage: Stage;
  readonly cast: Cast;
  readonly #weather: Weather;
  #record: ChainRecord;
  readonly #terms = new Map<bigint, Terms>();
  /** By job: when its draw was settled, and the stakes then. */
  readonly #weights = new Map<bigint, { readonly snapshotAt: number; readonly weights: Weights }>();
  readonly #gas = new Map<Address, bigint>();
  readonly #refused: Address[] = [];
  #now = 0;
  #height = 0n;
  #blocks = 0;

  private constructor(stage: Stage, cast: Cast, weather: Weather) {
    this.stage = stage;
    this.cast = cast;
    this.#weather = weather;
    this.#record = new ChainRecord((record, jobId, k) => {
      const { clock, extension } = this.#terms.get(jobId)!;
      return { claim: this.#job(jobId, record).claim(k), clock, extension };
    });
  }

  /**
   * Plays a cast from the stage's base.
   * @param chance when the run begins, from which the chain's blocks and so the draw follow
   */
  static async play(stage: Stage, cast: Cast, chance: Prng, weather = cast.weather ?? calm): Promise<RunResult> {
    const run = new Run(stage, cast, weather);
    const { time, number } = await stage.local.head();
    run.#now = time + blockSeconds + chance.below(86_400);
    run.#height = number;
    try {
      while (await run.#block());
      return await run.#result();
    } finally {
      await stage.reset();
    }
  }

  /** Mines one block; whether the run goes on. */
  async #block(): Promise<boolean> {
    if (++this.#blocks > mostBlocks) {
      throw new DefectError("endless-run", "A run does not come to its end.", { blocks: this.#blocks });
    }
    await this.#awaitDraw();
    const wanted: { party: Party; sendings: readonly Sending[] }[] = [];
    for (const party of this.cast.parties) {
      if (!this.#weather.awake(party.account, this.#now)) continue;
      wanted.push({ party, sendings: await party.act(this.#look(party)) });
    }
    const sendings = this.#weather.deliver(
      wanted.flatMap((each) => each.sendings),
      this.#now,
    );
    if (sendings.length === 0 && !this.#drawing()) return this.#skip();
    await this.#weather.before(this);
    const block = await this.stage.local.mine(this.#now, sendings);
    this.#record.add(block);
    for (const call of block.calls) this.#count(call);
    this.#height = block.number;
    this.#now += blockSeconds;
    await this.#weather.after(this);
    return true;
  }

  get chain(): Chain {
    return this.stage.local.chain;
  }
  get job(): JobView {
    return this.#job(this.stage.jobId);
  }

  async fork(): Promise<(later: number) => Promise<void>> {
    const { local } = this.stage;
    const [snapshot, record, now, height] = [await local.snapshot(), this.#record.copy(), this.#now, this.#height];
    return async (later) => {
      await local.restore(snapshot);
      this.#record = record;
      this.#now = now + later;
      this.#height = height;
    };
  }

  /** Whether somebody waits for blocks and not for a time. */
  #drawing(): boolean {
    return this.#jobs().some((job) => job.status === "Closing" && job.word === undefined);
  }

  /** Lets the blocks pass that the beacon waits for, and reads whose stakes the draw counts. */
  async #awaitDraw(): Promise<void> {
    const waiting = this.#jobs().find((job) => job.status === "Closing" && job.word === undefined);
    for (let missing; waiting && (missing = waiting.closing!.args.drawBlock + 1n - this.#height) > 0n;) {
      await this.#pass(missing);
      await this.#weather.passed(this);
    }
    for (const job of this.#jobs()) {
      if (job.closing === undefined || this.#weights.get(job.id)?.snapshotAt === job.snapshotAt) continue;
      const { snapshotAt } = job;
      this.#weights.set(job.id, { snapshotAt, weights: await this.stage.weightsAt(snapshotAt - 1) });
    }
  }

  /** UNITS: blocks. */
  async #pass(blocks: bigint): Promise<void> {
    const { local } = this.stage;
    await local.pass(this.#now, blocks);
    const { number, time } = await local.head();
    this.#height = number;
    this.#now = time + blockSeconds;
  }

  /** Goes on to the next time at which somebody may do something; false when there is none. */
  #skip(): boolean {
    const wakes = this.cast.parties.flatMap((party) => party.wakes(this.#look(party)));
    const turns = this.#jobs().flatMap((job) => (job.finished ? [] : job.turns));
    const times = [...wakes, ...turns, ...this.#weather.wakes(this.#now)].filter((time) => time > this.#now);
    if (times.length === 0) return false;
    this.#now = Math.min(...times);
    return true;
  }

  #count({ sending, done, gas }: Mined): void {
    this.#gas.set(sending.from, (this.#gas.get(sending.from) ?? 0n) + gas);
    if (!done) this.#refused.push(sending.from);
  }

  #look(party: Party): Look {
    const { chain } = this.stage.local;
    return { chain, job: this.#job(party.jobId), jobOf: (id) => this.#job(id) };
  }

  #jobs(): JobView[] {
    return this.#record.all("JobSubmitted").map(({ args }) => this.#job(args.jobId));
  }

  #job(jobId: bigint, record = this.#record): JobView {
    const terms = this.#termsOf(jobId, record);
    const weights = this.#weights.get(jobId)?.weights ?? new Map();
    const at = { now: this.#now, height: this.#height, weights };
    return new JobView(record, jobId, terms, at);
  }

  /** As the job's own event says them. */
  #termsOf(jobId: bigint, record: ChainRecord): Terms {
    const known = this.#terms.get(jobId);
    if (known !== undefined) return known;
    const submitted = record.last("JobSubmitted", { jobId })?.args as
      { terms?: Terms & { order: unknown } } | undefined;
    if (submitted?.terms === undefined) return {} as Terms;
    const terms = {
      ...submitted.terms,
      order: submitted.terms.order === (1 as unknown) ? "sequential" : "shuffled",
    } as Terms;
    this.#terms.set(jobId, terms);
    return terms;
  }

  async #result(): Promise<RunResult> {
    const [before, after] = [this.stage.atFirst, await this.stage.wealth()];
    const executed = (account: Address): bigint =>
      this.cast.parties
        .filter((party) => party.account === account)
        .reduce((sum, party) => sum + BigInt(party.executed) * segmentCost, 0n);
    const changes = [...after].map(([account, held]) => {
      const spent = (this.#gas.get(account) ?? 0n) * gasRate + executed(account);
      return [account, held - before.get(account)! - spent] as const;
    });
    const jobs = this.#jobs();
    const first = jobs[0];
    const end = first?.last("JobSettled") ?? first?.last("JobConvicted");
    return {
      statuses: jobs.map(({ status }) => status),
      changes: new Map(changes),
      falseStands: jobs.some((job) => final.includes(job.status) && this.#isFalse(job)),
      lied: jobs.some((job) => this.#isFalse(job)),
      cheated: this.#cheated(jobs),
      refused: this.#refused,
      losses: this.#losses(),
      seconds: (end?.time ?? 0) - (first?.last("JobSubmitted")?.time ?? 0),
      games: this.#record.games.size,
      blocks: this.#blocks,
    };
  }

  /** Whether a claim of a job is wrong. */
  #isFalse(job: JobView): boolean {
    const solver = this.cast.parties.find((party) => party instanceof Solver && party.jobId === job.id);
    if (!(solver instanceof Solver)) return false;
    const { claims } = solver;
    return claims.executions.slice(0, job.committed).some((_, k) => claims.isFalse(k));
  }

  #cheated(jobs: readonly JobView[]): Address[] {
    const submitters = this.cast.parties.filter((party) => party instanceof Submitter);
    return submitters
      .filter(({ jobId }) => jobs.some((job) => job.id <= jobId && (job.status !== "Settled" || this.#isFalse(job))))
      .map(({ account }) => account);
  }

  /** Stakes that were slashed, and bonds of games and accusations that were lost. */
  #losses(): RunResult["losses"] {
    const slashed = this.#record
      .all("Slashed")
      .map(({ args: { account, amount } }) => ({ account, amount, how: "stake" }));
    const bonds = [...this.#record.games.values()]
      .filter(({ game }) => game.phase === "DefenderWon")
      .map(({ challenger }) => ({ account: challenger, amount: 0n, how: "game" }));
    return [...slashed, ...bonds];
  }
}
