// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {JobId} from "./Ids.sol";

/// @notice What a game waits for. Finished, and never written again: ChallengerWon, DefenderWon, Void.
/// SPEC: spec/game.md, Phases and moves; the order is that of `phases` in protocol/game.ts.
enum Phase {
    None,
    GridReveal,
    GridPick,
    CellReveal,
    CellPick,
    TraceReveal,
    SidePick,
    OperatorReveal,
    OperatorPick,
    TensorReveal,
    ChunkPick,
    ChunksReveal,
    ChunkReveal,
    Judgement,
    ChallengerWon,
    DefenderWon,
    Void
}

/// @notice Who is to move.
enum Mover {
    None,
    Defender,
    Challenger
}

/// @notice The moves, named as the functions of `IPinpoint` that make them.
enum Move {
    None,
    RevealSteps,
    PickStep,
    RevealTrace,
    PickSide,
    RevealNodes,
    PickNode,
    OpenTensor,
    RevealChunk,
    Judge
}

/// @notice The tree that the challenger picked: Left over the operators that produce no state, Right over the state.
enum Side {
    None,
    Left,
    Right
}

/// @notice The hashes of a game. They are not stored: every move names them anew, and the game's position binds them.
/// @param from Agreed state root before the range.
/// @param to Disputed state root at its end.
/// @param left Root over the outputs of the operators that produce no state; zero before `revealTrace`.
/// @param node Root of the subtree in dispute.
struct Roots {
    bytes32 from;
    bytes32 to;
    bytes32 left;
    bytes32 node;
}

/// @notice One dispute about one claim; five storage slots, changed in place.
/// @param phase What the game waits for.
/// @param moves Moves made so far.
/// @param levels Levels below `node`.
/// @param lastMoveAt Time of the last move, or of the opening. UNITS: seconds since the epoch.
/// @param defenderClock Seconds the defender had left when the last move was made.
/// @param challengerClock Seconds the challenger had left when the last move was made.
/// @param defenderGas Gas of the defender's moves, at most `gasCap`.
/// @param challengerGas Gas of the challenger's moves, at most `gasCap`.
/// @param index Index of `node` at its level.
/// @param grid Steps between two states under the segment root.
/// @param side The tree that was picked.
/// @param firstStep First step of the range in dispute, from 0 over the whole job.
/// @param steps Steps of that range.
/// @param leaves Real leaves of the whole tree that is descended.
/// @param leftLeaves Operators that produce no state; set by `revealTrace`.
/// @param rightLeaves Operators that produce a state tensor; set by `revealTrace`.
/// @param operator The operator whose output differs; valid from TensorReveal on.
/// @param words Words of its output, as opened by `openTensor`.
/// @param dtype Code of its dtype, as opened by `openTensor`.
/// @param extension Seconds that a side has at least when it comes to move.
/// @param gasCap Most gas that one side is repaid.
/// @param gasRefunded Whether the game is among the first of its job, whose challengers' gas a conviction by another repays.
/// @param challenger Who disputes the claim.
/// @param jobId The job.
/// @param checkpoint The checkpoint in dispute, from 0.
/// @param defender The solver.
/// @param defended The job once more: a move reads, of the two slots with a side's account, only the mover's.
/// @param position What the next move must name, over all of the above and the roots; that of the last move when the game is over.
struct Game {
    Phase phase;
    uint8 moves;
    uint8 levels;
    uint64 lastMoveAt;
    uint32 defenderClock;
    uint32 challengerClock;
    uint32 defenderGas;
    uint32 challengerGas;
    uint32 index;
    uint8 grid;
    Side side;
    uint32 firstStep;
    uint32 steps;
    uint32 leaves;
    uint16 leftLeaves;
    uint16 rightLeaves;
    uint16 operator;
    uint32 words;
    uint8 dtype;
    uint32 extension;
    uint32 gasCap;
    bool gasRefunded;
    address challenger;
    JobId jobId;
    uint16 checkpoint;
    address defender;
    JobId defended;
    bytes32 position;
}
