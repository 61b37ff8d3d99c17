import { zeroHash, type Hex } from "viem";
import { crashPoint, identityOf, type Head, type Outcome, type Replay, type Session } from "../daemon/index.ts";
import {
  accusationSealOf,
  attestSeat,
  closeAccusation,
  closeSeat,
  forfeitJob,
  isForced,
  partStart,
  proveAccusation,
  readAttestations,
  readClaim,
  readOpenedState,
  readSeat,
  readTerms,
  revealSeat,
  sealOf,
  sealSeat,
  accuseSeat,
  truthHashOf,
  wordCall,
  type Call,
  type Job,
  type SecretTree,
  type Terms,
} from "../protocol/index.ts";
import { demandState } from "./demands.ts";
import { placeOf, readDrawn, type Drawn } from "./draws.ts";
import { saltOf } from "./enrolment.ts";
import type { Replays } from "./replays.ts";

/** What a seat attests and what its verifier found; in the journal before it is sealed, so that no restart seals another. */
interface Found {
  readonly root: Hex;
  readonly truth: Hex;
}

/** What is logged of a seat. */
type SeatEvent = "recorded" | "sealed" | "attested" | "accused" | "revealed" | "proved" | "forfeited" | "closed";

/** What may make a call of these come too late, or after somebody who did the same. None of it is a loss. */
const overtaken = new Set(
  [
    "wrong-part",
    "wrong-word",
    "job-not-closing",
    "seats-full",
    "already-sealed",
    "wrong-seat",
    "already-accused",
    "accusations-full",
  ]
    .concat(["nothing-to-open", "no-accusation", "wrong-status", "own-seat", "job-not-finished", "already-recorded"])
    .map((code) => `reverted-${code}`),
);

/** The seats of one verifier: sealed, attested, revealed and closed as the parts of the window follow each other. */
export class Seats {
  readonly #session: Session;
  readonly #replays: Replays;
  readonly #secrets: SecretTree;

  constructor(session: Session, replays: Replays, secrets: SecretTree) {
    this.#session = session;
    this.#replays = replays;
    this.#secrets = secrets;
  }

  /** What the part of a closing job's window asks for. */
  async tend(job: Job, head: Head): Promise<void> {
    const drawn = await readDrawn(this.#session, job, head.timestamp);
    if (drawn === undefined) return this.#recordWord(job, head);
    const terms = await readTerms(this.#session.chain, job.id);
    for (const k of drawn.segments) await this.#tendSegment(job, terms, drawn, k, head);
  }

  /** Frees the stake behind own seats and accusations of a finished job, and takes what they earned. */
  async close(job: Job): Promise<void> {
    const { chain, address, journal } = this.#session;
    const own = `seal/${identityOf(job)}/`;
    for (const { key, state } of journal.list(own)) {
      const k = Number(key.slice(own.length));
      if (state === "mined")
        await this.#perform(
          `close-seat/${identityOf(job)}/${k}`,
          "closed",
          job,
          k,
          closeSeat(chain.deployment, job.id, k, address),
        );
    }
    const accused = `accuse/${identityOf(job)}/`;
    for (const { key, state } of journal.list(accused)) {
      const [k = "", verifier = ""] = key.slice(accused.length).split("/");
      if (state !== "mined") continue;
      const call = closeAccusation(chain.deployment, job.id, Number(k), verifier as Hex, address);
      await this.#perform(`close-accusation/${identityOf(job)}/${k}/${verifier}`, "closed", job, Number(k), call);
    }
  }

  /** Anyone may; whoever is late has paid for nothing, so those with seats to win take turns by their address. */
  async #recordWord(job: Job, head: Head): Promise<void> {
    const call = await wordCall(this.#session.chain, job.drawBlock, head.number);
    if (call !== undefined) await this.#perform(`word/${job.drawBlock}`, "recorded", job, undefined, call);
  }

  async #tendSegment(job: Job, terms: Terms, drawn: Drawn, k: number, head: Head): Promise<void> {
    if (drawn.part === "Seal" && drawn.seats.includes(k)) {
      await this.#demandStart(job, drawn, k, head);
      await this.#seal(job, terms, drawn, k);
    }
    if (drawn.part === "Attest") await this.#attest(job, k);
    if (drawn.part === "Accuse") await this.#accuse(job, terms, drawn, k);
    if (drawn.part === "Open") await this.#reveal(job, k);
    if (drawn.part === "Prove") await this.#prove(job, k);
    if (drawn.part === "Prove" || drawn.part === "Rest") await this.#forfeit(job, k);
  }

  /** In the second half of the part for seals; till then a solver who is away may come back. */
  async #demandStart(job: Job, { sampling }: Drawn, k: number, { timestamp }: Head): Promise<void> {
    const bundle = this.#replays.unserved(job, k);
    const late = 2 * Number(timestamp - sampling.closedAt) >= partStart("Attest", sampling.window);
    if (bundle === undefined || k === 0 || !late || this.#session.breaker.broken) return;
    await demandState(this.#session, job, k - 1, bundle);
  }

  async #seal(job: Job, terms: Terms, drawn: Drawn, k: number): Promise<void> {
    const { chain, address, journal, breaker } = this.#session;
    if (breaker.broken || journal.get(`seal/${identityOf(job)}/${k}`)?.state === "mined") return;
    const truth = await this.#truth(job, terms, drawn, k);
    if (truth === undefined) return;
    const { secret } = this.#secrets.at(job.id, k);
    // Told to attest wrongly: any word but the truth and zero.
    const root = isForced(drawn.word, job.id, k, secret) ? this.#salt(job, k, "error") : truth;
    journal.keep(this.#foundKey(job, k), { root, truth } satisfies Found);
    const seal = sealOf(job.id, k, address, root, this.#truthHash(job, k, truth));
    const call = sealSeat(chain.deployment, job.id, k, drawn.word, seal);
    if (await this.#perform(`seal/${identityOf(job)}/${k}`, "sealed", job, k, call)) crashPoint("sealed");
  }

  /** The drawn state by our own replay, zero where the claim differs from it; undefined until the segment is replayed. */
  async #truth(job: Job, terms: Terms, drawn: Drawn, k: number): Promise<Hex | undefined> {
    const claim = await readClaim(this.#session.chain, job.id, k);
    const replay: Replay | undefined = await this.#replays.of(job, k, claim);
    if (replay === undefined) return undefined;
    return replay.differs ? zeroHash : replay.stateRoots[placeOf(drawn, job, terms, k).index];
  }

  async #attest(job: Job, k: number): Promise<void> {
    const { chain, metrics } = this.#session;
    const found = this.#found(job, k);
    if (found === undefined) return;
    const call = attestSeat(chain.deployment, job.id, k, found.root, this.#truthHash(job, k, found.truth));
    if (!(await this.#perform(`attest/${identityOf(job)}/${k}`, "attested", job, k, call))) return;
    crashPoint("attested");
    metrics.attestations.inc();
  }

  /** Seals that the others' attestations of a segment are wrong which are not what we replayed. */
  async #accuse(job: Job, terms: Terms, drawn: Drawn, k: number): Promise<void> {
    const { chain, address } = this.#session;
    const wrong = (await readAttestations(chain, job)).filter(
      ({ k: at, verifier }) => at === k && verifier !== address,
    );
    if (wrong.length === 0) return;
    const truth = await this.#truth(job, terms, drawn, k);
    if (truth === undefined || truth === zeroHash) return;
    for (const { verifier, root } of wrong) {
      if (root === truth) continue;
      const seal = accusationSealOf(job.id, k, verifier, address, truth, this.#salt(job, k, verifier));
      const call = accuseSeat(chain.deployment, job.id, k, verifier, seal);
      this.#session.journal.keep(`accused/${identityOf(job)}/${k}/${verifier}`, truth);
      await this.#perform(`accuse/${identityOf(job)}/${k}/${verifier}`, "accused", job, k, call);
    }
  }

  async #reveal(job: Job, k: number): Promise<void> {
    const found = this.#found(job, k);
    if (found === undefined) return;
    const { secret, proof } = this.#secrets.at(job.id, k);
    const opening = { truth: found.truth, salt: this.#salt(job, k, "truth"), secret, proof };
    const call = revealSeat(this.#session.chain.deployment, job.id, k, opening);
    if (await this.#perform(`reveal/${identityOf(job)}/${k}`, "revealed", job, k, call)) crashPoint("revealed");
  }

  async #prove(job: Job, k: number): Promise<void> {
    const { chain, journal } = this.#session;
    const prefix = `accuse/${identityOf(job)}/${k}/`;
    for (const { key, state } of journal.list(prefix)) {
      const verifier = key.slice(prefix.length) as Hex;
      const truth = journal.kept<Hex>(`accused/${identityOf(job)}/${k}/${verifier}`);
      // What an opened state shows to be no error would only revert.
      if (state !== "mined" || truth === undefined || (await readOpenedState(chain, job.id, k)) !== truth) continue;
      const call = proveAccusation(chain.deployment, job.id, k, verifier, truth, this.#salt(job, k, verifier));
      await this.#perform(`prove/${identityOf(job)}/${k}/${verifier}`, "proved", job, k, call);
    }
  }

  /** A solver who keeps the drawn state closed though somebody attested. */
  async #forfeit(job: Job, k: number): Promise<void> {
    const { chain, address } = this.#session;
    if (this.#found(job, k) === undefined || !(await readSeat(chain, job.id, k, address)).attested) return;
    if ((await readOpenedState(chain, job.id, k)) !== undefined) return;
    await this.#perform(
      `forfeit/${identityOf(job)}/${k}`,
      "forfeited",
      job,
      k,
      forfeitJob(chain.deployment, job.id, k),
    );
  }

  /** Sends a call once. @returns whether it was made now */
  async #perform(key: string, event: SeatEvent, job: Job, k: number | undefined, call: Call): Promise<boolean> {
    const outcome: Outcome = await this.#session.transactions.perform({ key, call });
    if (outcome.kind === "refused") {
      if (overtaken.has(outcome.refusal.code)) return false;
      throw outcome.refusal;
    }
    if (outcome.kind !== "mined" || !outcome.made) return false;
    const segment = k === undefined ? "" : `, segment ${k}`;
    this.#session.log.info({ event, job: String(job.id), checkpoint: k }, `Job ${job.id}${segment}: ${event}`);
    return true;
  }

  #foundKey(job: Job, k: number): string {
    return `seat/${identityOf(job)}/${k}`;
  }

  /** What we found of a segment, if we hold a seat on it. */
  #found(job: Job, k: number): Found | undefined {
    const sealed = this.#session.journal.get(`seal/${identityOf(job)}/${k}`)?.state === "mined";
    return sealed ? this.#session.journal.kept<Found>(this.#foundKey(job, k)) : undefined;
  }

  #truthHash(job: Job, k: number, truth: Hex): Hex {
    return truthHashOf(truth, this.#salt(job, k, "truth"));
  }

  #salt(job: Job, k: number, purpose: string): Hex {
    return saltOf(this.#secrets, `${identityOf(job)}/${k}/${purpose}`);
  }
}
