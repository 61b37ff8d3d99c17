// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Randomness that nobody chooses twice
/// @notice A request names a block that is yet to come; nothing that is there when it is made settles its word.
/// SPEC: spec/beacon.md.
interface IBeacon {
    /// @notice The block whose randomness answers a request made now.
    function targetBlock() external view returns (uint64);

    /// @notice The word of a target block; zero while it is not known. A word is never zero.
    function wordOf(uint64 target) external view returns (bytes32);
}
