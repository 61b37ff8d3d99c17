// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Merkle} from "../libraries/Merkle.sol";

/// @title What a library checks, callable
contract MerkleHarness {
    /// @notice As Merkle.checkPair.
    function checkPair(
        bytes32 first,
        bytes32 second,
        uint256 index,
        uint256 leaves,
        bytes32[] calldata proof,
        bytes32 root
    ) external view {
        Merkle.checkPair(first, second, index, leaves, proof, root);
    }
}
