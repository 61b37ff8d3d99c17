// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Threefry 2x32, 20 rounds
/// @notice Counter-based random bits. SPEC: spec/numerics.md, Random bits.
/// @dev Unrolled: a shuffled sample takes 96 calls, which a loop over rotations and keys makes four times as dear.
library Threefry {
    uint256 private constant MASK = 0xffffffff;

    /// @notice The two random words of counter (c0, c1) under key (k0, k1); all 32-bit.
    function bits(uint256 k0, uint256 k1, uint256 c0, uint256 c1) internal pure returns (uint256 x0, uint256 x1) {
        unchecked {
            uint256 k2 = 0x1bd11bda ^ k0 ^ k1;
            (x0, x1) = _odd((c0 + k0) & MASK, (c1 + k1) & MASK);
            (x0, x1) = _even((x0 + k1) & MASK, (x1 + k2 + 1) & MASK);
            (x0, x1) = _odd((x0 + k2) & MASK, (x1 + k0 + 2) & MASK);
            (x0, x1) = _even((x0 + k0) & MASK, (x1 + k1 + 3) & MASK);
            (x0, x1) = _odd((x0 + k1) & MASK, (x1 + k2 + 4) & MASK);
            x0 = (x0 + k2) & MASK;
            x1 = (x1 + k0 + 5) & MASK;
        }
    }

    /// @dev Four rounds with the rotations 13, 15, 26, 6.
    function _odd(uint256 x0, uint256 x1) private pure returns (uint256, uint256) {
        assembly ("memory-safe") {
            x0 := and(add(x0, x1), MASK)
            x1 := xor(and(or(shl(13, x1), shr(19, x1)), MASK), x0)
            x0 := and(add(x0, x1), MASK)
            x1 := xor(and(or(shl(15, x1), shr(17, x1)), MASK), x0)
            x0 := and(add(x0, x1), MASK)
            x1 := xor(and(or(shl(26, x1), shr(6, x1)), MASK), x0)
            x0 := and(add(x0, x1), MASK)
            x1 := xor(and(or(shl(6, x1), shr(26, x1)), MASK), x0)
        }
        return (x0, x1);
    }

    /// @dev Four rounds with the rotations 17, 29, 16, 24.
    function _even(uint256 x0, uint256 x1) private pure returns (uint256, uint256) {
        assembly ("memory-safe") {
            x0 := and(add(x0, x1), MASK)
            x1 := xor(and(or(shl(17, x1), shr(15, x1)), MASK), x0)
            x0 := and(add(x0, x1), MASK)
            x1 := xor(and(or(shl(29, x1), shr(3, x1)), MASK), x0)
            x0 := and(add(x0, x1), MASK)
            x1 := xor(and(or(shl(16, x1), shr(16, x1)), MASK), x0)
            x0 := and(add(x0, x1), MASK)
            x1 := xor(and(or(shl(24, x1), shr(8, x1)), MASK), x0)
        }
        return (x0, x1);
    }
}
