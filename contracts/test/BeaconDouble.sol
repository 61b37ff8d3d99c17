// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBeacon} from "../interfaces/IBeacon.sol";

/// @title A beacon whose words a test names
contract BeaconDouble is IBeacon {
    /// @inheritdoc IBeacon
    mapping(uint64 target => bytes32 word) public override wordOf;

    /// @notice Names the word of a target block.
    function setWord(uint64 target, bytes32 word) external {
        wordOf[target] = word;
    }

    /// @inheritdoc IBeacon
    function targetBlock() external view override returns (uint64) {
        return uint64(block.number + 1);
    }
}
