import { expect } from "chai";
import { encodeAbiParameters, keccak256, type Hex } from "viem";
import { expectedMove, phases, positionOf, type Game, type Phase } from "../../protocol/index.ts";
import { Arena, disputed, gameIn, verdict, zeroRoots } from "./support/games.ts";
import { audit, bondOf, running, goodTerms, commitUpTo, rootsOf, word } from "./support/jobs.ts";
import { deepShape, emptyEvidence, shortShape, type ToyShape } from "./support/toy.ts";
import { event, freshWorld, type World } from "./support/world.ts";

/** Indices of the contract's enum `Move`. */
const moves = [
  "",
  "revealSteps",
  "pickStep",
  "revealTrace",
  "pickSide",
  "revealNodes",
  "pickNode",
  "openTensor",
  "revealChunk",
  "judge",
];
const runningPhases = phases.filter((phase) => expectedMove[phase] !== null);
const finishedPhases: readonly Phase[] = ["ChallengerWon", "DefenderWon", "Void"];

/** Arguments of every move that mean nothing in particular. */
const anyArgs: Readonly<Record<string, readonly unknown[]>> = {
  revealSteps: [[]],
  pickStep: [0, word(0), word(0), []],
  revealTrace: [word(0), word(0), word(0)],
  pickSide: [true],
  revealNodes: [[]],
  pickNode: [0, word(0), []],
  openTensor: [1, 1, []],
  revealChunk: ["0x"],
  judge: [emptyEvidence],
};

describe("Pinpoint", () => {
  let world: World;
  let accounts: World["accounts"];

  beforeEach(async () => {
    world = await freshWorld();
    accounts = world.accounts;
  });
  afterEach(() => audit(world));

  it("waits for the moves of the specification, phase by phase", async () => {
    for (const [index, phase] of phases.entries()) {
      const expected = expectedMove[phase];
      const side = expected === null ? 0 : expected.side === "defender" ? 1 : 2;
      const move = expected === null ? 0 : moves.indexOf(expected.type);
      expect(await world.read(world.pinpoint, "expectedMove", [index]), phase).to.deep.equal([side, move]);
    }
  });

  describe("opening", () => {
    it("takes the bond and starts where the segment's length asks for", async () => {
      const { steps } = deepShape;
      const firstPhases: readonly [Partial<ToyShape>, Phase][] = [
        [{ steps, grid: 10 }, "GridReveal"],
        [{ steps: 11, grid: 10, step: 10 }, "GridReveal"],
        [{ steps: 10, grid: 10, step: 9 }, "CellReveal"],
        [{ steps: 2, grid: 64, step: 1 }, "CellReveal"],
        [{ steps: 2, grid: 1, step: 1 }, "GridReveal"],
        [{ steps: 1, grid: 64, step: 0 }, "TraceReveal"],
      ];
      for (const [change, phase] of firstPhases) {
        const arena = await Arena.create(world, {}, { ...deepShape, ...change });
        const before = await world.balance(accounts.challenger);
        const gameId = await arena.open();
        expect(await arena.phase(gameId)).to.equal(phase);
        expect(await world.balance(accounts.challenger)).to.equal(before - bondOf(arena.terms));
        expect(await world.read(world.pinpoint, "bondOf", [arena.jobId])).to.equal(bondOf(arena.terms));
      }
    });

    it("says what is disputed and stores it", async () => {
      const arena = await Arena.create(world);
      const { challenger, solver } = accounts;
      const { toy, jobId, terms } = arena;
      const receipt = await world.send(challenger, world.pinpoint, "open", [jobId, disputed, toy.endRoot, word(99)]);
      expect(event(receipt, "GameOpened")).to.deep.equal({
        gameId: 1n,
        jobId,
        checkpoint: disputed,
        challenger,
        defender: solver,
        endRoot: toy.endRoot,
        proposedRoot: word(99),
        bond: bondOf(terms),
      });
      expect(await arena.game(1n)).to.deep.equal({
        phase: phases.indexOf("GridReveal"),
        moves: 0,
        levels: 0,
        lastMoveAt: await world.now(),
        defenderClock: 600,
        challengerClock: 600,
        defenderGas: 0,
        challengerGas: 0,
        index: 0,
        side: 0,
        firstStep: 100,
        steps: 100,
        leaves: 0,
        leftLeaves: 0,
        rightLeaves: 0,
        operator: 0,
        words: 0,
        dtype: 0,
        extension: 60,
        gasCap: 3_000_000,
        gasRefunded: true,
        challenger,
        jobId,
        checkpoint: disputed,
        grid: 10,
        defender: solver,
        defended: jobId,
        position: await world.read(world.pinpoint, "positionOf", [1n]),
        from: toy.startRoot,
        to: toy.endRoot,
        left: word(0),
        node: toy.segmentRoot,
      });
    });

    it("needs a committed checkpoint, its very root, and another root to propose", async () => {
      const jobId = await running(world, await goodTerms(world));
      const open = (k: number, end: Hex, proposed: Hex, error: string, ...values: unknown[]) =>
        world.fails(accounts.challenger, world.pinpoint, "open", [jobId, k, end, proposed], error, values);
      await open(0, rootsOf(0)[0], word(1), "NotCommitted", jobId, 0n, 0n);
      await commitUpTo(world, jobId, 3);
      await open(0, word(5), word(1), "WrongEndRoot", rootsOf(0)[0], word(5));
      await open(0, rootsOf(0)[0], rootsOf(0)[0], "NothingDisputed", rootsOf(0)[0]);
      const { windowEnd } = await world.read<{ windowEnd: bigint }>(world.market, "job", [jobId]);
      await world.at(windowEnd);
      await open(0, rootsOf(0)[0], word(1), "TooLate", jobId, windowEnd - 1n);
      await world.fails(accounts.challenger, world.pinpoint, "open", [9n, 0, word(1), word(2)], "WrongStatus", [9n, 0]);
    });

    it("is impossible without the bond", async () => {
      const arena = await Arena.create(world);
      const { challenger } = accounts;
      await world.send(challenger, world.token, "approve", [world.pinpoint.address, bondOf(arena.terms) - 1n]);
      const args = [arena.jobId, disputed, arena.toy.endRoot, word(99)];
      const values = [world.pinpoint.address, bondOf(arena.terms) - 1n, bondOf(arena.terms)];
      await world.fails(challenger, world.pinpoint, "open", args, "ERC20InsufficientAllowance", values);
    });
  });

  describe("a whole game", () => {
    it("goes through every phase and asks the arbiter the right question", async () => {
      const arena = await Arena.create(world);
      const { toy } = arena;
      const gameId = await arena.open();
      const seen: Phase[] = [];
      for (let phase = await arena.phase(gameId); phase !== "Judgement"; phase = await arena.phase(gameId)) {
        seen.push(phase);
        await arena.move(gameId);
      }
      expect(new Set([...seen, "Judgement"])).to.deep.equal(new Set(runningPhases));
      const { step, operator, words, dtype, chunk, left, right } = toy.shape;
      expect(await arena.game(gameId)).to.deep.include({ operator, words, dtype, index: chunk, moves: 15, levels: 0 });

      const question = keccak256(
        encodeAbiParameters(pinpointQuestion, [
          {
            programRoot: toy.programRoot,
            datasetRoot: arena.terms.datasetRoot,
            from: hex(toy.roots[step]!),
            left: hex(toy.sides.left.root),
            to: hex(toy.roots[step + 1]!),
            step: arena.base + step,
            seed: 7,
            order: 2,
          },
          {
            chunkNode: hex(toy.chunks.node(0, chunk)),
            operator,
            chunkIndex: chunk,
            words,
            dtype,
            leftLeaves: left,
            rightLeaves: right,
          },
        ] as never),
      );
      await arena.setVerdict(verdict.defenderWrong, word(1));
      await arena.refused(gameId, "judge", [emptyEvidence], "OtherQuestion", question, word(1));
      await arena.setVerdict(verdict.none);
      await arena.refused(gameId, "judge", [emptyEvidence], "NoVerdict");
      await arena.setVerdict(verdict.defenderWrong, question);
      const judged = event(await arena.move(gameId), "Judged");
      expect(judged).to.deep.equal({
        gameId,
        operator,
        element: BigInt(chunk * 256 + emptyEvidence.word),
        verdict: 1,
        reason: 1,
        claimed: 1,
        expected: 2,
      });
      expect(await arena.phase(gameId)).to.equal("ChallengerWon");
    });

    it("on one step, one operator and one chunk takes five moves, two of them the defender's in a row", async () => {
      const arena = await Arena.create(world, {}, shortShape);
      const gameId = await arena.open();
      const seen: Phase[] = [await arena.phase(gameId)];
      await arena.setVerdict(verdict.challengerWrong);
      while (!finishedPhases.includes(seen.at(-1)!)) {
        await arena.move(gameId);
        seen.push(await arena.phase(gameId));
      }
      expect(seen).to.deep.equal([
        "TraceReveal",
        "SidePick",
        "TensorReveal",
        "ChunkReveal",
        "Judgement",
        "DefenderWon",
      ]);
    });

    /** The corners of the tree: first and last step, operator, chunk, on both sides, with full and ragged trees. */
    const corners: readonly Partial<ToyShape>[] = [
      { step: 0, operator: 0, chunk: 0 },
      { step: 99, operator: 69, chunk: 70 },
      { step: 9, operator: 63, chunk: 63 },
      { step: 10, operator: 64, chunk: 64 },
      { onRight: true, operator: 0, step: 90 },
      { onRight: true, operator: 2 },
      { left: 64, operator: 63, words: 64 * 256, chunk: 63 },
      { left: 1, operator: 0, words: 257, chunk: 1 },
      { left: 4_097, operator: 4_096, words: 4_096 * 256 + 1, chunk: 4_096 },
      { steps: 64, grid: 1, step: 63 },
      { steps: 4_096, grid: 64, step: 4_095 },
      { steps: 130, grid: 64, step: 129 },
      { steps: 64, grid: 64, step: 31 },
    ];
    for (const corner of corners) {
      it(`reaches ${JSON.stringify(corner)}`, async () => {
        const arena = await Arena.create(world, {}, { ...deepShape, ...corner });
        const gameId = await arena.open();
        await arena.finish(gameId, verdict.challengerWrong);
        const { onRight, operator, left, chunk, step } = arena.toy.shape;
        const culprit = onRight ? left + operator : operator;
        const expected = {
          operator: culprit,
          index: chunk,
          firstStep: arena.base + step,
          steps: 1,
          side: onRight ? 2 : 1,
        };
        expect(await arena.game(gameId)).to.include(expected);
      });
    }
  });

  it("binds every move to chain, contract, game, position and roots", async () => {
    const arena = await Arena.create(world);
    const [first, second] = [await arena.open(), await arena.open()];
    const deployment = { chainId: 31_337, pinpoint: world.pinpoint.address } as never;
    const seen = new Set<Hex>([(await arena.place(second))[0]]);
    while (!finishedPhases.includes(await arena.phase(first))) {
      const game = await arena.game(first);
      const [position, roots] = await arena.place(first);
      expect(position).to.equal(
        positionOf(deployment, first, arena.jobId, { ...game, phase: phases[game.phase]! } as unknown as Game),
      );
      expect(seen.has(position)).to.equal(false);
      const { name, args } = await arena.rightMove(first);
      const values = [first, position, [...seen].at(-1)!];
      const mover = await arena.mover(first);
      await world.fails(
        mover,
        world.pinpoint,
        name,
        [first, [...seen].at(-1), roots, ...args],
        "WrongPosition",
        values,
      );
      for (const root of Object.keys(roots)) {
        const others = { ...roots, [root]: word(1) };
        const given = positionOf(deployment, first, arena.jobId, {
          ...game,
          ...others,
          phase: phases[game.phase]!,
        } as unknown as Game);
        const named = [first, position, others, ...args];
        await world.fails(mover, world.pinpoint, name, named, "WrongRoots", [first, position, given]);
      }
      seen.add(position);
      await arena.setVerdict(verdict.challengerWrong);
      await arena.move(first);
    }
    expect(seen.size).to.equal(17);
  });

  it("records what each move says in its event", async () => {
    const arena = await Arena.create(world);
    const gameId = await arena.open();
    const recorded: Readonly<
      Record<string, readonly [event: string, ...values: readonly (readonly [string, number])[]]>
    > = {
      revealSteps: ["StepsRevealed", ["roots", 0]],
      pickStep: ["StepPicked", ["index", 0], ["before", 1], ["at", 2]],
      revealTrace: ["TraceRevealed", ["left", 2]],
      pickSide: ["SidePicked", ["right", 0]],
      revealNodes: ["NodesRevealed", ["nodes", 0]],
      pickNode: ["NodePicked", ["index", 0], ["node", 1]],
      openTensor: ["TensorOpened", ["words", 0], ["dtype", 1], ["nodes", 2]],
      revealChunk: ["ChunkRevealed", ["chunk", 0]],
    };
    const seen = new Set<string>();
    while ((await arena.phase(gameId)) !== "Judgement") {
      const { name, args } = await arena.rightMove(gameId);
      const [eventName, ...values] = recorded[name]!;
      const expected = Object.fromEntries(values.map(([value, place]) => [value, args[place]]));
      expect(event(await arena.move(gameId), eventName)).to.deep.equal({ gameId, ...expected });
      seen.add(name);
    }
    expect([...seen].toSorted()).to.deep.equal(Object.keys(recorded).toSorted());
  });

  it("accepts in each phase only its move, only from its mover", async () => {
    for (const phase of runningPhases) {
      world = await freshWorld();
      const { arena, gameId } = await gameIn(world, phase);
      const expected = expectedMove[phase]!;
      const place = await arena.place(gameId);
      const mover = await arena.mover(gameId);
      for (const [name, args] of Object.entries(anyArgs)) {
        if (name === expected.type) continue;
        const values = [gameId, phases.indexOf(phase), moves.indexOf(name)];
        await world.fails(mover, world.pinpoint, name, [gameId, ...place, ...args], "WrongPhase", values);
      }
      const { name, args } = await arena.rightMove(gameId);
      for (const caller of Object.values(accounts)) {
        if (caller === mover) continue;
        await world.fails(caller, world.pinpoint, name, [gameId, ...place, ...args], "NotMover", [
          gameId,
          caller,
          mover,
        ]);
      }
    }
  });

  it("never writes a finished or an unknown game", async () => {
    for (const phase of ["None", ...finishedPhases] as const) {
      world = await freshWorld();
      const made = phase === "None" ? { arena: await Arena.create(world), gameId: 7n } : await gameIn(world, phase);
      const { arena, gameId } = made;
      const before = await arena.game(gameId);
      const { challenger, solver, stranger } = accounts;
      for (const caller of [challenger, solver]) {
        for (const [name, args] of Object.entries(anyArgs)) {
          const values = [gameId, phases.indexOf(phase), moves.indexOf(name)];
          await world.fails(caller, world.pinpoint, name, [gameId, word(0), zeroRoots, ...args], "WrongPhase", values);
        }
      }
      const [error, values] =
        phase === "None" ? ["UnknownGame", [gameId]] : ["GameFinished", [gameId, phases.indexOf(phase)]];
      for (const name of ["timeout", "reclaim"])
        await world.fails(stranger, world.pinpoint, name, [gameId], error, values);
      await world.readFails(world.pinpoint, "timeLeft", [gameId], error, values);
      if (phase === "None") await world.readFails(world.pinpoint, "positionOf", [gameId], error, values);
      expect(await arena.game(gameId)).to.deep.equal(before);
    }
  });
});

function hex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** Parameters of the arbiter's question, from its ABI. */
const pinpointQuestion = [
  {
    type: "tuple",
    components: [
      ...["programRoot", "datasetRoot", "from", "left", "to"].map((name) => ({ name, type: "bytes32" })),
      { name: "step", type: "uint32" },
      { name: "seed", type: "uint32" },
      { name: "order", type: "uint8" },
    ],
  },
  {
    type: "tuple",
    components: [
      { name: "chunkNode", type: "bytes32" },
      ...["operator", "chunkIndex", "words"].map((name) => ({ name, type: "uint32" })),
      { name: "dtype", type: "uint8" },
      { name: "leftLeaves", type: "uint32" },
      { name: "rightLeaves", type: "uint32" },
    ],
  },
] as const;
