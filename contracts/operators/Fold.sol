// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Float32} from "../libraries/Float32.sol";
import {Float32Math} from "../libraries/Float32Math.sol";
import {Reader} from "../libraries/Reader.sol";
import {Records} from "../libraries/Records.sol";
import {FOLD_DOT, FOLD_MAX} from "../types/Codes.sol";
import {Evidence} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element, Operator} from "../types/Program.sol";

/// @title Fold
/// @notice Sum, maximum or sum of products along a run, by 16 lanes and a fixed tree. SPEC: spec/program.md.
library Fold {
    uint256 private constant LANES = 16;

    /// @notice Recomputes one element. Reads a, then b (dot), then init if there is one.
    function element(
        Element memory e,
        Step calldata step,
        Evidence calldata evidence
    ) internal view returns (uint256 result) {
        Operator memory o = e.operator;
        unchecked {
            uint256 count = o.k;
            if (o.l != 0) {
                uint256 rest = o.l - e.coordinates[o.rank - 1] * o.k;
                if (rest < count) count = rest;
            }
            uint256 runs = o.fn == FOLD_DOT ? 2 : 1;
            uint256[6] memory positions = Reader.operands(e, step, evidence, runs, count);
            result = fold(o.fn, positions[0], positions[1], count);
            if (o.operands > runs) result = _join(o.fn, Records.word(positions[runs]), result);
        }
    }

    /// @notice Folds `count` words at calldata offset a; for a dot with those at b.
    function fold(uint256 fn, uint256 a, uint256 b, uint256 count) internal pure returns (uint256) {
        unchecked {
            uint256[LANES] memory lanes;
            for (uint256 j; j < LANES; ++j) lanes[j] = _lane(fn, a + 4 * j, b - a, a + 4 * count);
            for (uint256 half = LANES / 2; half != 0; half >>= 1) {
                for (uint256 j; j < half; ++j) lanes[j] = _join(fn, lanes[j], lanes[j + half]);
            }
            return lanes[0];
        }
    }

    /// @dev One lane: every sixteenth word from `p` on, below `end`; those of b stand `distance` further.
    /// ORDER: ascending.
    function _lane(uint256 fn, uint256 p, uint256 distance, uint256 end) private pure returns (uint256 lane) {
        unchecked {
            if (fn == FOLD_MAX) {
                lane = Float32.SIGN | Float32.INFINITY;
                for (; p < end; p += 4 * LANES) lane = Float32Math.max(lane, Records.word(p));
            } else if (fn == FOLD_DOT) {
                for (; p < end; p += 4 * LANES) {
                    lane = Float32.add(lane, Float32.mul(Records.word(p), Records.word(p + distance)));
                }
            } else {
                for (; p < end; p += 4 * LANES) lane = Float32.add(lane, Records.word(p));
            }
        }
    }

    function _join(uint256 fn, uint256 x, uint256 y) private pure returns (uint256) {
        return fn == FOLD_MAX ? Float32Math.max(x, y) : Float32.add(x, y);
    }
}
