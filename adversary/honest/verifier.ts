import { encodeAbiParameters, keccak256, zeroHash, type Address, type Hex } from "viem";
import { toHex } from "../../common/index.ts";
import {
  accusationSealOf,
  accuseSeat,
  attestSeat,
  closeAccusation,
  closeSeat,
  forfeitJob,
  isForced,
  proveAccusation,
  revealSeat,
  sealOf,
  sealSeat,
  truthHashOf,
  wordCall,
  type Call,
  type Claim,
  type SecretTree,
} from "../../protocol/index.ts";
import type { Execution } from "../execution.ts";
import type { Look, Party } from "../party.ts";
import type { Sending } from "../sending.ts";
import { sameAccount } from "../record.ts";
import { Games } from "./challenger.ts";
import type { Solver } from "./solver.ts";

/** What a verifier seals: the word he attests, and what he holds for the drawn state; zero where the claim is wrong. */
export interface Found {
  readonly root: Hex;
  readonly truth: Hex;
}

/** A segment by an own replay. */
interface Replayed {
  readonly own: Execution;
  /** The first segment found wrong on the way to it, itself included. */
  readonly wrong: number | undefined;
}

/** Verifiers that record the word take turns of so many blocks, since whoever is second has paid for nothing. */
const turns = 4n;

/** After a job's end, before a seat is closed for its owner. UNITS: seconds. */
const patience = 3_600;

/** Replays the segments of his seats, attests what he finds, disputes what is wrong, accuses who attests otherwise. */
export class Verifier implements Party {
  readonly account: Address;
  readonly jobId: bigint;
  protected readonly games: Games;
  protected readonly secrets: SecretTree;
  /** Who serves the states that segments start from, and what the training is. */
  protected readonly solver: Solver;
  readonly #executed = new Set<string>();

  constructor(account: Address, jobId: bigint, secrets: SecretTree, solver: Solver) {
    this.account = account;
    this.jobId = jobId;
    this.secrets = secrets;
    this.solver = solver;
    this.games = new Games(account);
  }

  get executed(): number {
    return this.#executed.size;
  }

  async act(look: Look): Promise<readonly Sending[]> {
    const { chain, job } = look;
    const target = job.closing?.args.drawBlock;
    if (target !== undefined && job.word === undefined) {
      if (!this.records(look)) return [];
      const call = await wordCall(chain, target, job.height);
      return call === undefined ? [] : [{ from: this.account, call }];
    }
    const calls = [...this.calls(look)].map((call): Sending => ({ from: this.account, call }));
    return [...calls, ...this.games.moves(look, ({ k }) => ({ own: this.replayed(look, k).own }))];
  }

  wakes({ job }: Look): readonly number[] {
    const end = (job.last("JobSettled") ?? job.last("JobConvicted"))?.time;
    return end === undefined ? [] : [end + patience];
  }

  /** Whether it is his turn to record the word. */
  protected records({ job }: Look): boolean {
    return BigInt(this.account) % turns === job.height % turns;
  }

  /** All that is no move. */
  protected *calls(look: Look): Iterable<Call> {
    const { job } = look;
    if (job.part === "Seal") yield* this.seal(look);
    if (job.part === "Attest") yield* this.attest(look);
    if (job.part === "Accuse") yield* this.accuse(look);
    if (job.part === "Open") yield* this.reveal(look);
    if (job.part === "Prove") yield* this.prove(look);
    if (job.part === "Prove" || job.part === "Rest") yield* this.forfeit(look);
    if (["Accuse", "Open", "Prove", "Rest"].includes(job.part)) yield* this.dispute(look);
    if (job.finished) yield* this.close(look);
  }

  /** What he seals on a segment that he has a seat on; undefined to leave the seat. */
  protected found(look: Look, k: number): Found | undefined {
    const { own, wrong } = this.replayed(look, k);
    const truth = wrong === undefined ? own.onGrid[look.job.place(k).index]! : zeroHash;
    return { root: this.obeyed(look, k, truth), truth };
  }

  /** The truth, or where his secret tells to attest wrongly another word. */
  protected obeyed({ job }: Look, k: number, truth: Hex): Hex {
    const { secret } = this.secrets.at(this.jobId, k);
    return isForced(job.word!, this.jobId, k, secret) ? this.salt(k, "error") : truth;
  }

  /** Own replay of segment k from the state that its solver serves, or if he serves none of the whole job up to it. */
  protected replayed({ job }: Look, k: number): Replayed {
    const served = this.solver.serve(k);
    if (served !== undefined) {
      const own = this.#execute(k, served);
      return { own, wrong: differs(job.claim(k), own) ? k : undefined };
    }
    let own = this.#execute(0, this.solver.claims.before(0));
    for (let at = 0; ; at++) {
      if (differs(job.claim(at), own)) return { own, wrong: at };
      if (at === k) return { own, wrong: undefined };
      own = this.#execute(at + 1, own.end);
    }
  }

  #execute(k: number, start: Execution["end"]): Execution {
    const own = this.solver.claims.course.replay(this.solver.claims.first + k, start);
    this.#executed.add(`${k}/${own.roots[0]!}`);
    return own;
  }

  protected *seal(look: Look): Iterable<Call> {
    const { chain, job } = look;
    for (const k of job.drawn) {
      const full = job.all("Sealed", { k }).length >= 2 * job.terms.attestors;
      if (full || !job.eligible(k, this.account) || job.seat(k, this.account).sealed !== undefined) continue;
      const found = this.found(look, k);
      if (found === undefined) continue;
      const seal = sealOf(this.jobId, k, this.account, found.root, this.truthHash(k, found.truth));
      yield sealSeat(chain.deployment, this.jobId, k, job.word!, seal);
    }
  }

  /** Drawn segments on which he has sealed. */
  seats({ job }: Look): number[] {
    return job.drawn.filter((k) => job.seat(k, this.account).sealed !== undefined);
  }

  protected *attest(look: Look): Iterable<Call> {
    const { chain, job } = look;
    for (const k of this.seats(look)) {
      if (job.seat(k, this.account).attested !== undefined) continue;
      const { root, truth } = this.found(look, k)!;
      yield attestSeat(chain.deployment, this.jobId, k, root, this.truthHash(k, truth));
    }
  }

  /** Those who attested another word than he knows to be true. */
  protected *accuse(look: Look): Iterable<Call> {
    const { chain, job } = look;
    for (const k of this.seats(look)) {
      const { truth } = this.found(look, k)!;
      if (truth === zeroHash) continue;
      for (const { verifier, root } of job.all("Attested", { k }).map(({ args }) => args)) {
        if (sameAccount(verifier, this.account) || root === truth) continue;
        if (job.last("Accused", { k, verifier, accuser: this.account }) !== undefined) continue;
        const seal = accusationSealOf(this.jobId, k, verifier, this.account, truth, this.salt(k, verifier));
        yield accuseSeat(chain.deployment, this.jobId, k, verifier, seal);
      }
    }
  }

  protected *reveal(look: Look): Iterable<Call> {
    const { chain, job } = look;
    for (const k of this.seats(look)) {
      const { attested, revealed } = job.seat(k, this.account);
      if (attested === undefined || revealed !== undefined) continue;
      const { truth } = this.found(look, k)!;
      const opening = { truth, salt: this.salt(k, "truth"), ...this.secrets.at(this.jobId, k) };
      yield revealSeat(chain.deployment, this.jobId, k, opening);
    }
  }

  protected *prove(look: Look): Iterable<Call> {
    const { chain, job } = look;
    for (const { k, verifier } of job.all("Accused", { accuser: this.account }).map(({ args }) => args)) {
      const truth = this.accusedWith(look, k);
      const known = job.last("Caught", { k, verifier, accuser: this.account }) !== undefined;
      // Of an attestation that is right there is nothing to prove.
      if (known || job.seat(k, verifier).attested?.args.root === truth || job.opened(k) !== truth) continue;
      yield proveAccusation(chain.deployment, this.jobId, k, verifier, truth, this.salt(k, verifier));
    }
  }

  /** The truth of his accusations on a segment. */
  protected accusedWith(look: Look, k: number): Hex {
    return this.found(look, k)!.truth;
  }

  /** A solver who keeps the drawn state of an attested segment closed. */
  protected *forfeit(look: Look): Iterable<Call> {
    const { chain, job } = look;
    const closed = this.seats(look).find(
      (k) => job.seat(k, this.account).attested !== undefined && job.opened(k) === undefined,
    );
    if (closed !== undefined) yield forfeitJob(chain.deployment, this.jobId, closed);
  }

  /** What he found wrong, once his attestation says so; where it is an earlier segment that fails, that one. */
  protected *dispute(look: Look): Iterable<Call> {
    const { job } = look;
    if (job.now >= job.windowEnd) return;
    const wrong = new Set<number>();
    for (const k of this.seats(look)) {
      if (job.seat(k, this.account).attested === undefined || this.found(look, k)!.truth !== zeroHash) continue;
      wrong.add(this.replayed(look, k).wrong!);
    }
    for (const k of wrong) if (!this.games.opened(look, k)) yield this.games.open(look, k, this.replayed(look, k).own);
  }

  /** Frees the stake behind his seats and accusations, and takes what they earned. */
  protected *close(look: Look): Iterable<Call> {
    const { chain, job } = look;
    const seats = this.seats(look).filter((k) => job.seat(k, this.account).closed === undefined);
    for (const k of seats) yield closeSeat(chain.deployment, this.jobId, k, this.account);
    for (const { k, verifier } of job.all("Accused", { accuser: this.account }).map(({ args }) => args)) {
      if (job.last("AccusationClosed", { k, verifier, accuser: this.account }) !== undefined) continue;
      // Who was accused and does not close his seat keeps his accuser's bond.
      if (job.seat(k, verifier).closed === undefined) {
        if (job.now >= (job.last("JobSettled") ?? job.last("JobConvicted"))!.time + patience)
          yield closeSeat(chain.deployment, this.jobId, k, verifier);
        continue;
      }
      yield closeAccusation(chain.deployment, this.jobId, k, verifier, this.account);
    }
  }

  protected truthHash(k: number, truth: Hex): Hex {
    return truthHashOf(truth, this.salt(k, "truth"));
  }

  /** Nobody can guess it who does not know his secrets. */
  protected salt(k: number, purpose: string): Hex {
    const types = ["bytes32", "uint64", "uint16", "string"].map((type) => ({ type }));
    return keccak256(encodeAbiParameters(types, [this.secrets.seed, this.jobId, k, purpose]));
  }
}

/** Whether a claim is another than an own execution's. */
function differs(claim: Claim, own: Execution): boolean {
  return claim.endRoot !== own.roots.at(-1) || claim.segmentRoot !== toHex(own.segment.root);
}
