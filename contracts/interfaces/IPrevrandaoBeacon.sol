// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBeacon} from "./IBeacon.sol";

/// @title Randomness of the chain's own blocks
/// @notice The word of a target block is keccak256(abi.encode(target, prevrandao)) of that block. Whoever records it proves it by
/// the block's header, so neither who records nor when chooses anything. SPEC: spec/beacon.md.
///
/// Block hashes reach back 256 blocks. Where nobody records in time, the block 256 later answers, and so on: at any time exactly
/// one block may be recorded. A proposer of an answering block can let his slot pass, at its cost, and so choose between two words.
interface IPrevrandaoBeacon is IBeacon {
    /// @notice The word of a target block became known.
    event WordRecorded(uint64 indexed target, uint64 answering, bytes32 word);

    /// @notice A word cannot come from a block that is there already.
    error ZeroDelay();
    /// @notice The word is known.
    error AlreadyRecorded(uint64 target);
    /// @notice The block has no hash yet.
    error TooEarlyFor(uint64 target, uint256 blockNumber);
    /// @notice The bytes are not the header of the answering block.
    error WrongHeader(uint64 answering, bytes32 expected, bytes32 actual);
    /// @notice The chain has no randomness in its headers: it needs another beacon.
    error NoRandomness(uint64 answering);

    /// @notice Records the word of a target block. Anyone.
    /// Reverts: AlreadyRecorded; TooEarlyFor; WrongHeader; NoRandomness.
    /// @param target The target block.
    /// @param header The RLP encoding of the answering block's header.
    function record(uint64 target, bytes calldata header) external;

    /// @notice The block that answers a target now: the target itself, or the last of those 256, 512, … later whose hash can be
    /// read. Reverts: TooEarlyFor.
    function answeringBlock(uint64 target) external view returns (uint64);

    /// @notice Blocks from a request to the one that answers it.
    function delay() external view returns (uint64);
}
