import type { Hex } from "viem";
import { toHex } from "../../common/index.ts";
import { gameIn } from "./support/games.ts";
import { audit, word } from "./support/jobs.ts";
import { shortShape } from "./support/toy.ts";
import { freshWorld, type World } from "./support/world.ts";

describe("Pinpoint refuses", () => {
  let world: World;

  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  it("steps that are too many, too few, end elsewhere or are not under the segment root", async () => {
    const { arena, gameId } = await gameIn(world, "GridReveal");
    const [roots] = (await arena.rightMove(gameId)).args as [Hex[]];
    await arena.refused(gameId, "revealSteps", [roots.slice(1)], "WrongCount", 10n, 9n);
    await arena.refused(gameId, "revealSteps", [[...roots, word(1)]], "WrongCount", 10n, 11n);
    const elsewhere = [...roots.slice(0, 9), word(1)];
    await arena.refused(gameId, "revealSteps", [elsewhere], "WrongLastRoot", arena.toy.endRoot, word(1));
    await arena.playTo(gameId, "CellReveal");
    const [cell] = (await arena.rightMove(gameId)).args as [Hex[]];
    const { to } = await arena.game(gameId);
    await arena.refused(gameId, "revealSteps", [[...cell.slice(0, 9), word(1)]], "WrongLastRoot", to, word(1));
    await arena.refused(gameId, "revealSteps", [cell.slice(1)], "WrongCount", 10n, 9n);
  });

  it("steps of which any one is changed", async () => {
    const { arena, gameId } = await gameIn(world, "GridReveal");
    const { toy } = arena;
    const [roots] = (await arena.rightMove(gameId)).args as [Hex[]];
    for (let index = 0; index < roots.length - 1; index++) {
      const changed = roots.with(index, word(1));
      const root = toy.rootOf(changed);
      await arena.refused(gameId, "revealSteps", [changed], "RootMismatch", root, toy.segmentRoot);
    }
  });

  it("picks of steps that were not revealed", async () => {
    const { arena, gameId } = await gameIn(world, "GridPick");
    const { node, from } = await arena.game(gameId);
    const [index, before, at, proof] = (await arena.rightMove(gameId)).args as [number, Hex, Hex, Hex[]];
    const pick = (args: unknown[], error: string, ...values: unknown[]) =>
      arena.refused(gameId, "pickStep", args, error, ...values);
    await pick([10, before, at, proof], "LeafOutOfRange", 10n, 10n);
    const { length } = proof;
    await pick([index, before, at, proof.slice(1)], "ProofLength", BigInt(length) - 1n, BigInt(length));
    await pick([index, before, at, [...proof, word(0)]], "ProofLength", BigInt(length) + 1n, BigInt(length));
    const climb = (...picked: Hex[]) => arena.toy.climb(picked, index - 1, 4, proof);
    await pick([index, before, word(1), proof], "RootMismatch", climb(before, word(1)), node);
    await pick([index, word(1), at, proof], "RootMismatch", climb(word(1), at), node);
    const [first, ...siblings] = [arena.toy.segment.node(0, 0), ...arena.toy.segment.proof(0)].map(toHex);
    await pick([0, word(1), first, siblings], "WrongBefore", from, word(1));
    await pick([0, from, first, [...siblings, word(0)]], "ProofLength", 5n, 4n);
  });

  it("another program, and a trace whose counts no program has", async () => {
    const { arena, gameId } = await gameIn(world, "TraceReveal");
    const [header, recordTree, left] = (await arena.rightMove(gameId)).args as [Hex, Hex, Hex];
    const other = arena.toy.programRootOf(header, word(1));
    await arena.refused(gameId, "revealTrace", [header, word(1), left], "RootMismatch", other, arena.toy.programRoot);
    await arena.refused(gameId, "revealTrace", [`${header}00`, recordTree, left], "WrongCount", 32n, 33n);
  });

  for (const header of [
    [65_536, 1],
    [0, 1],
    [2, 0],
    [4_097, 4_097],
    [2, 3],
    [2 ** 32 - 1, 1],
  ] as const) {
    it(`a header of ${header[0]} operators and ${header[1]} states`, async () => {
      const { arena, gameId } = await gameIn(world, "TraceReveal", { ...shortShape, header });
      const { args } = await arena.rightMove(gameId);
      await arena.refused(gameId, "revealTrace", args, "CountsOutOfRange", ...header.map(BigInt));
    });
  }

  it("a root over no outputs that is not EMPTY, and the pick of a side without leaves", async () => {
    const { arena, gameId } = await gameIn(world, "TraceReveal", shortShape);
    const [header, recordTree] = (await arena.rightMove(gameId)).args;
    await arena.refused(gameId, "revealTrace", [header, recordTree, word(1)], "LeftNotEmpty", word(1));
    await arena.playTo(gameId, "SidePick");
    await arena.refused(gameId, "pickSide", [false], "SideEmpty");
  });

  for (const phase of ["OperatorReveal", "ChunksReveal"] as const) {
    it(`nodes that are not those below the node (${phase})`, async () => {
      const { arena, gameId } = await gameIn(world, phase);
      const { node } = await arena.game(gameId);
      const [nodes] = (await arena.rightMove(gameId)).args as [Hex[]];
      const count = BigInt(nodes.length);
      await arena.refused(gameId, "revealNodes", [[...nodes, word(0)]], "WrongCount", count, count + 1n);
      await arena.refused(gameId, "revealNodes", [nodes.slice(1)], "WrongCount", count, count - 1n);
      const changed = nodes.with(-1, word(1));
      const { levels } = await arena.game(gameId);
      const root = arena.toy.rootOf(changed, Math.min(6, levels), levels - Math.min(6, levels));
      await arena.refused(gameId, "revealNodes", [changed], "RootMismatch", root, node);
    });
  }

  for (const phase of ["OperatorPick", "ChunkPick"] as const) {
    it(`picks of nodes that were not revealed (${phase})`, async () => {
      const { arena, gameId } = await gameIn(world, phase);
      const { node } = await arena.game(gameId);
      const [index, picked, proof] = (await arena.rightMove(gameId)).args as [number, Hex, Hex[]];
      const down = BigInt(proof.length);
      // 70 operators and 71 chunks: 35 and 36 real nodes, one level above the leaves.
      const count = phase === "OperatorPick" ? 35n : 36n;
      await arena.refused(gameId, "pickNode", [Number(count), picked, proof], "LeafOutOfRange", count, count);
      await arena.refused(gameId, "pickNode", [index, picked, proof.slice(1)], "ProofLength", down - 1n, down);
      const root = arena.toy.climb([word(1)], index, proof.length, proof);
      await arena.refused(gameId, "pickNode", [index, word(1), proof], "RootMismatch", root, node);
    });
  }

  it("a tensor that is not the operator's output", async () => {
    const { arena, gameId } = await gameIn(world, "TensorReveal");
    const { node } = await arena.game(gameId);
    const [words, dtype, nodes] = (await arena.rightMove(gameId)).args as [number, number, Hex[]];
    const open = (args: unknown[], error: string, ...values: unknown[]) =>
      arena.refused(gameId, "openTensor", args, error, ...values);
    await open([0, dtype, nodes], "NoSuchTensor", 0n, 1n);
    await open([2 ** 31, dtype, nodes], "NoSuchTensor", 2n ** 31n, 1n);
    await open([words, 0, nodes], "NoSuchTensor", BigInt(words), 0n);
    await open([words, 3, nodes], "NoSuchTensor", BigInt(words), 3n);
    await open([words, dtype, nodes.slice(1)], "WrongCount", 36n, 35n);
    await open([words + 1, dtype, nodes], "RootMismatch", arena.toy.tensorRootOf(words + 1, dtype), node);
    await open([words, 2, nodes], "RootMismatch", arena.toy.tensorRootOf(words, 2), node);
  });

  it("a chunk of another length or content", async () => {
    const { arena, gameId } = await gameIn(world, "ChunkReveal");
    const [chunk] = (await arena.rightMove(gameId)).args as [Hex];
    const { node } = await arena.game(gameId);
    await arena.refused(gameId, "revealChunk", [chunk.slice(0, -2)], "WrongCount", 1_024n, 1_023n);
    await arena.refused(gameId, "revealChunk", [`${chunk}00`], "WrongCount", 1_024n, 1_025n);
    const changed: Hex = `0x${chunk.slice(2, -2)}${chunk.endsWith("00") ? "01" : "00"}`;
    await arena.refused(gameId, "revealChunk", [changed], "RootMismatch", arena.toy.chunkHashOf(changed), node);
  });
});
