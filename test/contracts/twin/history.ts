import { keccak256, numberToHex, zeroAddress, zeroHash, type Address, type Hex } from "viem";
import type { Prng } from "../../../common/index.ts";
import {
  accusationSealOf,
  expectedMove,
  isForced,
  isSeatDrawn,
  isSegmentDrawn,
  partStart,
  phases,
  sealOf,
  truthHashOf,
  type Claim,
  type Phase,
  type Terms,
} from "../../../protocol/index.ts";
import { encoded, readJob, word } from "../support/jobs.ts";
import { zeroRoots, type ChainGame } from "../support/games.ts";
import { treeOf } from "../support/seats.ts";
import type { Target } from "../support/world.ts";
import { nameOfWord, wordsOf, type Chain } from "./chain.ts";
import {
  answerOf,
  moveOf,
  programParts,
  programRoot,
  rootsAt,
  segmentProof,
  segmentRoot,
  stateRoot,
} from "./claims.ts";
import * as availability from "./model/availability.ts";
import * as games from "./model/games.ts";
import * as market from "./model/market.ts";
import * as staking from "./model/staking.ts";
import { accountOf, amountBefore, jobOf, Refusal, segmentOf, type Job, type Seat, type State } from "./model/state.ts";
import * as verification from "./model/verification.ts";

/** A call on the contracts, and the same in the model, which throws a Refusal before it changes anything. */
interface Move {
  readonly name: string;
  readonly from: Address;
  readonly target: Target;
  readonly call: string;
  readonly args: readonly unknown[];
  readonly apply: (state: State) => void;
}

/** What happened, counted by name. */
export type Reach = Map<string, number>;

const falseRoot = word(0xbad);
const otherSecrets = word(0x5ec);

/** One random history, move by move, on the contracts and in the model. */
export class History {
  readonly #chain: Chain;
  readonly #state: State;
  readonly #prng: Prng;
  readonly #reach: Reach;
  /** What verifiers and accusers hold for true, as they sealed it. */
  readonly #sealed = new Map<string, { readonly root: Hex; readonly truth: Hex }>();
  /** Terms hashes of jobs, as the contracts have them. */
  readonly #hashes: Hex[];
  /** Jobs that were there before it. */
  readonly #before: number;
  readonly log: string[] = [];

  constructor(chain: Chain, state: State, prng: Prng, reach: Reach) {
    this.#chain = chain;
    this.#state = state;
    this.#prng = prng;
    this.#reach = reach;
    this.#before = state.jobs.length;
    this.#hashes = state.jobs.map(() => word(7));
    this.#straight = prng.below(4) > 0;
  }

  /** Makes moves and compares after each. Errors: says which word differs, or how the outcomes do. */
  async play(moves: number): Promise<void> {
    for (let i = 0; i < moves; i++) await this.#step();
  }

  async #step(): Promise<void> {
    const state = this.#state;
    state.now = this.#moment();
    state.block++;
    const [move, expected] = this.#choose();
    const { from, target, call, args } = move;
    this.log.push(`${state.now} ${move.name} by ${this.#chain.accounts.indexOf(from)}: ${expected}`);
    const outcome = await this.#chain.send(from, target, call, await this.#placed(args), state.now);
    if (outcome !== expected) throw new Error(`${move.name}: the contract says ${outcome}, the model ${expected}`);
    this.#count(`${move.name} ${expected === "done" ? "done" : "refused"}`);
    if (call === "submit" && outcome === "done")
      this.#hashes.push((await readJob(this.#chain.world, BigInt(state.jobs.length))).termsHash);
    await this.#compare();
  }

  async #compare(): Promise<void> {
    const [actual, expected] = [await this.#chain.words(this.#state), wordsOf(this.#state)];
    if (actual === expected) return;
    const at = Array.from({ length: Math.ceil(expected.length / 64) }, (_, i) => i).find(
      (i) => actual.slice(64 * i, 64 * i + 64) !== expected.slice(64 * i, 64 * i + 64),
    )!;
    const of = (all: string) => `0x${all.slice(64 * at, 64 * at + 64)}`;
    throw new Error(`${nameOfWord(this.#state, at)}: contracts ${of(actual)}, model ${of(expected)}`);
  }

  #count(name: string): void {
    this.#reach.set(name, (this.#reach.get(name) ?? 0) + 1);
  }

  /** A move that the model allows, or now and then one that it refuses, with what must come of it. */
  #choose(): readonly [Move, string] {
    for (;;) {
      const move = this.#draw();
      if (move === undefined) continue;
      const before = new Map(this.#state.jobs.map((job) => [job, job.status]));
      const ended = this.#state.games.map(({ phase }) => phase);
      try {
        move.apply(this.#state);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (!this.#rarely(this.#straight ? 80 : 14)) continue;
        return [move, error.message];
      }
      for (const [job, was] of before) if (job.status !== was) this.#count(`${was} > ${job.status}`);
      for (const [i, { phase }] of this.#state.games.entries())
        if (ended[i] !== phase && expectedMove[phase] === null) this.#count(`game ${phase} after ${move.name}`);
      return [move, "done"];
    }
  }

  /** Position and roots are only known when the move is made. */
  async #placed(args: readonly unknown[]): Promise<readonly unknown[]> {
    const { world } = this.#chain;
    const [gameId, position, roots] = args;
    if (position !== "position" && roots !== "roots") return args;
    const game = await world.read<ChainGame>(world.pinpoint, "game", [gameId]);
    const claim = await world.read<Claim>(world.market, "claim", [game.jobId, game.checkpoint]);
    return args
      .with(1, position === "position" ? game.position : position)
      .with(2, roots === "roots" ? rootsAt(phases[game.phase]!, claim) : roots);
  }

  // Chance.

  #pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.#prng.below(list.length)];
  }
  #rarely(times: number): boolean {
    return this.#prng.below(times) === 0;
  }
  #amount(most: number): bigint {
    return BigInt(this.#prng.below(most + 1));
  }
  #actor(): Address {
    return this.#pick(this.#chain.accounts)!;
  }

  /** Some seconds later, or when something is over or just not yet. UNITS: seconds since the epoch. */
  #moment(): bigint {
    const { now, jobs, games: all } = this.#state;
    const soon = now + 1n + this.#amount(12);
    if (!this.#rarely(5)) return soon;
    const first = jobs[this.#before];
    if (this.#straight && first?.status === "Closing") {
      const [next = 0n] = this.#parts(first);
      return next > now ? next + this.#amount(1) : soon;
    }
    const live = this.#pick(jobs.filter(({ status }) => ["Open", "Running", "Closing"].includes(status)));
    const game = this.#pick(all.filter(({ phase }) => expectedMove[phase] !== null));
    const ends: bigint[] = [];
    for (const { status, answerBy } of this.#state.demands) if (status === "Open") ends.push(answerBy);
    if (game !== undefined) ends.push(game.lastMoveAt + game[`${games.sideOf(game)}Clock`]);
    for (const { unbonding, unbondedAt } of this.#state.accounts.values()) if (unbonding > 0n) ends.push(unbondedAt);
    if (live?.status === "Open") ends.push(live.terms.acceptBy, live.openedAt + BigInt(live.terms.auction));
    if (live?.status === "Running") ends.push(live.deadline);
    if (live?.status === "Closing") ends.push(...this.#parts(live));
    const end = this.#pick(ends.filter((each) => each > now && each < now + 5_000n));
    return end === undefined ? soon : end + this.#amount(1) > now ? end + this.#amount(1) : soon;
  }

  /** The start of the next part of a window. */
  #parts({ windowEnd, terms }: Job): bigint[] {
    const closedAt = windowEnd - BigInt(terms.window);
    const starts = (["Attest", "Accuse", "Open", "Prove", "Rest"] as const).map(
      (part) => closedAt + BigInt(partStart(part, terms.window)),
    );
    return [[...starts, windowEnd].find((start) => start > this.#state.now) ?? windowEnd];
  }

  // Moves.

  #move(name: string, from: Address, call: readonly [Target, string, readonly unknown[]], apply: Move["apply"]): Move {
    const [target, of, args] = call;
    return { name, from, target, call: of, args, apply };
  }

  /** Kinds of moves, each as often as it is named. */
  readonly #kinds: readonly (() => Move | undefined)[] = [
    () => this.#stake(),
    () => this.#enrolment(),
    ...repeat(2, () => this.#submission()),
    ...repeat(10, () => this.#jobCall()),
    ...repeat(4, () => this.#word()),
    ...repeat(10, () => this.#seal()),
    ...repeat(10, () => this.#attest()),
    ...repeat(4, () => this.#accuse()),
    ...repeat(3, () => this.#openState()),
    ...repeat(10, () => this.#reveal()),
    ...repeat(6, () => this.#prove()),
    ...repeat(2, () => this.#forfeit()),
    ...repeat(5, () => this.#closeSeat()),
    ...repeat(4, () => this.#closeAccusation()),
    ...repeat(2, () => this.#openGame()),
    ...repeat(12, () => this.#gameMove()),
    ...repeat(3, () => this.#gameEnd()),
    () => this.#demand(),
    ...repeat(3, () => this.#demandEnd()),
    ...repeat(2, () => this.#withdrawal()),
  ];

  /** What becomes of seats. */
  readonly #seatKinds: readonly (() => Move | undefined)[] = [
    ...repeat(6, () => this.#seal()),
    ...repeat(4, () => this.#attest()),
    ...repeat(2, () => this.#accuse()),
    () => this.#openState(),
    ...repeat(3, () => this.#reveal()),
    ...repeat(2, () => this.#prove()),
    () => ([...this.#state.segments.values()].some(({ failed }) => failed.length > 0) ? this.#openGame() : undefined),
    ...repeat(2, () => this.#gameMove()),
    ...repeat(3, () => this.#closeSeat()),
    ...repeat(2, () => this.#closeAccusation()),
  ];

  /** Most histories come to a job whose segments are drawn before anything else, and then are mostly about its seats. */
  readonly #straight: boolean;

  #draw(): Move | undefined {
    const { jobs, words } = this.#state;
    const first = jobs[this.#before];
    if (!this.#straight || this.#rarely(12)) return this.#pick(this.#kinds)!();
    if (first === undefined) return this.#submission();
    if (first.status === "Open" || first.status === "Running") return this.#jobCall();
    if (first.status === "Closing" && !words.has(first.drawBlock)) return this.#word();
    // Few of these are possible at a time, most of those always.
    return this.#pick(this.#rarely(40) ? this.#kinds : this.#seatKinds)!();
  }

  #stake(): Move {
    const { staking: target } = this.#chain.world;
    const from = this.#actor();
    const kind = this.#prng.below(3);
    const amount = this.#rarely(8) ? 0n : this.#amount(1_000_000);
    if (kind === 0) return this.#move("deposit", from, [target, "deposit", [amount]], (s) => staking.deposit(s, from, amount)); // prettier-ignore
    if (kind === 1) return this.#move("unbond", from, [target, "unbond", [amount]], (s) => staking.unbond(s, from, amount)); // prettier-ignore
    return this.#move("withdraw stake", from, [target, "withdraw", []], (s) => staking.withdrawStake(s, from));
  }

  #enrolment(): Move {
    const { verification: target } = this.#chain.world;
    const from = this.#actor();
    if (this.#rarely(4)) return this.#move("resign", from, [target, "resign", []], (s) => verification.resign(s, from));
    const amount = this.#rarely(5) ? 0n : this.#amount(3_000_000);
    const root = this.#rarely(12) ? otherSecrets : treeOf(from).root;
    return this.#move("enroll", from, [target, "enroll", [amount, root]], (s) => verification.enroll(s, from, amount, root)); // prettier-ignore
  }

  #terms(): Terms {
    const interval = this.#pick([1, 4, 5])!;
    const steps = Math.max(1, interval * (1 + this.#prng.below(3)) - this.#prng.below(2));
    const n = Math.ceil(steps / Math.min(interval, steps));
    const workUnits = this.#amount(1_000);
    const unitPrice = this.#amount(50);
    const floorPrice = this.#amount(Number(unitPrice));
    const price = workUnits * unitPrice;
    const valueAtRisk = price + this.#amount(1) * this.#amount(1_000);
    const draws = 1 + this.#prng.below(n);
    const attestors = 2 + this.#prng.below(3);
    const ofSeats = (valueAtRisk + BigInt(draws * attestors) - 1n) / BigInt(draws * attestors);
    const ofWork = (price + BigInt(n) - 1n) / BigInt(n);
    const acceptBy = this.#state.now + 10n + this.#amount(500);
    const parent = this.#rarely(4) ? BigInt(1 + this.#prng.below(this.#state.jobs.length + 1)) : 0n;
    const extension = 1 + this.#prng.below(30);
    const terms: Terms = {
      programRoot,
      datasetRoot: word(1),
      initialStateRoot: this.#rarely(30) ? falseRoot : stateRoot,
      manifestHash: word(2),
      firstStep: this.#prng.below(100),
      steps,
      interval: Math.min(interval, steps),
      grid: 1,
      seed: this.#prng.below(1_000),
      order: "shuffled",
      workUnits,
      solver: this.#rarely(8) ? this.#actor() : zeroAddress,
      parent,
      floorPrice,
      unitPrice,
      auction: this.#prng.below(2) * this.#prng.below(Number(acceptBy - this.#state.now) + 1),
      valueAtRisk,
      draws,
      attestors,
      attestationFee: this.#amount(100),
      verifierStake: (ofSeats > ofWork ? ofSeats : ofWork) + this.#amount(50),
      jackpotFee: this.#amount(1) * this.#amount(5_000),
      stake: 0n,
      bounty: this.#amount(1) * this.#amount(100_000),
      gasRate: this.#amount(4),
      gasCap: this.#pick([0, 5_000, 20_000])!,
      replayCompensation: this.#amount(1) * this.#amount(50_000),
      latePenalty: this.#amount(1) * this.#amount(10_000),
      acceptBy,
      heartbeat: 20 + this.#prng.below(800),
      window: 8 + this.#prng.below(800),
      clock: extension + this.#prng.below(300),
      extension,
      uri: "",
    };
    const stake = market.leastStake(terms) + this.#amount(1_000);
    return this.#broken({ ...terms, stake });
  }

  /** Now and then terms that a rule forbids. */
  #broken(terms: Terms): Terms {
    if (!this.#rarely(8)) return terms;
    const { unitPrice, valueAtRisk, acceptBy, interval, steps, clock } = terms;
    const faults: Partial<Terms>[] = [
      { stake: market.leastStake(terms) - 1n },
      { floorPrice: unitPrice + 1n },
      { draws: Math.ceil(steps / interval) + 1 },
      { attestors: this.#pick([1, 17])! },
      { verifierStake: (valueAtRisk - 1n) / BigInt(terms.draws * terms.attestors + 1) },
      { acceptBy: this.#state.now - 1n },
      { auction: Number(acceptBy - this.#state.now) + 1 },
      { window: 7 },
      { extension: clock + 1 },
      { window: Number(this.#state.unbondingSeconds) },
    ];
    const fault = this.#pick(faults)!;
    return Object.values(fault).some((value) => typeof value === "bigint" && value < 0n)
      ? terms
      : { ...terms, ...fault };
  }

  #submission(): Move | undefined {
    if (this.#state.jobs.length >= 5) return undefined;
    const from = this.#actor();
    const terms = this.#terms();
    return this.#move("submit", from, [this.#chain.world.market, "submit", [encoded(terms)]], (s) => market.submit(s, from, terms)); // prettier-ignore
  }

  /** A job, mostly one in one of these statuses; now and then one that is not there. */
  #job(...statuses: readonly Job["status"][]): bigint | undefined {
    const { jobs } = this.#state;
    if (this.#rarely(40)) return BigInt(1 + this.#prng.below(jobs.length + 1));
    const fit = jobs.flatMap(({ status }, i) => (statuses.includes(status) ? [BigInt(i + 1)] : []));
    return this.#pick(fit);
  }

  #jobCall(): Move | undefined {
    const kind = this.#pick(["cancel", "accept", "accept", "commit", "commit", "commit", "commit", "end", "expire", "settle", "settle", "register"] as const)!; // prettier-ignore
    const { market: target, registry } = this.#chain.world;
    const statuses = { cancel: ["Open"], accept: ["Open"], commit: ["Running"], end: ["Running"], expire: ["Running"], settle: ["Closing"], register: ["Settled", "Ended", "Expired"] } as const; // prettier-ignore
    const id = this.#job(...statuses[kind]);
    const ends = kind === "cancel" || kind === "end" || kind === "expire";
    if (id === undefined || (ends && !this.#rarely(4))) return undefined;
    const job = jobOf(this.#state, id);
    const anyone = this.#actor();
    const owner = this.#rarely(6) ? anyone : (job?.submitter ?? anyone);
    const solver = this.#rarely(12) ? anyone : job?.status === "Running" ? job.solver : anyone;
    const sameTerms = !this.#rarely(15);
    const hash = (sameTerms && this.#hashes[Number(id) - 1]) || word(7);
    switch (kind) {
      case "cancel":
        return this.#move(kind, owner, [target, kind, [id]], (s) => market.cancel(s, owner, id));
      case "accept":
        return this.#move(kind, anyone, [target, kind, [id, hash, ""]], (s) => market.accept(s, anyone, id, sameTerms));
      case "commit": {
        const k = this.#rarely(15) ? this.#prng.below(4) : (job?.committed ?? 0);
        const steps = this.#stepsOf(job, k);
        // A solver may commit what he cannot open.
        const root = this.#rarely(8) ? falseRoot : segmentRoot(Math.max(1, steps));
        const args = [id, hash, k, stateRoot, root];
        return this.#move(kind, solver, [target, kind, args], (s) => {
          market.commit(s, solver, { id, sameTerms, k, root: stateRoot });
          this.#sealed.set(`segment/${id}/${k}`, { root, truth: zeroHash });
        });
      }
      case "end":
        return this.#move(kind, owner, [target, kind, [id]], (s) => market.end(s, owner, id));
      case "expire":
        return this.#move(kind, anyone, [target, kind, [id]], (s) => market.expire(s, anyone, id));
      case "settle":
        return this.#move(kind, anyone, [target, kind, [id]], (s) => market.settle(s, anyone, id));
      default:
        return this.#move(kind, anyone, [registry, kind, [id]], (s) => market.register(s, anyone, id));
    }
  }

  #stepsOf(job: Job | undefined, k: number): number {
    return job === undefined ? 1 : Math.min(job.terms.interval, job.terms.steps - k * job.terms.interval);
  }

  /** The beacon's answer to a closing job; likely one that tells somebody to attest wrongly. */
  #word(): Move | undefined {
    const id = this.#job("Closing");
    const job = id === undefined ? undefined : jobOf(this.#state, id);
    if (id === undefined || job?.status !== "Closing" || this.#state.words.has(job.drawBlock)) return undefined;
    let named = keccak256(numberToHex(this.#prng.below(2 ** 31), { size: 32 }));
    const [told, k] = [this.#actor(), this.#prng.below(Math.max(1, job.committed))];
    const { secret } = treeOf(told).at(id, k);
    const drawn = { committed: job.committed, draws: Math.min(job.terms.draws, job.committed) };
    const { weights } = accountOf(this.#state, told);
    const of = (history: typeof weights) => amountBefore(history, job.snapshotAt);
    const stakes = { weight: of(weights), total: of(this.#state.totalWeights), attestors: job.terms.attestors };
    const fits = () =>
      isForced(named, id, k, secret) && isSegmentDrawn(named, id, k, drawn) && isSeatDrawn(named, id, k, told, stakes);
    for (let i = 0; i < 200 && !fits(); i++) named = keccak256(named);
    const { world } = this.#chain;
    const from = world.accounts.deployer;
    return this.#move("word", from, [world.beacon, "setWord", [job.drawBlock, named]], (s) => void s.words.set(job.drawBlock, named)); // prettier-ignore
  }

  /** A committed segment of a closing job whose word is known; now and then any. */
  #segment(): { readonly id: bigint; readonly k: number; readonly job: Job } | undefined {
    const id = this.#job("Closing");
    const job = id === undefined ? undefined : jobOf(this.#state, id);
    if (id === undefined || job === undefined) return undefined;
    return { id, k: this.#prng.below(job.committed + (this.#rarely(20) ? 1 : 0) || 1), job };
  }

  #seat(among: readonly (readonly [Address, Seat])[]): Address {
    return this.#pick(among)?.[0] ?? this.#actor();
  }

  #salt(account: Address): Hex {
    return keccak256(account);
  }

  #seal(): Move | undefined {
    const place = this.#segment();
    if (place === undefined) return undefined;
    const { id, k } = place;
    const from = this.#actor();
    const named = this.#state.words.get(place.job.drawBlock);
    const told = named !== undefined && isForced(named, id, k, treeOf(from).at(id, k).secret);
    const truth = this.#rarely(3) ? this.#pick([zeroHash, zeroHash, falseRoot])! : stateRoot;
    const obeys = told && !this.#rarely(3);
    const root = obeys ? word(0xe44) : this.#rarely(8) ? this.#pick([zeroHash, falseRoot, stateRoot])! : truth;
    const sealed = sealOf(id, k, from, root, truthHashOf(truth, this.#salt(from)));
    const drawing = this.#rarely(20) || named === undefined ? word(0x0dd) : named;
    return this.#move("seal", from, [this.#chain.world.verification, "seal", [id, k, drawing, sealed]], (s) => {
      verification.seal(s, from, { id, k, drawing, sealed });
      this.#sealed.set(`${id}/${k}/${from}`, { root, truth });
    });
  }

  #attest(): Move | undefined {
    const place = this.#segment();
    if (place === undefined) return undefined;
    const { id, k } = place;
    const from = this.#seat([...segmentOf(this.#state, id, k).seats].filter(([, seat]) => !seat.attested));
    const found = this.#sealed.get(`${id}/${k}/${from}`) ?? { root: stateRoot, truth: stateRoot };
    const root = this.#rarely(20) ? word(0x0dd) : found.root;
    const truthHash = truthHashOf(found.truth, this.#salt(from));
    const args = [id, k, root, truthHash];
    return this.#move("attest", from, [this.#chain.world.verification, "attest", args], (s) => verification.attest(s, from, { id, k, root, truthHash })); // prettier-ignore
  }

  #accuse(): Move | undefined {
    const place = this.#segment();
    if (place === undefined) return undefined;
    const { id, k } = place;
    const from = this.#actor();
    const attested = [...segmentOf(this.#state, id, k).seats].filter(([, seat]) => seat.attested);
    const wrong = attested.filter(([, { root }]) => root !== stateRoot);
    const account = this.#seat(wrong.length > 0 && !this.#rarely(4) ? wrong : attested);
    const truth = this.#rarely(10) ? falseRoot : stateRoot;
    const sealed = accusationSealOf(id, k, account, from, truth, this.#salt(from));
    const args = [id, k, account, sealed];
    return this.#move("accuse", from, [this.#chain.world.verification, "accuse", args], (s) => {
      verification.accuse(s, from, id, k, account, sealed);
      this.#sealed.set(`${id}/${k}/${account}/${from}`, { root: truth, truth });
    });
  }

  #openState(): Move | undefined {
    const place = this.#segment();
    if (place === undefined || place.k >= place.job.committed) return undefined;
    const { id, k, job } = place;
    if (!this.#state.words.has(job.drawBlock)) return undefined;
    const from = this.#actor();
    const { index } = verification.placeOf(this.#state, id, k);
    const root = this.#rarely(15) ? falseRoot : stateRoot;
    const opens = root === stateRoot && this.#sealed.get(`segment/${id}/${k}`)?.root !== falseRoot;
    const args = [id, k, root, segmentProof(this.#stepsOf(job, k), index)];
    return this.#move("openState", from, [this.#chain.world.verification, "openState", args], (s) => verification.openState(s, from, id, k, root, opens)); // prettier-ignore
  }

  #reveal(): Move | undefined {
    const place = this.#segment();
    if (place === undefined) return undefined;
    const { id, k } = place;
    const from = this.#seat([...segmentOf(this.#state, id, k).seats].filter(([, seat]) => !seat.revealed));
    const truth = this.#rarely(20) ? word(0x0dd) : (this.#sealed.get(`${id}/${k}/${from}`)?.truth ?? stateRoot);
    const salt = this.#salt(from);
    const { secret, proof } = treeOf(from).at(id, k);
    const args = [id, k, truth, salt, secret, proof];
    const secretsRoot = treeOf(from).root;
    return this.#move("reveal", from, [this.#chain.world.verification, "reveal", args], (s) => verification.reveal(s, from, { id, k, truth, salt, secret, secretsRoot })); // prettier-ignore
  }

  /** An accusation that fits, if there is one. */
  #accusation(id: bigint, k: number): { readonly account: Address; readonly accuser: Address } {
    const { seats } = segmentOf(this.#state, id, k);
    const all = [...seats].flatMap(([account, seat]) => [...seat.accusations.keys()].map((accuser) => ({ account, accuser }))); // prettier-ignore
    return this.#pick(all) ?? { account: this.#seat([...seats]), accuser: this.#actor() };
  }

  #prove(): Move | undefined {
    const place = this.#segment();
    if (place === undefined) return undefined;
    const { id, k } = place;
    const { account, accuser: from } = this.#accusation(id, k);
    const truth = this.#rarely(20) ? word(0x0dd) : (this.#sealed.get(`${id}/${k}/${account}/${from}`)?.truth ?? stateRoot); // prettier-ignore
    const salt = this.#salt(from);
    const args = [id, k, account, truth, salt];
    return this.#move("proveAccusation", from, [this.#chain.world.verification, "proveAccusation", args], (s) => verification.proveAccusation(s, from, { id, k, account, truth, salt })); // prettier-ignore
  }

  #forfeit(): Move | undefined {
    const place = this.#segment();
    if (place === undefined) return undefined;
    const { id, k } = place;
    const from = this.#actor();
    return this.#move("forfeit", from, [this.#chain.world.verification, "forfeit", [id, k]], (s) => verification.forfeit(s, from, id, k)); // prettier-ignore
  }

  /** A segment of a finished job with a seat that is not closed. */
  #openSeat(): { readonly id: bigint; readonly k: number; readonly account: Address } | undefined {
    const all = [...this.#state.segments].flatMap(([key, { seats }]) => {
      const [id = "0", k = "0"] = key.split("/");
      return [...seats].map(([account, { outcome }]) => ({ id: BigInt(id), k: Number(k), account, outcome }));
    });
    const over = ({ id }: { readonly id: bigint }) => !["Running", "Closing"].includes(jobOf(this.#state, id)!.status);
    const useful = all.filter((each) => over(each) && each.outcome === "None");
    return this.#pick(useful.length > 0 && !this.#rarely(10) ? useful : all);
  }

  #closeSeat(): Move | undefined {
    const seat = this.#openSeat();
    if (seat === undefined) return undefined;
    const { id, k, account } = seat;
    const from = this.#actor();
    return this.#move("closeSeat", from, [this.#chain.world.verification, "closeSeat", [id, k, account]], (s) => {
      verification.closeSeat(s, from, id, k, account);
      this.#count(`seat ${segmentOf(s, id, k).seats.get(account)!.outcome}`);
    });
  }

  #closeAccusation(): Move | undefined {
    const places = [...this.#state.segments].filter(([, { seats }]) => [...seats.values()].some(({ accusations }) => accusations.size > 0)); // prettier-ignore
    const [key] = this.#pick(places) ?? [];
    if (key === undefined) return undefined;
    const [job = "0", at = "0"] = key.split("/");
    const [id, k] = [BigInt(job), Number(at)];
    const { account, accuser } = this.#accusation(id, k);
    const from = this.#actor();
    const args = [id, k, account, accuser];
    return this.#move("closeAccusation", from, [this.#chain.world.verification, "closeAccusation", args], (s) => {
      const { pool } = s;
      verification.closeAccusation(s, from, { id, k, account, accuser });
      const { proved } = segmentOf(s, id, k).seats.get(account)!.accusations.get(accuser)!;
      this.#count(`accusation ${proved ? "proved" : "not proved"}`);
      if (s.pool !== pool) this.#count("jackpot");
    });
  }

  #openGame(): Move | undefined {
    const id = this.#job("Running", "Closing");
    const job = id === undefined ? undefined : jobOf(this.#state, id);
    if (id === undefined || job === undefined || this.#state.games.length >= 5) return undefined;
    // A conviction ends what there is to see of seats.
    if (this.#straight && segmentOf(this.#state, id, 0).failed.length === 0 && !this.#rarely(8)) return undefined;
    const k = this.#prng.below(job.committed + (this.#rarely(15) ? 1 : 0) || 1);
    const failed = segmentOf(this.#state, id, k).failed;
    const from = (this.#rarely(2) && this.#pick(failed)) || this.#actor();
    const endRoot = this.#rarely(20) ? falseRoot : stateRoot;
    const proposed = this.#rarely(20) ? endRoot : word(9);
    const args = [id, k, endRoot, proposed];
    return this.#move("open", from, [this.#chain.world.pinpoint, "open", args], (s) => {
      games.open(s, from, { id, k, endRoot, proposed });
      if (s.segments.get(`${id}/${k}`)!.failed.length > 0) this.#count("game on a segment attested as failed");
    });
  }

  #gameMove(): Move | undefined {
    const running = this.#state.games.flatMap((each, i) => (expectedMove[each.phase] === null ? [] : [i]));
    const i = this.#rarely(30) ? this.#prng.below(this.#state.games.length || 1) : this.#pick(running);
    const game = i === undefined ? undefined : this.#state.games[i];
    if (i === undefined || game === undefined) return undefined;
    const { world } = this.#chain;
    if (game.phase === "Judgement" && this.#rarely(3)) return this.#verdict();
    const played: readonly Phase[] = ["GridReveal", "GridPick", "TraceReveal", "SidePick", "TensorReveal", "ChunkReveal", "Judgement"]; // prettier-ignore
    const over = expectedMove[game.phase] === null;
    const made = over || this.#rarely(25) ? this.#pick(played)! : game.phase;
    const job = jobOf(this.#state, game.job)!;
    const from = this.#rarely(15) || over ? this.#actor() : game[games.sideOf(game)];
    const [samePosition, sameRoots] = [!this.#rarely(20), !this.#rarely(20)];
    // One segment of one step has no grid to pick from; its moves are never asked for.
    const steps = this.#stepsOf(job, game.checkpoint);
    const { name, args } = moveOf(made, steps);
    const id = BigInt(i + 1);
    const committed = this.#sealed.get(`segment/${game.job}/${game.checkpoint}`)?.root;
    const fits = made !== "GridReveal" || committed !== falseRoot;
    const all = [id, samePosition ? "position" : word(0x905), sameRoots ? "roots" : zeroRoots, ...args];
    return this.#move("move", from, [world.pinpoint, name, all], (s) =>
      games.move(s, from, { id, made, samePosition, sameRoots, fits }),
    );
  }

  /** Tells the arbiter what to answer. */
  #verdict(): Move {
    const { world } = this.#chain;
    const verdict = this.#pick(["DefenderWrong", "ChallengerWrong"] as const)!;
    const args = [verdict === "DefenderWrong" ? 1 : 2, zeroHash];
    return this.#move("verdict", world.accounts.deployer, [world.arbiter, "set", args], (s) => void (s.verdict = verdict)); // prettier-ignore
  }

  #gameEnd(): Move | undefined {
    const { length } = this.#state.games;
    const id = BigInt(1 + this.#prng.below(length + (this.#rarely(20) ? 1 : 0) || 1));
    const from = this.#actor();
    const { pinpoint } = this.#chain.world;
    if (this.#rarely(2)) return this.#move("timeout", from, [pinpoint, "timeout", [id]], (s) => games.timeout(s, from, id)); // prettier-ignore
    return this.#move("reclaim", from, [pinpoint, "reclaim", [id]], (s) => games.reclaim(s, from, id));
  }

  #demand(): Move | undefined {
    const id = this.#job("Running", "Closing");
    const job = id === undefined ? undefined : jobOf(this.#state, id);
    if (id === undefined || job === undefined || this.#state.demands.length >= 5) return undefined;
    // As for games: a conviction ends what there is to see of seats.
    if (this.#straight && !this.#rarely(6)) return undefined;
    const k = this.#prng.below(job.committed + (this.#rarely(15) ? 1 : 0) || 1);
    const from = this.#actor();
    const root = this.#rarely(20) ? falseRoot : stateRoot;
    const [tensor, chunk] = [this.#rarely(20) ? 1 : 0, this.#rarely(3) ? 1 + this.#prng.below(9) : 0];
    const args = [id, k, root, ...programParts, tensor, chunk];
    return this.#move("demand", from, [this.#chain.world.availability, "demand", args], (s) => availability.demand(s, from, { id, k, root, tensor, chunk })); // prettier-ignore
  }

  /** An answer, mostly the right one, or what ends a demand without one. */
  #demandEnd(): Move | undefined {
    const { demands } = this.#state;
    const open = demands.flatMap(({ status }, i) => (status === "Open" ? [BigInt(i + 1)] : []));
    const id = this.#rarely(20) ? BigInt(1 + this.#prng.below(demands.length + 1)) : this.#pick(open);
    if (id === undefined) return undefined;
    const from = this.#actor();
    const { availability: target } = this.#chain.world;
    const kind = this.#prng.below(3);
    if (kind === 1) return this.#move("forfeitDemand", from, [target, "forfeit", [id]], (s) => availability.forfeit(s, from, id)); // prettier-ignore
    if (kind === 2) return this.#move("voidDemand", from, [target, "voidDemand", [id]], (s) => availability.voidDemand(s, from, id)); // prettier-ignore
    const chunk = demands[Number(id) - 1]?.chunk ?? 0;
    const sent = this.#rarely(10) ? 1 - Math.min(1, chunk) : chunk;
    return this.#move("answer", from, [target, "answer", [id, ...answerOf(sent)]], (s) => availability.answer(s, from, id, sent)); // prettier-ignore
  }

  #withdrawal(): Move {
    const from = this.#actor();
    const { market: owing, pinpoint, availability: demands } = this.#chain.world;
    if (this.#rarely(4)) return this.#move("withdraw", from, [demands, "withdraw", []], (s) => availability.withdrawDemands(s, from)); // prettier-ignore
    if (this.#rarely(2)) return this.#move("withdraw", from, [owing, "withdraw", []], (s) => market.withdrawMarket(s, from)); // prettier-ignore
    return this.#move("withdraw", from, [pinpoint, "withdraw", []], (s) => games.withdrawGames(s, from));
  }
}

function repeat<T>(times: number, each: T): T[] {
  return Array.from({ length: times }, () => each);
}
