// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IPrevrandaoBeacon} from "./interfaces/IPrevrandaoBeacon.sol";

/// @title Randomness of the chain's own blocks
contract PrevrandaoBeacon is IPrevrandaoBeacon {
    uint256 private constant REACH = 256;
    uint256 private constant MIX_HASH = 13;

    /// @inheritdoc IPrevrandaoBeacon
    uint64 public immutable override delay;

    mapping(uint64 target => bytes32 word) private _words;

    /// @param delay_ Blocks from a request to the one that answers it; at least 1.
    constructor(uint64 delay_) {
        if (delay_ == 0) revert ZeroDelay();
        delay = delay_;
    }

    /// @inheritdoc IPrevrandaoBeacon
    function record(uint64 target, bytes calldata header) external override {
        if (_words[target] != 0) revert AlreadyRecorded(target);
        uint64 answering = answeringBlock(target);
        bytes32 expected = blockhash(answering);
        bytes32 actual = keccak256(header);
        if (actual != expected) revert WrongHeader(answering, expected, actual);
        Memory.Slice[] memory members = RLP.decodeList(header);
        bytes32 mix = RLP.readBytes32(members[MIX_HASH]);
        if (mix == 0) revert NoRandomness(answering);
        bytes32 word = keccak256(abi.encode(target, mix));
        _words[target] = word;
        emit WordRecorded(target, answering, word);
    }

    /// @inheritdoc IBeacon
    function targetBlock() external view override returns (uint64) {
        return uint64(block.number) + delay;
    }

    /// @inheritdoc IBeacon
    function wordOf(uint64 target) external view override returns (bytes32) {
        return _words[target];
    }

    /// @inheritdoc IPrevrandaoBeacon
    function answeringBlock(uint64 target) public view override returns (uint64) {
        if (block.number <= target) revert TooEarlyFor(target, block.number);
        return target + uint64(((block.number - 1 - target) / REACH) * REACH);
    }
}
