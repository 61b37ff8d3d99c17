// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {console} from "hardhat/console.sol";
import {Book} from "../model/Book.sol";
import {Reach} from "../model/Reach.sol";
import {Walker} from "../model/Walker.sol";
import {vm} from "../model/Vm.sol";

/// @title The contracts and their model
/// @dev Here, because the runner knows only the contracts of its own files.
contract Spine is Walker {}

/// @title Sequences of random actions that the runner draws and shrinks
contract SpineInvariants {
    Spine private _spine;

    function setUp() public {
        Book.load();
        _spine = new Spine();
    }

    /// @notice Tells the runner whom to call.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_spine);
    }

    function invariant_moneyJobsGames() public view {
        _spine.check(0, true);
        _spine.checkFinished();
    }
}

/// @title One long random walk, and what it must have reached
/// @notice PINPOINT_WALK_SEED walks another way, PINPOINT_WALK_STEPS farther.
contract SpineWalk is Reach {
    uint256 private constant STEPS = 60_000;
    /// @dev From so many on, everything must have happened often.
    uint256 private constant MANY = 500_000;
    uint256 private constant CHECK_ALL_EVERY = 8;
    /// @dev Steps in one call: the memory of a call is bounded, and nothing in it is ever freed.
    uint256 private constant STRETCH = 1_000;

    Spine private _spine;

    function setUp() public {
        Book.load();
        _spine = new Spine();
    }

    function test_walk() public {
        uint256 seed = vm.envOr("PINPOINT_WALK_SEED", 20_261_123);
        uint256 steps = vm.envOr("PINPOINT_WALK_STEPS", STEPS);
        for (uint256 i; i < steps; i += STRETCH) this.walk(seed, i, i + STRETCH < steps ? i + STRETCH : steps);
        _spine.check(0, true);
        _spine.checkFinished();
        console.log("walk of seed %d, %d steps", seed, steps);
        if (steps < STEPS) _report(_spine, 0, 0, 0);
        else if (steps < MANY) _report(_spine, 20, 5, 1);
        else _report(_spine, 20, 20, 20);
    }

    /// @notice Steps from one to before another.
    function walk(uint256 seed, uint256 from, uint256 to) external {
        for (uint256 i = from; i < to; ++i) {
            uint256 chance = uint256(keccak256(abi.encode(seed, i)));
            _spine.step(chance);
            _spine.check(chance >> 8, i % CHECK_ALL_EVERY == 0);
        }
    }
}
