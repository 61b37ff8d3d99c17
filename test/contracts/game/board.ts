import { isDeepStrictEqual } from "node:util";
import { network } from "hardhat";
import { encodeFunctionData, parseEventLogs, size, zeroAddress, type Address, type Hex } from "viem";
import {
  challengerMove,
  defenderMove,
  playMove,
  type Aim,
  type ExampleSegment,
  type ExecutedSegment,
} from "../../../dispute/index.ts";
import {
  acceptJob,
  approveTokens,
  commitCheckpoint,
  depositStake,
  expectedMove,
  makeMove,
  openGame,
  openingGame,
  positionOf,
  rootsOf,
  pinpointAbi,
  readGame,
  readGameCount,
  readJob,
  readJobCount,
  submitJob,
  testTokenAbi,
  type Call,
  type Chain,
  type Claim,
  type Game,
  type MoveType,
  type Phase,
  type RecordedMove,
  type Side,
  type Terms,
} from "../../../protocol/index.ts";

/** What one transaction of a game cost. UNITS: gas; bytes of calldata. */
export interface MoveCost {
  /** Before the move; None of the opening. */
  readonly phase: Phase;
  readonly side: Side;
  readonly move: MoveType | "open";
  readonly gas: number;
  readonly bytes: number;
}

/** A game played on the contracts, and what its moves cost. */
export interface BoardGame {
  readonly game: Game;
  readonly verdict: {
    readonly operator: number;
    readonly element: bigint;
    readonly claimed: number;
    readonly expected: number;
  } | null;
  readonly moves: number;
  /** Of the moves, without the opening. */
  readonly gas: { readonly defender: bigint; readonly challenger: bigint; readonly judge: bigint };
  /** The opening, then every move. */
  readonly costs: readonly MoveCost[];
}

/** The contracts on the in-process chain, with one job a claim and the games on it. */
export async function createBoard() {
  const { viem, networkHelpers } = await network.create();
  const client = await viem.getPublicClient();
  const [submitter, solver, challenger] = await viem.getWalletClients();
  const token = await viem.deployContract("TestToken");
  const staking = await viem.deployContract("Staking", [token.address, 10_000_000n]);
  const beacon = await viem.deployContract("PrevrandaoBeacon", [2n]);
  const market = await viem.deployContract("JobMarket", [token.address, staking.address, beacon.address]);
  const arbiter = await viem.deployContract("Arbiter");
  const pinpoint = await viem.deployContract("Pinpoint", [token.address, market.address, arbiter.address]);
  const verification = await viem.deployContract("Verification", [
    market.address,
    staking.address,
    pinpoint.address,
    beacon.address,
  ]);
  const availability = await viem.deployContract("Availability", [token.address, market.address, pinpoint.address]);
  const registry = await viem.deployContract("ModelRegistry", [market.address]);
  await staking.write.bind([[market.address, verification.address]]);
  await market.write.bind([[pinpoint.address, verification.address, availability.address]]);
  await pinpoint.write.bind([[verification.address, availability.address]]);
  const deployment = {
    chainId: 31337,
    genesisHash: `0x${"00".repeat(32)}` as Hex,
    block: 0,
    token: token.address,
    staking: staking.address,
    beacon: beacon.address,
    jobMarket: market.address,
    arbiter: arbiter.address,
    pinpoint: pinpoint.address,
    verification: verification.address,
    availability: availability.address,
    modelRegistry: registry.address,
  };
  const chain = { client, deployment } as unknown as Chain;

  type Account = typeof submitter;
  async function send(account: Account, { address, abi, functionName, args }: Call) {
    const hash = await account.writeContract({ address, abi, functionName, args, gas: 16_000_000n } as never);
    const receipt = await client.getTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${functionName} reverted`);
    return receipt;
  }

  const mint = (to: Address, amount: bigint): Call => ({
    address: token.address,
    abi: testTokenAbi,
    functionName: "mint",
    args: [to, amount],
  });
  for (const account of [submitter, solver, challenger]) {
    await send(account, mint(account.account.address, 10n ** 30n));
    await send(account, approveTokens(deployment, "jobMarket", 10n ** 30n));
    await send(account, approveTokens(deployment, "staking", 10n ** 30n));
    await send(account, approveTokens(deployment, "pinpoint", 10n ** 30n));
  }
  await send(solver, depositStake(deployment, 10n ** 24n));

  /** Submits, accepts and commits a job whose last segment is this claim; its first step is a multiple of its steps. */
  async function postClaim(claim: Claim): Promise<bigint> {
    const before = claim.firstStep / claim.steps;
    const now = (await client.getBlock()).timestamp;
    const terms: Terms = {
      programRoot: claim.programRoot,
      datasetRoot: claim.datasetRoot,
      initialStateRoot: claim.startRoot,
      manifestHash: `0x${"11".repeat(32)}`,
      firstStep: 0,
      steps: claim.firstStep + claim.steps,
      interval: claim.steps,
      grid: claim.grid,
      seed: claim.seed,
      order: claim.order,
      workUnits: 1000n,
      solver: zeroAddress,
      parent: 0n,
      floorPrice: 1n,
      unitPrice: 1n,
      auction: 0,
      valueAtRisk: 1_000n,
      draws: 1,
      attestors: 2,
      attestationFee: 1n,
      verifierStake: 1_000n,
      jackpotFee: 0n,
      stake: 10n ** 12n,
      bounty: 1000n,
      gasRate: 1n,
      gasCap: 10_000_000,
      replayCompensation: 100n,
      latePenalty: 10n,
      acceptBy: now + 1000n,
      heartbeat: 1000,
      window: 1000,
      clock: 1000,
      extension: 100,
      uri: "http://127.0.0.1/",
    };
    await send(submitter, submitJob(deployment, terms));
    const jobId = await readJobCount(chain);
    const job = await readJob(chain, jobId);
    await send(solver, acceptJob(deployment, jobId, job.termsHash, "http://127.0.0.1/"));
    for (let k = 0; k < before; k++)
      await send(solver, commitCheckpoint(deployment, jobId, job.termsHash, k, claim.startRoot, claim.startRoot));
    await send(solver, commitCheckpoint(deployment, jobId, job.termsHash, before, claim.endRoot, claim.segmentRoot));
    return jobId;
  }

  /** Plays a game on a posted claim to its end, comparing the contract's state with the in-memory rules after every move. */
  async function play(
    example: Pick<ExampleSegment, "claimOf"> & { readonly honest: ExecutedSegment },
    defender: ExecutedSegment,
    aim?: Aim,
  ): Promise<BoardGame> {
    const claim = example.claimOf(defender);
    const jobId = await postClaim(claim);
    const proposed = aim === undefined ? example.claimOf(example.honest).endRoot : (`0x${"99".repeat(32)}` as Hex);
    const open = openGame(deployment, jobId, claim.firstStep / claim.steps, claim.endRoot, proposed);
    const { gasUsed } = await send(challenger, open);
    const opening = { phase: "None", side: "challenger", move: "open" } as const;
    const costs: MoveCost[] = [{ ...opening, gas: Number(gasUsed), bytes: size(encodeFunctionData(open as never)) }];
    const gameId = await readGameCount(chain);
    const history: RecordedMove[] = [];
    const gas = { defender: 0n, challenger: 0n, judge: 0n };
    let game = openingGame(claim);
    for (;;) {
      const stored = await readGame(chain, gameId);
      const position = positionOf(deployment, gameId, jobId, game);
      if (!isDeepStrictEqual({ ...stored.game, ...rootsOf(game) }, game) || stored.position !== position)
        throw new Error(`contract and rules differ: ${JSON.stringify({ stored: stored.game, game })}`);
      const expected = expectedMove[game.phase];
      if (expected === null) throw new Error(`stuck in ${game.phase}`);
      const move =
        expected.side === "defender"
          ? defenderMove(game, defender)
          : challengerMove(game, history, example.honest, aim);
      const next = playMove(game, claim, move);
      const account = expected.side === "defender" ? solver : challenger;
      const call = makeMove(deployment, gameId, jobId, game, move);
      const receipt = await send(account, call);
      gas[expected.side] += receipt.gasUsed;
      const bytes = size(encodeFunctionData(call as never));
      costs.push({
        phase: game.phase,
        side: expected.side,
        move: move.type,
        gas: Number(receipt.gasUsed),
        bytes,
      });
      history.push({ side: expected.side, before: game, move });
      game = next.game;
      if (next.judgement === undefined) continue;
      gas.judge = receipt.gasUsed;
      const [judged] = parseEventLogs({ abi: pinpointAbi, logs: receipt.logs, eventName: "Judged" });
      const { game: end } = await readGame(chain, gameId);
      if (end.phase !== game.phase) throw new Error(`contract says ${end.phase}, the rules ${game.phase}`);
      const { operator, element, claimed, expected: bits } = judged.args;
      if (claimed !== next.judgement.claimed || bits !== next.judgement.expected)
        throw new Error(
          `contract and rules judge differently: ${JSON.stringify({ claimed, bits, rules: next.judgement })}`,
        );
      return { game, verdict: { operator, element, claimed, expected: bits }, moves: history.length, gas, costs };
    }
  }

  return {
    chain,
    client,
    networkHelpers,
    deployment,
    send,
    postClaim,
    play,
    accounts: { submitter, solver, challenger },
  };
}

export type Board = Awaited<ReturnType<typeof createBoard>>;
