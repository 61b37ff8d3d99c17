import { expect } from "chai";
import { createWalletClient, http, zeroAddress, zeroHash, type Hex } from "viem";
import { fromHex, MerkleTree, sha256, toHex, u32Bytes } from "../common/index.ts";
import { pinpointAbi } from "./abi/pinpoint.ts";
import { approveTokens, depositStake } from "./calls/accounts.ts";
import type { Call } from "./calls/call.ts";
import { makeMove, openGame, timeoutGame } from "./calls/games.ts";
import { acceptJob, commitCheckpoint, submitJob } from "./calls/jobs.ts";
import { connect, type Chain } from "./chain.ts";
import { devAccount } from "./devnet/accounts.ts";
import { startAnvil, type Anvil } from "./devnet/anvil.ts";
import { deployContracts } from "./devnet/deploy.ts";
import { explained } from "./explain-error.ts";
import type { Move } from "./game.ts";
import { gameRecord } from "./history.ts";
import { escrowOf, type Terms } from "./job.ts";
import { positionOf, rootsOf } from "./position.ts";
import { readGame } from "./reads/games.ts";
import { readClaim, readJob, readMinimumStake, readTerms } from "./reads/jobs.ts";
import { applyMove, openingGame } from "./transition.ts";

/** Commitments of a made-up job of 6 steps with 3 state tensors of 600 words: enough levels for every kind of move. */
const chunks = Array.from({ length: 3 }, (_, i) => new Uint8Array(1024).fill(i + 1));
const chunkTree = new MerkleTree(chunks.map((chunk) => sha256(Uint8Array.of(1), chunk)));
const tensor = sha256(Uint8Array.of(2), u32Bytes(600, 1), chunkTree.root);
const outputs = new MerkleTree([tensor, tensor, sha256(Uint8Array.of(9))]);
const state = (step: number): Uint8Array => (step === 3 ? outputs.root : sha256(Uint8Array.of(step)));
const root = (step: number): Hex => toHex(state(step));
const grid = new MerkleTree([2, 4, 6].map(state));
const cell = new MerkleTree([3, 4].map(state));
const header = u32Bytes(1, 3, 0, 0, 3, 1, 0, 0);
const recordTree = sha256(Uint8Array.of(8));
const programRoot = toHex(sha256(Uint8Array.of(4), header, recordTree));
const proof = (tree: MerkleTree, leaf: number): Hex[] => tree.proof(leaf).map(toHex);
const leaves = (tree: MerkleTree): Hex[] => tree.below(tree.depth, 0, tree.depth).map(toHex);

const moves: Move[] = [
  { type: "revealSteps", roots: leaves(grid) },
  { type: "pickStep", index: 1, before: root(2), at: root(4), proof: grid.proof(0, 1).map(toHex) },
  { type: "revealSteps", roots: leaves(cell) },
  { type: "pickStep", index: 0, before: root(2), at: root(3), proof: proof(cell, 0) },
  { type: "revealTrace", header: toHex(header), recordTree: toHex(recordTree), left: zeroHash },
  { type: "pickSide", right: true },
  { type: "revealNodes", nodes: leaves(outputs) },
  { type: "pickNode", index: 1, node: toHex(tensor), proof: proof(outputs, 1) },
  { type: "openTensor", words: 600, dtype: 1, nodes: leaves(chunkTree) },
  { type: "pickNode", index: 2, node: toHex(chunkTree.node(0, 2)), proof: proof(chunkTree, 2) },
  { type: "revealChunk", chunk: toHex(chunks[2]!) },
];

function termsOf(now: bigint, stake: bigint): Terms {
  const roots = { programRoot, datasetRoot: zeroHash, initialStateRoot: root(0), manifestHash: zeroHash };
  const steps = { firstStep: 0, steps: 6, interval: 6, grid: 2, seed: 7, order: "shuffled" as const };
  const price = { workUnits: 10n, solver: zeroAddress, parent: 0n, floorPrice: 3n, unitPrice: 3n, auction: 0 };
  const seats = { valueAtRisk: 30n, draws: 1, attestors: 2, attestationFee: 1n, verifierStake: 30n, jackpotFee: 1n };
  const game = { stake, bounty: 5n, gasRate: 1n, gasCap: 1_000_000, replayCompensation: 2n, latePenalty: 1n };
  const times = { acceptBy: now + 1_000n, heartbeat: 1_000, window: 1_000, clock: 600, extension: 60 };
  return { ...roots, ...steps, ...price, ...seats, ...game, ...times, uri: "http://127.0.0.1:1" };
}

const identity = (cause: unknown): unknown => cause;

describe("a game on chain", () => {
  const [submitter, solver, challenger] = [devAccount(1), devAccount(2), devAccount(3)];
  let anvil: Anvil;
  let chain: Chain;

  async function send(account: typeof submitter, call: Call): Promise<void> {
    const wallet = createWalletClient({ account, transport: http(anvil.rpc) });
    const hash = await explained(wallet.writeContract({ ...call, chain: null } as never));
    await chain.client.waitForTransactionReceipt({ hash });
  }

  before(async () => {
    anvil = await startAnvil();
    const fund = [submitter, solver, challenger].map(({ address }) => address);
    const deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), fund });
    chain = await connect(anvil.rpc, deployment);
    const { timestamp } = await chain.client.getBlock();
    const stake = await readMinimumStake(chain, termsOf(timestamp, 0n));
    const terms = termsOf(timestamp, stake);
    await send(submitter, approveTokens(deployment, "jobMarket", escrowOf(terms)));
    await send(submitter, submitJob(deployment, terms));
    expect(await readTerms(chain, 1n)).to.deep.equal(terms);
    await send(solver, approveTokens(deployment, "staking", stake));
    await send(solver, depositStake(deployment, stake));
    const { termsHash } = await readJob(chain, 1n);
    await send(solver, acceptJob(deployment, 1n, termsHash, "http://127.0.0.1:2"));
    await send(solver, commitCheckpoint(deployment, 1n, termsHash, 0, root(6), toHex(grid.root)));
    await send(challenger, approveTokens(deployment, "pinpoint", 10n ** 18n));
    await send(challenger, openGame(deployment, 1n, 0, root(6), toHex(sha256())));
  });
  after(() => anvil.stop());

  it("moves as applyMove says, from the positions that positionOf says", async () => {
    const { deployment } = chain;
    const claim = await readClaim(chain, 1n, 0);
    expect(claim).to.include({ programRoot, firstStep: 0, steps: 6, grid: 2, order: "shuffled", endRoot: root(6) });
    let game = openingGame(claim);
    const contract = {
      address: deployment.pinpoint,
      abi: pinpointAbi,
      functionName: "positionOf",
      args: [1n],
    } as const;
    for (const move of moves) {
      const { game: place, position } = await readGame(chain, 1n);
      expect({ ...place, ...rootsOf(game) }, move.type).to.deep.equal(game);
      expect(position).to.equal(positionOf(deployment, 1n, 1n, game));
      expect(await chain.client.readContract(contract)).to.equal(position);
      await send(game.phase.endsWith("Reveal") ? solver : challenger, makeMove(deployment, 1n, 1n, game, move));
      game = applyMove(game, move, claim.grid);
    }
    expect({ ...(await readGame(chain, 1n)).game, ...rootsOf(game) }).to.deep.equal(game);
    expect((await gameRecord(chain, 1n)).game).to.deep.equal(game);
    expect(game).to.include({
      phase: "Judgement",
      moves: 11,
      operator: 1,
      words: 600,
      index: 2,
      firstStep: 2,
      steps: 1,
    });
  });

  it("is rebuilt from its events", async () => {
    const { moves: history } = await gameRecord(chain, 1n);
    const unproved = (move: Move): Move => {
      if (move.type === "pickStep") return { ...move, proof: [] };
      if (move.type === "pickNode") return { ...move, proof: [] };
      return move.type === "revealTrace" ? { ...move, header: "0x", recordTree: zeroHash } : move;
    };
    expect(history.map(({ move }) => move)).to.deep.equal(moves.map(unproved));
    let game = openingGame(await readClaim(chain, 1n, 0));
    for (const [index, { before, side }] of history.entries()) {
      expect(before).to.deep.equal(game);
      expect(side).to.equal(game.phase.endsWith("Reveal") ? "defender" : "challenger");
      game = applyMove(game, moves[index]!, 2);
    }
  });

  it("refuses a move for another position and tells why", async () => {
    const { game } = await gameRecord(chain, 1n);
    const evidence = {
      header: "0x",
      recordTree: zeroHash,
      operator: { record: "0x", proof: [] },
      sources: [],
    } as const;
    const dataset = { header: "0x", fieldTree: zeroHash, field: "0x", proof: [] } as const;
    const move: Move = { type: "judge", evidence: { ...evidence, chunk: "0x", word: 0, dataset, reads: [] } };
    const stale = makeMove(chain.deployment, 1n, 1n, { ...game, moves: 0 }, move);
    expect(await send(challenger, stale).catch(identity)).to.have.property("code", "reverted-wrong-position");
    const { args, ...call } = makeMove(chain.deployment, 1n, 1n, game, move);
    const otherwise = { ...call, args: args.with(2, { ...rootsOf(game), node: zeroHash }) };
    expect(await send(challenger, otherwise).catch(identity)).to.have.property("code", "reverted-wrong-roots");
  });

  it("ends by a timeout that its record shows", async () => {
    await chain.client.request({ method: "evm_increaseTime", params: [10_000] } as never);
    await send(submitter, timeoutGame(chain.deployment, 1n));
    const { view, events, game, moves: made } = await gameRecord(chain, 1n);
    expect(view.game.phase).to.equal("DefenderWon");
    expect(made.length).to.equal(11);
    expect(events.map(({ eventName }) => eventName)).to.include.members(["GameOpened", "TimedOut", "GameEnded"]);
    expect(await gameRecord(chain, 2n).catch((error: unknown) => error)).to.have.property("code", "no-game");
    expect(fromHex(game.node)).to.deep.equal(chunkTree.node(0, 2));
  });
});
