import { expect } from "chai";
import { concatHex, type Address, type Hex } from "viem";
import { createPrng, fromHex, rootFromRange, sha256, toHex, u32Bytes } from "../../common/index.ts";
import { openChunk } from "../../engine/index.ts";
import { demandStatuses, type Terms } from "../../protocol/index.ts";
import {
  answerGas,
  answerOf,
  committed as committedJob,
  demandArgs,
  header,
  programRoot,
  programRootOf,
  recordTree,
  state,
  stateRoot,
} from "./support/demands.ts";
import { audit, closing, goodTerms, readJob, statusOf, timeoutGas, word } from "./support/jobs.ts";
import { event, freshWorld, oddWorld, type World } from "./support/world.ts";

const prng = createPrng(20261126);
const random = (bytes: number): Hex => toHex(Uint8Array.from({ length: bytes }, () => prng.below(256)));

describe("Availability", () => {
  let world: World;
  let terms: Terms;
  let solver: Address, challenger: Address, stranger: Address, submitter: Address;

  beforeEach(async () => {
    world = await freshWorld();
    ({ solver, challenger, stranger, submitter } = world.accounts);
    terms = await goodTerms(world, { programRoot });
  });

  const send = (from: Address, name: string, ...args: unknown[]) => world.send(from, world.availability, name, args);
  const fails = (from: Address, name: string, args: unknown[], error: string, ...values: unknown[]) =>
    world.fails(from, world.availability, name, args, error, values);
  const demandOf = (id: bigint) =>
    world.read<{ status: number; answerBy: bigint }>(world.availability, "demandOf", [id]);
  const statusOfDemand = async (id: bigint) => demandStatuses[(await demandOf(id)).status];
  const owed = (account: Address) => world.credit(world.availability, account);

  const committed = (changes: Partial<Terms> = {}, root = stateRoot) => {
    terms = { ...terms, ...changes };
    return committedJob(world, terms, root);
  };

  it("answers a demand with the chunk, pays the answerer, and lets the job go on", async () => {
    const jobId = await committed();
    const price = answerGas * terms.gasRate;
    const before = await world.balance(challenger);
    for (const [tensor, chunk] of [
      [0, 0],
      [1, 0],
      [1, 2],
      [2, 0],
    ] as const) {
      const made = await send(challenger, "demand", ...demandArgs(jobId, tensor, chunk));
      const { demandId, answerBy } = event(made, "ChunkDemanded") as { demandId: bigint; answerBy: bigint };
      expect(event(made, "ChunkDemanded")).to.include({ demander: challenger, tensor, chunk, price });
      expect(answerBy).to.equal((await world.now()) + BigInt(terms.clock));
      expect((await readJob(world, jobId)).openGames).to.equal(1);
      const answered = await send(stranger, "answer", demandId, ...answerOf(tensor, chunk));
      expect(event(answered, "ChunkAnswered")).to.include({
        answerer: stranger,
        chunk: toHex(openChunk(state, tensor, chunk).chunk),
      });
      expect(await statusOfDemand(demandId)).to.equal("Answered");
      expect((await readJob(world, jobId)).openGames).to.equal(0);
      await fails(stranger, "answer", [demandId, ...answerOf(tensor, chunk)], "DemandNotOpen", demandId);
      await fails(stranger, "forfeit", [demandId], "DemandNotOpen", demandId);
    }
    expect(await owed(stranger)).to.equal(4n * price);
    expect(await world.balance(challenger)).to.equal(before - 4n * price);
    await send(stranger, "withdraw");
    await audit(world);
  });

  it("answers that a tensor is too short to have the chunk, and with nothing else", async () => {
    const jobId = await committed();
    for (const [tensor, chunk] of [
      [0, 1],
      [1, 3],
      [2, 4_294_967_295],
    ] as const) {
      const made = await send(challenger, "demand", ...demandArgs(jobId, tensor, chunk));
      const { demandId } = event(made, "ChunkDemanded") as { demandId: bigint };
      const right = answerOf(tensor, chunk);
      const other = answerOf(tensor, 0);
      await fails(solver, "answer", [demandId, ...right.slice(0, 4), other[4], []], "WrongLength", 0n, 1_024n);
      await fails(solver, "answer", [demandId, ...right.slice(0, 5), [word(1)]], "ProofLength", 1n, 0n);
      await send(solver, "answer", demandId, ...right);
      expect(await statusOfDemand(demandId)).to.equal("Answered");
    }
    await audit(world);
  });

  it("refuses every other answer", async () => {
    const jobId = await committed();
    await send(challenger, "demand", ...demandArgs(jobId, 1, 2));
    const right = answerOf(1, 2) as [number, number, Hex, Hex[], Hex, Hex[]];
    const [words, dtype, chunkTree, tensorProof, chunk, chunkProof] = right;
    const other = openChunk(state, 1, 1);
    const flipped = concatHex([random(1), `0x${chunk.slice(4)}`]);
    const wrong: readonly (readonly [string, unknown[], string])[] = [
      ["words", [words + 1, dtype, chunkTree, tensorProof, chunk, chunkProof], "RootMismatch"],
      ["dtype", [words, 1, chunkTree, tensorProof, chunk, chunkProof], "RootMismatch"],
      ["no dtype", [words, 3, chunkTree, tensorProof, chunk, chunkProof], "NoSuchTensor"],
      ["no words", [0, dtype, chunkTree, tensorProof, chunk, chunkProof], "NoSuchTensor"],
      ["too many words", [2 ** 31, dtype, chunkTree, tensorProof, chunk, chunkProof], "NoSuchTensor"],
      ["chunk tree", [words, dtype, word(1), tensorProof, chunk, chunkProof], "RootMismatch"],
      ["tensor", answerOf(0, 0), "RootMismatch"],
      [
        "place",
        [words, dtype, chunkTree, tensorProof, toHex(other.chunk), other.chunkProof.map(toHex)],
        "RootMismatch",
      ],
      ["bits", [words, dtype, chunkTree, tensorProof, flipped, chunkProof], "RootMismatch"],
      ["short chunk", [words, dtype, chunkTree, tensorProof, `0x${chunk.slice(4)}`, chunkProof], "WrongLength"],
      ["short proof", [words, dtype, chunkTree, tensorProof, chunk, chunkProof.slice(1)], "ProofLength"],
      ["long proof", [words, dtype, chunkTree, [...tensorProof, word(1)], chunk, chunkProof], "ProofLength"],
      ["that there is none", [words, dtype, chunkTree, tensorProof, "0x", []], "WrongLength"],
    ];
    for (const [what, args, error] of wrong) {
      const said = await send(solver, "answer", 1n, ...args).then(
        () => "success",
        ({ message }: Error) => message,
      );
      expect(said, what).to.match(new RegExp(`reverted: ${error}\\(`));
    }
    await send(solver, "answer", 1n, ...right);
  });

  it("refuses demands for what no state has, of another program or another state, and of jobs that are over", async () => {
    const jobId = await committed();
    const args = demandArgs(jobId, 0, 0);
    const with_ = (place: number, value: unknown) => args.with(place, value);
    await fails(challenger, "demand", with_(0, 9n), "WrongStatus", 9n, 0);
    await fails(challenger, "demand", with_(1, 1), "NotCommitted", jobId, 1n, 1n);
    await fails(challenger, "demand", with_(2, word(3)), "WrongState", stateRoot, word(3));
    await fails(challenger, "demand", with_(3, `${header}00`), "WrongLength", 32n, 33n);
    const another = programRootOf(header, word(5));
    await fails(challenger, "demand", with_(4, word(5)), "RootMismatch", another, programRoot);
    await fails(challenger, "demand", with_(5, 3), "NoSuchState", 3n, 3n);
    const huge = toHex(u32Bytes(1, 4_097, 0, 0, 5_000, 1, 0, 0));
    const hugeRoot = programRootOf(huge, recordTree);
    const other = await committed({ programRoot: hugeRoot });
    await fails(challenger, "demand", with_(0, other).with(3, huge), "NoSuchState", 0n, 4_097n);
    const { windowEnd } = await readJob(world, await closing(world, terms));
    await world.at(windowEnd);
    await world.send(stranger, world.market, "settle", [3n]);
    await fails(challenger, "demand", with_(0, 3n), "WrongStatus", 3n, 4);
  });

  it("convicts for silence: no bounty, the demander repaid, a tip for the caller, all else burned", async () => {
    const jobId = await committed();
    await send(challenger, "demand", ...demandArgs(jobId, 1, 1));
    const { answerBy } = await demandOf(1n);
    await world.at(answerBy);
    await fails(stranger, "forfeit", [1n], "AnswerNotDue", 1n, answerBy);
    await world.at(answerBy + 1n);
    await fails(solver, "answer", [1n, ...answerOf(1, 1)], "AnswerTooLate", 1n, answerBy);
    await send(stranger, "forfeit", 1n);
    expect(await statusOf(world, jobId)).to.equal("Convicted");
    expect((await readJob(world, jobId)).convictedCheckpoint).to.equal(0);
    expect(await statusOfDemand(1n)).to.equal("Forfeited");
    expect(await owed(challenger)).to.equal(answerGas * terms.gasRate);
    expect(await world.credit(world.pinpoint, stranger)).to.equal(timeoutGas * terms.gasRate);
    expect(await world.credit(world.pinpoint, challenger)).to.equal(0n);
    expect(await world.credit(world.market, submitter)).to.not.equal(0n);
    await fails(stranger, "forfeit", [1n], "DemandNotOpen", 1n);
    await audit(world);
  });

  it("is answered in the last second, and settles no sooner than that", async () => {
    const jobId = await committed({ steps: 100, draws: 1, attestors: 3, workUnits: 100_000n, valueAtRisk: 300_000n });
    const { windowEnd } = await readJob(world, jobId);
    await world.at(windowEnd - 1n);
    await send(challenger, "demand", ...demandArgs(jobId, 1, 1));
    const { answerBy } = await demandOf(1n);
    await world.at(windowEnd);
    await world.fails(stranger, world.market, "settle", [jobId], "GamesOpen", [jobId, 1n]);
    await fails(stranger, "demand", demandArgs(jobId, 1, 1), "TooLate", jobId, windowEnd - 1n);
    await world.at(answerBy);
    await send(solver, "answer", 1n, ...answerOf(1, 1));
    await world.send(stranger, world.market, "settle", [jobId]);
    expect(await statusOf(world, jobId)).to.equal("Settled");
    await audit(world);
  });

  it("repays the demander where another demand convicted the job", async () => {
    const jobId = await committed();
    await send(challenger, "demand", ...demandArgs(jobId, 1, 1));
    await send(stranger, "demand", ...demandArgs(jobId, 0, 0));
    await fails(stranger, "voidDemand", [2n], "JobNotConvicted", jobId);
    const { answerBy } = await demandOf(2n);
    await world.at(answerBy + 1n);
    await send(submitter, "forfeit", 1n);
    await fails(solver, "answer", [2n, ...answerOf(0, 0)], "AnswerTooLate", 2n, answerBy);
    await fails(submitter, "forfeit", [2n], "WrongStatus", jobId, 7);
    await send(submitter, "voidDemand", 2n);
    expect(await statusOfDemand(2n)).to.equal("Void");
    expect(await owed(stranger)).to.equal(answerGas * terms.gasRate);
    await fails(submitter, "voidDemand", [2n], "DemandNotOpen", 2n);
    await audit(world);
  });

  it("pays for the dearest answer there can be", async () => {
    // 4,096 states, of which one has the most words that a tensor may have.
    const [words, place, chunk] = [2 ** 31 - 1, 4_095, 8_388_606];
    const bytes = random(1_024);
    const proof = (length: number) => Array.from({ length }, () => random(32));
    const [chunkProof, tensorProof] = [proof(23), proof(12)];
    const climb = (leaf: Uint8Array, index: number, siblings: readonly Hex[]) =>
      rootFromRange([leaf], index, siblings.length, siblings.map(fromHex))!;
    const chunkTree = climb(sha256(Uint8Array.of(1), fromHex(bytes)), chunk, chunkProof);
    const root = toHex(climb(sha256(Uint8Array.of(2), u32Bytes(words, 1), chunkTree), place, tensorProof));
    const wide = toHex(u32Bytes(1, 4_096, 0, 0, 4_096, 1, 0, 0));
    const wideRoot = programRootOf(wide, recordTree);
    const jobId = await committed({ programRoot: wideRoot }, root);
    await send(challenger, "demand", ...demandArgs(jobId, place, chunk).with(2, root).with(3, wide));
    const answer = [words, 1, toHex(chunkTree), tensorProof, bytes, chunkProof];
    const { gasUsed } = await send(solver, "answer", 1n, ...answer);
    console.log(`      ${gasUsed} gas`);
    expect(Number(gasUsed)).to.be.below(Number(answerGas));
    expect(Number(gasUsed) * 4, "and not for much more").to.be.above(Number(answerGas) * 3);
  });

  it("takes no token that brings less than it says, and no second call in the middle of its transfer", async () => {
    world = await oddWorld();
    terms = await goodTerms(world, { programRoot });
    const jobId = await committed();
    const args = demandArgs(jobId, 0, 0);
    await world.duringTransfer(world.availability, "demand", args);
    await fails(challenger, "demand", args, "ReentrancyGuardReentrantCall");
    expect(await world.read<bigint>(world.availability, "demandCount")).to.equal(0n);
  });
});
