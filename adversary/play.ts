import { zeroHash, type Hex } from "viem";
import { fromHex, OperatorError, toHex, type Prng } from "../common/index.ts";
import { challengerMove, defenderMove, type Aim, type ExecutedSegment } from "../dispute/index.ts";
import { segmentCommitment, stateCommitment, workUnitsPerStep, type State } from "../engine/index.ts";
import {
  acceptJob,
  accusationSealOf,
  accuseSeat,
  attestSeat,
  cancelJob,
  closeAccusation,
  closeSeat,
  commitCheckpoint,
  drawnState,
  expectedMove,
  finishedStatuses,
  forfeitJob,
  gameHistory,
  isForced,
  isSeatDrawn,
  isSegmentDrawn,
  makeMove,
  openDrawnState,
  openGame,
  partStart,
  positionOf,
  proveAccusation,
  readAttestations,
  readGame,
  readGameCount,
  readJob,
  readJobCount,
  readOpenedState,
  readSampling,
  readWeights,
  readWord,
  reclaimGame,
  revealSeat,
  sealOf,
  sealSeat,
  settleJob,
  submitJob,
  timeoutGame,
  truthHashOf,
  wordCall,
  type Call,
  type Job,
  type Part,
  type Terms,
} from "../protocol/index.ts";
import { completeTerms, type TermChoices } from "../submitter/index.ts";
import { accomplices, honestVerifiers, type Arena, type Role } from "./arena.ts";
import { interval, segments, seed, steps, type Executed, type Lie, type Training } from "./lies.ts";

/** What of a run is not as the honest would have it. Whatever is left out is honest. */
export interface Plan {
  /** What the solver commits in a segment instead of the truth. */
  readonly lie?: (k: number) => Lie | undefined;
  /** How he answers in games: at once, in the last second of his clock, or never. */
  readonly defends?: "plays" | "late" | "silent";
  /** Whether he opens the drawn states. */
  readonly opens?: boolean;
  /**
   * What the accomplices attest: `honest` as they find by a replay, `pass` the segment's end without one, `claimed` what the
   * solver tells them his state is, `copy` the seal of somebody else, `none` nothing.
   */
  readonly attest?: "honest" | "pass" | "claimed" | "copy" | "none";
  /** Whether the accomplices accuse every attestation of others. */
  readonly accusesAll?: boolean;
  /** Terms besides the usual. */
  readonly terms?: Partial<TermChoices>;
  /** What the attacker does once a checkpoint is committed, before its job closes. */
  readonly running?: (play: Play, k: number) => Promise<void>;
  /** What he does as soon as the job is closing. */
  readonly closing?: (play: Play) => Promise<void>;
  /** What he does when an honest verifier has opened a game. */
  readonly disputed?: (play: Play, k: number) => Promise<void>;
}

/** A job that starts from another's last state. */
export interface Parent {
  readonly id: bigint;
  readonly root: Hex;
  readonly end: State;
}

const salt = (role: Role): Hex => toHex(new TextEncoder().encode(role.padEnd(32, "-")));

/** One job from submission to the last closed seat, played by everybody's plan. */
export class Play {
  readonly arena: Arena;
  readonly training: Training;
  readonly plan: Plan;
  readonly prng: Prng;
  readonly solver: Role;
  jobId = 0n;
  terms!: Terms;
  /** What the solver executed, segment by segment, and what is right from the same start. */
  readonly executed: Executed[] = [];
  readonly right: Executed[] = [];
  /** Segments that each role computed, for the reckoning of its cost. */
  readonly computed = new Map<Role, number>();
  readonly #found = new Map<string, { readonly root: Hex; readonly truth: Hex }>();
  readonly #seats: { readonly k: number; readonly role: Role; readonly seal: Hex }[] = [];
  readonly #accused: { readonly accuser: Role; readonly k: number; readonly role: Role; readonly truth: Hex }[] = [];

  constructor(parts: Pick<Play, "arena" | "training" | "plan" | "prng"> & { readonly solver?: Role }) {
    ({ arena: this.arena, training: this.training, plan: this.plan, prng: this.prng } = parts);
    this.solver = parts.solver ?? "solver";
  }

  get deployment() {
    return this.arena.chain.deployment;
  }
  job(): Promise<Job> {
    return readJob(this.arena.chain, this.jobId);
  }
  get lies(): boolean {
    return this.executed.some(({ trace }, k) => trace.roots.at(-1) !== this.right[k]!.trace.roots.at(-1));
  }

  /** Submission, acceptance, and every commitment. */
  async train(parent?: Parent): Promise<void> {
    const { arena, training, plan, deployment } = this;
    const { program } = training;
    const initial = parent?.root ?? toHex(stateCommitment(training.start, program).root);
    const roots = {
      programRoot: toHex(training.commitment.root),
      datasetRoot: toHex(training.datasetCommitment.root),
      initialStateRoot: initial,
      manifestHash: zeroHash,
    };
    const job = { roots, workUnitsPerStep: workUnitsPerStep(program), manifest: { training: {} } } as never;
    const choices = { steps, interval, grid: 1, seed, unitPrice: 10n ** 13n, auction: 0, uri: "http://127.0.0.1" };
    const line = parent === undefined ? {} : { parent: parent.id };
    const all = { ...choices, ...line, ...plan.terms } as TermChoices;
    this.terms = await completeTerms(arena.chain, job, all, await arena.now());
    // Other numbers of jobs are drawn otherwise.
    if (parent === undefined)
      for (let n = this.prng.below(5); n > 0; n--) {
        await arena.act("submitter", submitJob(deployment, this.terms));
        await arena.act("submitter", cancelJob(deployment, await readJobCount(arena.chain)));
      }
    await arena.act("submitter", submitJob(deployment, this.terms));
    this.jobId = await readJobCount(arena.chain);
    const { termsHash } = await this.job();
    await arena.act(this.solver, acceptJob(deployment, this.jobId, termsHash, ""));
    let from: State = parent?.end ?? training.start;
    for (let k = 0; k < segments; k++) {
      const lie = plan.lie?.(k);
      const right = training.segment(k, from);
      const executed = lie === undefined ? right : training.lie(lie, k, from, this.prng);
      // Who repeats a state computes nothing.
      if (lie !== "stop") this.count(this.solver);
      this.right.push(right);
      this.executed.push(executed);
      from = executed.end;
      const { roots: states, segment } = executed.trace;
      const root = toHex(segment.root);
      await arena.act(this.solver, commitCheckpoint(deployment, this.jobId, termsHash, k, states.at(-1)!, root));
      if (k + 1 < segments) await plan.running?.(this, k);
    }
    await plan.closing?.(this);
    await this.#defend();
  }

  /** The solver answers where he is to move. */
  async #defend(): Promise<void> {
    if (this.plan.defends === "silent") return;
    for (let id = 1n; id <= (await readGameCount(this.arena.chain)); id++) {
      const { jobId, checkpoint, game } = await readGame(this.arena.chain, id);
      if (jobId !== this.jobId || expectedMove[game.phase]?.side !== "defender") continue;
      const move = defenderMove(game, this.executed[checkpoint]!.trace);
      const position = positionOf(this.deployment, id, jobId, game);
      await this.arena.act(this.solver, makeMove(this.deployment, id, position, move));
    }
  }

  count(role: Role): void {
    this.computed.set(role, (this.computed.get(role) ?? 0) + 1);
  }

  /** The window, part by part, to settlement, and what is left to close. */
  async finish(): Promise<void> {
    const { arena } = this;
    const { drawBlock } = await this.job();
    for (;;) {
      const call = await wordCall(arena.chain, drawBlock, await arena.chain.client.getBlockNumber({ cacheTime: 0 }));
      if (call === undefined) await arena.request("anvil_mine", "0x1");
      else {
        await this.#maybe("other", call);
        if ((await readWord(arena.chain, drawBlock)) !== undefined) break;
      }
    }
    await this.#seals();
    await this.#in("Attest", () => this.#attestations());
    await this.#in("Accuse", () => this.#accusations());
    await this.#in("Open", () => this.#openings());
    await this.#in("Prove", () => this.#proofs());
    const { status, windowEnd } = await this.job();
    if (status === "Closing") {
      await this.#passTo(windowEnd);
      await this.#endGames();
      await this.#maybe("other", settleJob(this.deployment, this.jobId));
    }
    await this.close();
  }

  /** Frees what is behind seats, accusations and void games. */
  async close(): Promise<void> {
    if (!finishedStatuses.includes((await this.job()).status)) return;
    for (const { k, role } of this.seats())
      await this.#maybe("other", closeSeat(this.deployment, this.jobId, k, this.arena.address(role)));
    for (const { accuser, k, role } of this.#accused) {
      const [of, by] = [this.arena.address(role), this.arena.address(accuser)];
      await this.#maybe("other", closeAccusation(this.deployment, this.jobId, k, of, by));
    }
    for (let id = 1n; id <= (await readGameCount(this.arena.chain)); id++)
      if (expectedMove[(await readGame(this.arena.chain, id)).game.phase] !== null)
        await this.#maybe("other", reclaimGame(this.deployment, id));
  }

  /** A call that may come too late, or after another's. */
  async #maybe(role: Role, call: Call): Promise<boolean> {
    try {
      await this.arena.act(role, call);
      return true;
    } catch (error) {
      if (error instanceof OperatorError) return false;
      throw error;
    }
  }

  async #in(part: Exclude<Part, "None">, acts: () => Promise<void>): Promise<void> {
    if ((await this.job()).status !== "Closing") return;
    const { closedAt, window } = await readSampling(this.arena.chain, this.jobId);
    await this.#passTo(closedAt + BigInt(partStart(part, window)));
    await acts();
  }

  async #passTo(time: bigint): Promise<void> {
    const now = await this.arena.now();
    // Parts last hours, so more blocks than are ever taken back.
    if (time > now) await this.arena.pass(Number(time - now), 4);
  }

  // The draw.

  async #draw() {
    const sampling = await readSampling(this.arena.chain, this.jobId);
    return { sampling, word: (await readWord(this.arena.chain, sampling.drawBlock))! };
  }

  async drawnSegments(): Promise<number[]> {
    const { sampling, word } = await this.#draw();
    return Array.from({ length: sampling.committed }, (_, k) => k).filter((k) =>
      isSegmentDrawn(word, this.jobId, k, sampling),
    );
  }

  async hasSeat(role: Role, k: number): Promise<boolean> {
    const { sampling, word } = await this.#draw();
    const address = this.arena.address(role);
    const { weight, total } = await readWeights(this.arena.chain, address, sampling.snapshotAt - 1n);
    return isSeatDrawn(word, this.jobId, k, address, { weight, total, attestors: sampling.attestors });
  }

  /** Seats that were taken. */
  seats(): readonly { readonly k: number; readonly role: Role; readonly seal: Hex }[] {
    return this.#seats;
  }

  #place(word: Hex, k: number): number {
    return drawnState(word, this.jobId, k, { steps: interval, grid: 1 }).index;
  }

  // The parts of the window.

  async #seals(): Promise<void> {
    const { word } = await this.#draw();
    for (const k of await this.drawnSegments()) {
      for (const role of honestVerifiers) {
        if ((await this.job()).status !== "Closing") return;
        if (!(await this.hasSeat(role, k))) continue;
        this.count(role);
        const truth = this.#truth(k, this.#place(word, k));
        const told = isForced(word, this.jobId, k, this.arena.secrets.get(role)!.at(this.jobId, k).secret);
        await this.#seal(role, k, { root: told ? salt(role) : truth, truth });
        if (truth === zeroHash) await this.dispute(role, k);
      }
      for (const role of accomplices) {
        if ((await this.job()).status !== "Closing") return;
        if (await this.hasSeat(role, k)) await this.#sealAsPlanned(role, k, word);
      }
    }
  }

  /** The drawn state by a replay from the solver's own start; zero where his roots differ. */
  #truth(k: number, index: number): Hex {
    const [own, right] = [this.executed[k]!.trace, this.right[k]!.trace];
    const same = own.roots.at(-1) === right.roots.at(-1) && toHex(own.segment.root) === toHex(right.segment.root);
    return same ? right.roots[index + 1]! : zeroHash;
  }

  async #sealAsPlanned(role: Role, k: number, word: Hex): Promise<void> {
    const { attest = "honest" } = this.plan;
    const index = this.#place(word, k);
    const claimed = this.executed[k]!.trace.roots;
    if (attest === "none") return;
    if (attest === "copy") {
      const seen = this.seats().find((seat) => seat.k === k && honestVerifiers.includes(seat.role as "verifier1"));
      if (seen === undefined) return;
      const { seal } = seen;
      if (await this.#maybe(role, sealSeat(this.deployment, this.jobId, k, seal))) this.#seats.push({ role, k, seal });
      this.#found.set(`${role}/${k}`, this.#found.get(`${seen.role}/${k}`)!);
      return;
    }
    if (attest === "honest") this.count(role);
    const truth = { honest: this.#truth(k, index), pass: claimed.at(-1)!, claimed: claimed[index + 1]! }[attest];
    const told = isForced(word, this.jobId, k, this.arena.secrets.get(role)!.at(this.jobId, k).secret);
    await this.#seal(role, k, { root: told ? salt(role) : truth, truth });
    if (attest === "honest" && truth === zeroHash) await this.dispute(role, k);
  }

  async #seal(role: Role, k: number, found: { readonly root: Hex; readonly truth: Hex }): Promise<void> {
    this.#found.set(`${role}/${k}`, found);
    const address = this.arena.address(role);
    const seal = sealOf(this.jobId, k, address, found.root, truthHashOf(found.truth, salt(role)));
    if (await this.#maybe(role, sealSeat(this.deployment, this.jobId, k, seal))) this.#seats.push({ role, k, seal });
  }

  async #attestations(): Promise<void> {
    for (const { role, k } of this.seats()) {
      const { root, truth } = this.#found.get(`${role}/${k}`)!;
      await this.#maybe(role, attestSeat(this.deployment, this.jobId, k, root, truthHashOf(truth, salt(role))));
    }
  }

  /** Honest verifiers accuse what they know to be wrong on segments that they replayed. */
  async #accusations(): Promise<void> {
    const attested = await readAttestations(this.arena.chain, await this.job());
    for (const { k, verifier, root } of attested) {
      const role = this.seats().find((seat) => this.arena.address(seat.role) === verifier)?.role;
      if (role === undefined) continue;
      for (const accuser of [...honestVerifiers, ...accomplices]) {
        const truth = this.#found.get(`${accuser}/${k}`)?.truth;
        const hostile = this.plan.accusesAll === true && accomplices.includes(accuser as "accomplice1");
        if (accuser === role || (!hostile && (truth === undefined || truth === zeroHash || truth === root))) continue;
        if (!hostile && !honestVerifiers.includes(accuser as "verifier1")) continue;
        await this.#accuse(accuser, k, role, truth ?? root);
      }
    }
  }

  async #accuse(accuser: Role, k: number, role: Role, truth: Hex): Promise<void> {
    const [of, by] = [this.arena.address(role), this.arena.address(accuser)];
    const seal = accusationSealOf(this.jobId, k, of, by, truth, salt(accuser));
    if (await this.#maybe(accuser, accuseSeat(this.deployment, this.jobId, k, of, seal)))
      this.#accused.push({ accuser, k, role, truth });
  }

  async #openings(): Promise<void> {
    const { word } = await this.#draw();
    if (this.plan.opens !== false)
      for (const k of await this.drawnSegments()) {
        const { trace } = this.executed[k]!;
        const index = this.#place(word, k);
        const states = trace.roots.slice(1);
        const proof = segmentCommitment(states.map(fromHex)).tree.proof(index).map(toHex);
        await this.#maybe(this.solver, openDrawnState(this.deployment, this.jobId, k, states[index]!, proof));
      }
    for (const { role, k } of this.seats()) {
      const { truth } = this.#found.get(`${role}/${k}`)!;
      const { secret, proof } = this.arena.secrets.get(role)!.at(this.jobId, k);
      await this.#maybe(role, revealSeat(this.deployment, this.jobId, k, { truth, salt: salt(role), secret, proof }));
    }
  }

  async #proofs(): Promise<void> {
    for (const { accuser, k, role, truth } of this.#accused)
      await this.#maybe(
        accuser,
        proveAccusation(this.deployment, this.jobId, k, this.arena.address(role), truth, salt(accuser)),
      );
    for (const { role, k } of this.seats()) {
      if (!honestVerifiers.includes(role as "verifier1")) continue;
      if ((await readOpenedState(this.arena.chain, this.jobId, k)) === undefined)
        await this.#maybe(role, forfeitJob(this.deployment, this.jobId, k));
    }
  }

  // Games.

  /** An honest verifier disputes segment k, plays to the end, and calls the timeout of who is silent. */
  async dispute(role: Role, k: number): Promise<void> {
    const gameId = await this.open(role, k, this.right[k]!.trace.roots.at(-1)!);
    await this.plan.disputed?.(this, k);
    await this.playGame(gameId, role, this.right[k]!.trace);
  }

  async open(role: Role, k: number, proposed: Hex): Promise<bigint> {
    const endRoot = this.executed[k]!.trace.roots.at(-1)!;
    await this.arena.act(role, openGame(this.deployment, this.jobId, k, endRoot, proposed));
    return readGameCount(this.arena.chain);
  }

  /** @param aim where a challenger points who sees no difference */
  async playGame(gameId: bigint, challenger: Role, trace: ExecutedSegment, aim?: Aim, late = false): Promise<void> {
    const { arena, deployment } = this;
    const { defends = "plays" } = this.plan;
    for (;;) {
      const view = await readGame(arena.chain, gameId);
      const { game } = view;
      const expected = expectedMove[game.phase];
      if (expected === null || (await this.job()).status === "Convicted") return;
      const byDefender = expected.side === "defender";
      const clock = byDefender ? view.defenderClock : view.challengerClock;
      if (byDefender && defends === "silent") {
        await arena.pass(clock + 1);
        await arena.act(challenger, timeoutGame(deployment, gameId));
        return;
      }
      if (byDefender ? defends === "late" : late) await arena.pass(Math.max(0, clock - 3));
      const history = await gameHistory(arena.chain, gameId);
      const own = this.executed[view.checkpoint]!.trace;
      const move = byDefender ? defenderMove(game, own) : challengerMove(game, history, trace, aim);
      const position = positionOf(deployment, gameId, this.jobId, game);
      await arena.act(byDefender ? this.solver : challenger, makeMove(deployment, gameId, position, move));
    }
  }

  /** The timeouts of games that nobody plays on. */
  async #endGames(): Promise<void> {
    for (let id = 1n; id <= (await readGameCount(this.arena.chain)); id++) {
      const view = await readGame(this.arena.chain, id);
      if (view.jobId !== this.jobId || expectedMove[view.game.phase] === null) continue;
      const clock = Math.max(view.defenderClock, view.challengerClock);
      await this.arena.pass(clock + 1);
      await this.#maybe("other", timeoutGame(this.deployment, id));
    }
  }
}
