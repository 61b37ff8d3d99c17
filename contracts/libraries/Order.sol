// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ORDER_SHUFFLED} from "../types/Codes.sol";
import {Threefry} from "./Threefry.sol";

/// @title The order rule
/// @notice Which sample stands at a position of a step. SPEC: spec/numerics.md, Order.
library Order {
    uint256 private constant ROUNDS = 48;

    /// @notice The sample of a position counted over the whole job.
    /// @param position step · batch + position in the step.
    /// @param samples Samples of the dataset, at least 1.
    /// @param seed The job's seed.
    /// @param order Code of the order.
    function sampleAt(
        uint256 position,
        uint256 samples,
        uint256 seed,
        uint256 order
    ) internal pure returns (uint256 sample) {
        sample = position % samples;
        if (order == ORDER_SHUFFLED) sample = permute(sample, samples, seed, (position / samples) & 0xffffffff);
    }

    /// @notice Swap-or-not shuffle of 0 … samples − 1, exact for every size.
    function permute(uint256 x, uint256 samples, uint256 seed, uint256 epoch) internal pure returns (uint256) {
        unchecked {
            for (uint256 round; round < ROUNDS; ++round) {
                (uint256 pivot, ) = Threefry.bits(seed, epoch, round, 0xffffffff);
                uint256 y = ((pivot % samples) + samples - x) % samples;
                (uint256 coin, ) = Threefry.bits(seed, epoch, round, x > y ? x : y);
                if (coin & 1 == 1) x = y;
            }
            return x;
        }
    }
}
