// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {DotBlock} from "../libraries/DotBlock.sol";
import {Float32} from "../libraries/Float32.sol";
import {Functions} from "../libraries/Functions.sol";
import {Records} from "../libraries/Records.sol";
import {Fold} from "../operators/Fold.sol";

/// @title Arithmetic in batches
/// @notice What the tests compare with other implementations: many evaluations to one call. Words are little-endian.
contract Float32Harness {
    /// @dev Code of le, which is no Map function.
    uint256 private constant LE = 32;

    /// @notice Values of Map function `fn` (32: le, as 1.0 or 0.0) for triples of words a, b, c.
    function map(uint256 fn, bytes calldata triples) external pure returns (bytes memory values) {
        unchecked {
            uint256 count = triples.length / 12;
            uint256 p = Records.start(triples);
            values = new bytes(4 * count);
            for (uint256 i; i < count; ++i) {
                uint256 a = Records.word(p);
                uint256 b = Records.word(p + 4);
                uint256 value =
                    fn == LE ? (Float32.le(a, b) ? Float32.ONE : 0) : Functions.value(fn, a, b, Records.word(p + 8));
                _store(values, i, value);
                p += 12;
            }
        }
    }

    /// @notice Block sums of consecutive runs of `count` words in a and b: by the fixed-point window, by the plain
    /// operations, and how many blocks the window answered.
    function dotBlocks(
        uint256 count,
        bytes calldata a,
        bytes calldata b
    ) external pure returns (bytes memory sums, bytes memory plain, uint256 answers) {
        unchecked {
            uint256 blocks = a.length / (4 * count);
            sums = new bytes(4 * blocks);
            plain = new bytes(4 * blocks);
            uint256 pa = Records.start(a);
            uint256 pb = Records.start(b);
            for (uint256 i; i < blocks; ++i) {
                (bool answered, ) = DotBlock.window(pa, pb, count);
                if (answered) ++answers;
                _store(sums, i, DotBlock.sum(pa, pb, count));
                _store(plain, i, DotBlock.plain(pa, pb, count));
                pa += 4 * count;
                pb += 4 * count;
            }
        }
    }

    /// @notice Gas of one block sum.
    function dotGas(bytes calldata a, bytes calldata b) external view returns (uint256 used) {
        used = gasleft();
        DotBlock.sum(Records.start(a), Records.start(b), a.length / 4);
        used -= gasleft();
    }

    /// @notice Folds of consecutive runs of `count` words in a (and b).
    function folds(
        uint256 fn,
        uint256 count,
        bytes calldata a,
        bytes calldata b
    ) external pure returns (bytes memory values) {
        unchecked {
            uint256 runs = a.length / (4 * count);
            values = new bytes(4 * runs);
            for (uint256 i; i < runs; ++i) {
                uint256 offset = 4 * count * i;
                _store(values, i, Fold.fold(fn, Records.start(a) + offset, Records.start(b) + offset, count));
            }
        }
    }

    /// @dev Writes a word, little-endian.
    function _store(bytes memory values, uint256 i, uint256 word) private pure {
        assembly ("memory-safe") {
            let p := add(add(values, 32), shl(2, i))
            mstore8(p, word)
            mstore8(add(p, 1), shr(8, word))
            mstore8(add(p, 2), shr(16, word))
            mstore8(add(p, 3), shr(24, word))
        }
    }
}
