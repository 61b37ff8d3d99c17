// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice The step in dispute: what it starts from and what the defender says came of it.
/// @param programRoot Identifies the program.
/// @param datasetRoot Identifies the dataset.
/// @param from Root of the state before the step; agreed.
/// @param left Root over the tensor roots of the operators that produce no state; the defender's.
/// @param to Root of the state after the step; the defender's.
/// @param step Absolute number of the step, from 0.
/// @param seed The job's seed.
/// @param order How samples are assigned: 1 sequential, 2 shuffled.
struct Step {
    bytes32 programRoot;
    bytes32 datasetRoot;
    bytes32 from;
    bytes32 left;
    bytes32 to;
    uint32 step;
    uint32 seed;
    uint8 order;
}

/// @notice The output chunk in dispute, as the moves of the game opened it.
/// @param chunkNode Leaf hash of the chunk.
/// @param operator Index of the operator whose output it belongs to.
/// @param chunkIndex Index of the chunk in that output.
/// @param words Words of the output, as opened by the defender.
/// @param dtype Code of the output's dtype, as opened by the defender: 1 f32, 2 i32.
/// @param leftLeaves Operators that produce no state.
/// @param rightLeaves Operators that produce a state tensor.
struct Claimed {
    bytes32 chunkNode;
    uint32 operator;
    uint32 chunkIndex;
    uint32 words;
    uint8 dtype;
    uint32 leftLeaves;
    uint32 rightLeaves;
}

/// @notice Who was wrong.
enum Verdict {
    None,
    DefenderWrong,
    ChallengerWrong
}

/// @notice Which fact the verdict rests on.
/// Element: the recomputed word. Record: the operator's record is invalid. Declaration: the opened words or dtype are
/// not the operator's. Padding: a word past the tensor's end.
enum Reason {
    None,
    Element,
    Record,
    Declaration,
    Padding
}
