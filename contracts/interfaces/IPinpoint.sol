// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Evidence} from "../types/Evidence.sol";
import {Game, Move, Mover, Phase, Roots} from "../types/Game.sol";
import {GameId, JobId} from "../types/Ids.sol";
import {Reason, Verdict} from "../types/Judgement.sol";

/// @title The pinpoint game
/// @notice Narrows a dispute about a committed checkpoint to one element of one operator of one step, which the arbiter
/// recomputes. Only the defender opens nodes of his trees; the challenger points. SPEC: spec/game.md.
///
/// Every move names the game's position (`positionOf`), so a move meant for another chain, game or state of the game
/// reverts and costs nobody the game, and the game's four roots, which only the position binds: the events tell them.
/// Every move checks, in this order: the game runs and its phase waits for the move (WrongPhase); the caller is to move
/// (NotMover); the job is not convicted (GameIsVoid); the position (WrongPosition); the roots (WrongRoots); the
/// clock (ClockExpired); then what the move says. Hashes that do not fit revert with the errors of `Merkle`.
///
/// INVARIANT: a finished game (ChallengerWon, DefenderWon, Void) is never written again.
interface IPinpoint {
    /// @notice A game was opened: the challenger says that the segment ends in `proposedRoot`, not in `endRoot`.
    event GameOpened(
        GameId indexed gameId,
        JobId indexed jobId,
        uint16 checkpoint,
        address indexed challenger,
        address defender,
        bytes32 endRoot,
        bytes32 proposedRoot,
        uint256 bond
    );
    /// @notice The defender revealed the state roots on the grid, or after every step of a cell.
    event StepsRevealed(GameId indexed gameId, bytes32[] roots);
    /// @notice The challenger picked the first root he disagrees with, `at`, and the one before it.
    event StepPicked(GameId indexed gameId, uint32 index, bytes32 before, bytes32 at);
    /// @notice The defender revealed the root over the outputs of the operators that produce no state.
    event TraceRevealed(GameId indexed gameId, bytes32 left);
    /// @notice The challenger picked the tree to descend.
    event SidePicked(GameId indexed gameId, bool right);
    /// @notice The defender revealed real nodes below the node in dispute.
    event NodesRevealed(GameId indexed gameId, bytes32[] nodes);
    /// @notice The challenger picked one of them.
    event NodePicked(GameId indexed gameId, uint32 index, bytes32 node);
    /// @notice The defender opened the disputed output: its words, dtype and the real nodes below its chunk tree's root.
    event TensorOpened(GameId indexed gameId, uint32 words, uint8 dtype, bytes32[] nodes);
    /// @notice The defender revealed the disputed chunk.
    event ChunkRevealed(GameId indexed gameId, bytes chunk);
    /// @notice The arbiter judged word `element` of `operator`. For Record and Declaration both words are 0.
    event Judged(
        GameId indexed gameId,
        uint32 operator,
        uint64 element,
        Verdict verdict,
        Reason reason,
        uint32 claimed,
        uint32 expected
    );
    /// @notice `loser` let his clock run out; `caller` is credited `tip`.
    event TimedOut(GameId indexed gameId, Mover loser, address indexed caller, uint256 tip);
    /// @notice The solver did not open a drawn state of segment k, or did not answer a demand: the job is convicted without a game; `caller` is credited `tip`.
    event Forfeited(JobId indexed jobId, uint16 indexed k, address indexed caller, uint256 tip);
    /// @notice A game is over. `winnerGas` is the gas repaid, `paid` what the winner (of a void game the challenger) was
    /// credited, his bond included.
    event GameEnded(GameId indexed gameId, Phase phase, uint32 winnerGas, uint256 paid);
    /// @notice What nobody is owed of a bond or of a void game's reserve went to the burn address.
    event Burned(GameId indexed gameId, uint256 amount);

    /// @notice No game has this id.
    error UnknownGame(GameId gameId);
    /// @notice The phase does not wait for this move.
    error WrongPhase(GameId gameId, Phase phase, Move move);
    /// @notice Another account is to move.
    error NotMover(GameId gameId, address caller, address mover);
    /// @notice The move is meant for another position.
    error WrongPosition(GameId gameId, bytes32 position, bytes32 given);
    /// @notice The roots named give another position than the game's.
    error WrongRoots(GameId gameId, bytes32 position, bytes32 given);
    /// @notice The mover took longer than he had. UNITS: seconds.
    error ClockExpired(GameId gameId, uint256 elapsed, uint256 left);
    /// @notice The mover still has time. UNITS: seconds.
    error ClockRunning(GameId gameId, uint256 elapsed, uint256 left);
    /// @notice Another game convicted the job; `reclaim` ends this one.
    error GameIsVoid(GameId gameId);
    /// @notice The job is not convicted, so the game goes on.
    error GameNotVoid(GameId gameId);
    /// @notice The game is over.
    error GameFinished(GameId gameId, Phase phase);
    /// @notice The committed end root is another one than the caller names.
    error WrongEndRoot(bytes32 committed, bytes32 given);
    /// @notice The challenger proposes the very root that he disputes.
    error NothingDisputed(bytes32 root);
    /// @notice The number of roots, nodes or bytes is not the one the position asks for.
    error WrongCount(uint256 expected, uint256 given);
    /// @notice The last root is not the disputed end.
    error WrongLastRoot(bytes32 expected, bytes32 given);
    /// @notice A pick of the first root names the agreed root as the one before.
    error WrongBefore(bytes32 expected, bytes32 given);
    /// @notice The program's header has counts that no program may have; the defender of such a claim cannot go on.
    error CountsOutOfRange(uint256 operators, uint256 states);
    /// @notice The root over no outputs is EMPTY.
    error LeftNotEmpty(bytes32 left);
    /// @notice A side without leaves cannot be picked.
    error SideEmpty();
    /// @notice No tensor has so many words, or this dtype.
    error NoSuchTensor(uint256 words, uint256 dtype);
    /// @notice The arbiter answered no verdict.
    error NoVerdict();

    /// @notice Opens a game on a committed checkpoint and takes the bond from the caller.
    /// Reverts: as IJobMarket.openDispute; WrongEndRoot; NothingDisputed; ShortTransfer when less than the bond arrives.
    /// @param jobId The job.
    /// @param checkpoint The checkpoint, from 0.
    /// @param endRoot The committed root that the caller means.
    /// @param proposedRoot The caller's own end root.
    /// @return gameId The game's id: the next number.
    function open(
        JobId jobId,
        uint16 checkpoint,
        bytes32 endRoot,
        bytes32 proposedRoot
    ) external returns (GameId gameId);

    /// @notice Defender, GridReveal or CellReveal: reveals the state roots on the grid, or after every step of the cell.
    /// Reverts: WrongCount; WrongLastRoot; RootMismatch (grid: not the segment root).
    function revealSteps(GameId gameId, bytes32 position, Roots calldata roots, bytes32[] calldata revealed) external;

    /// @notice Challenger, GridPick or CellPick: picks revealed root `index` and names the one before it.
    /// Reverts: LeafOutOfRange; WrongBefore (index 0: not the agreed root); ProofLength; RootMismatch.
    /// @param gameId The game.
    /// @param position Its position.
    /// @param roots Its roots.
    /// @param index Place of the picked root.
    /// @param before The root before: leaf index − 1, or the agreed root.
    /// @param at The picked root.
    /// @param proof Range proof of both, or the siblings of the picked root alone when index is 0.
    function pickStep(
        GameId gameId,
        bytes32 position,
        Roots calldata roots,
        uint32 index,
        bytes32 before,
        bytes32 at,
        bytes32[] calldata proof
    ) external;

    /// @notice Defender, TraceReveal: opens the program and commits to the outputs of the operators that produce no state.
    /// Reverts: WrongCount (bytes of the header); RootMismatch (not the program root); CountsOutOfRange; LeftNotEmpty.
    /// @param gameId The game.
    /// @param position Its position.
    /// @param roots Its roots.
    /// @param header The program's header, 32 bytes.
    /// @param recordTree Root over the program's records.
    /// @param left Root over those outputs' tensor roots; zero (EMPTY) if there are none.
    function revealTrace(
        GameId gameId,
        bytes32 position,
        Roots calldata roots,
        bytes calldata header,
        bytes32 recordTree,
        bytes32 left
    ) external;

    /// @notice Challenger, SidePick: picks the tree to descend. Reverts: SideEmpty.
    function pickSide(GameId gameId, bytes32 position, Roots calldata roots, bool right) external;

    /// @notice Defender, OperatorReveal or ChunksReveal: reveals the real nodes up to six levels below the node in dispute.
    /// Reverts: WrongCount; RootMismatch.
    function revealNodes(GameId gameId, bytes32 position, Roots calldata roots, bytes32[] calldata nodes) external;

    /// @notice Challenger, OperatorPick or ChunkPick: picks revealed node `index`.
    /// Reverts: LeafOutOfRange; ProofLength; RootMismatch.
    function pickNode(
        GameId gameId,
        bytes32 position,
        Roots calldata roots,
        uint32 index,
        bytes32 node,
        bytes32[] calldata proof
    ) external;

    /// @notice Defender, TensorReveal: opens the tensor root of the disputed output.
    /// Reverts: NoSuchTensor; WrongCount; RootMismatch.
    /// @param gameId The game.
    /// @param position Its position.
    /// @param roots Its roots.
    /// @param words Words of the tensor, 1 to 2³¹ − 1.
    /// @param dtype Code of its dtype: 1 f32, 2 i32.
    /// @param nodes The real nodes up to six levels below its chunk tree's root.
    function openTensor(
        GameId gameId,
        bytes32 position,
        Roots calldata roots,
        uint32 words,
        uint8 dtype,
        bytes32[] calldata nodes
    ) external;

    /// @notice Defender, ChunkReveal: reveals the disputed chunk, 1,024 bytes. Reverts: WrongCount; RootMismatch.
    function revealChunk(GameId gameId, bytes32 position, Roots calldata roots, bytes calldata chunk) external;

    /// @notice Challenger, Judgement: has the arbiter recompute one element, and ends the game.
    /// Reverts: as the arbiter does when the evidence does not check; NoVerdict.
    function judge(GameId gameId, bytes32 position, Roots calldata roots, Evidence calldata evidence) external;

    /// @notice Ends a game whose mover has no time left: he loses, the caller is credited a tip. Anyone.
    /// Reverts: UnknownGame; GameFinished; GameIsVoid; ClockRunning.
    function timeout(GameId gameId) external;

    /// @notice Ends a game of a job that another game convicted: bond back, gas repaid if the game is among the first of the
    /// job. Anyone; the challenger is credited. Reverts: UnknownGame; GameFinished; GameNotVoid.
    function reclaim(GameId gameId) external;

    /// @notice Convicts a job whose solver did not open the drawn state of segment k, or did not answer a demand for a chunk of
    /// checkpoint k, as a lost game would; its running games are void. No bounty is paid. Only Verification and Availability. Reverts: NotBound; as IJobMarket.convict.
    /// @param caller Who showed it; credited what `timeout` is.
    function forfeit(JobId jobId, uint16 k, address caller) external;

    /// @notice Whether an account opened a game on segment k of a job.
    function challenged(JobId jobId, uint16 k, address account) external view returns (bool);

    /// @notice Games opened so far; their ids are 1 … gameCount.
    function gameCount() external view returns (uint64);

    /// @notice A game; Phase.None for an id not given yet.
    function game(GameId gameId) external view returns (Game memory);

    /// @notice The word that the next move must name: keccak256 of the ABI encoding of chain id, this contract, game id,
    /// job id, moves, phase, first step, operator, index, from, to, left and node. A game that is over keeps the one of its last
    /// move. Reverts: UnknownGame.
    function positionOf(GameId gameId) external view returns (bytes32);

    /// @notice Seconds that the mover has left now; 0 when his time is over. Reverts: UnknownGame; GameFinished.
    function timeLeft(GameId gameId) external view returns (uint256);

    /// @notice Who is to move in a phase, and by which move; None and None when the game is not running.
    function expectedMove(Phase phase) external pure returns (Mover mover, Move move);

    /// @notice What opening a game on this job costs. Reverts: IJobMarket.UnknownJob.
    function bondOf(JobId jobId) external view returns (uint256);

    /// @notice Gas that a call of `timeout` is repaid.
    function timeoutGas() external pure returns (uint256);
}
