// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Float32} from "./Float32.sol";
import {Records} from "./Records.sol";

/// @title The block sum of a Dot
/// @notice acc = +0, then acc = acc + a·b in ascending order, each product and each sum rounded. SPEC: spec/program.md.
/// @dev `window` gives the bits of `plain` at a quarter of its cost wherever it answers at all.
library DotBlock {
    // Eight 32-bit lanes to a 256-bit word.
    uint256 private constant SIGNS = 0x8000000080000000800000008000000080000000800000008000000080000000;
    uint256 private constant MAGNITUDES = 0x7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff;
    uint256 private constant EXPONENTS = 0x7f8000007f8000007f8000007f8000007f8000007f8000007f8000007f800000;
    uint256 private constant FRACTIONS = 0x007fffff007fffff007fffff007fffff007fffff007fffff007fffff007fffff;
    uint256 private constant LEAST_NORMALS = 0x0080000000800000008000000080000000800000008000000080000000800000;
    uint256 private constant BITS_7 = 0x0000008000000080000000800000008000000080000000800000008000000080;
    uint256 private constant BITS_8 = 0x0000010000000100000001000000010000000100000001000000010000000100;
    uint256 private constant BITS_8_9 = 0x0000030000000300000003000000030000000300000003000000030000000300;
    // Four 64-bit lanes.
    uint256 private constant LOW_HALVES = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
    uint256 private constant ONES = 0x0000000000000001000000000000000100000000000000010000000000000001;
    uint256 private constant HALF_ULPS = 0x00000000007fffff00000000007fffff00000000007fffff00000000007fffff;
    uint256 private constant HIGH_40 = 0xffffffffff000000ffffffffff000000ffffffffff000000ffffffffff000000;
    // Byte swaps.
    uint256 private constant EVEN_BYTES = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    uint256 private constant EVEN_PAIRS = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;

    /// @notice Sum of `count` ≤ 256 products of words at calldata offsets a and b.
    function sum(uint256 a, uint256 b, uint256 count) internal pure returns (uint256 result) {
        bool answered;
        (answered, result) = window(a, b, count);
        if (!answered) result = plain(a, b, count);
    }

    /// @notice The sum by the operations of `Float32`, one after another; any operands.
    function plain(uint256 a, uint256 b, uint256 count) internal pure returns (uint256 acc) {
        unchecked {
            for (uint256 end = a + 4 * count; a < end; a += 4) {
                acc = Float32.addAny(acc, Float32.mulAny(Records.word(a), Records.word(b)));
                b += 4;
            }
        }
    }

    /// @notice The sum in fixed point, if every operand is normal or zero and every product of two lies in
    /// [2^−126, 2^66).
    /// @dev The accumulator is a two's complement integer in units of 2^−173. INVARIANT: it is a multiple of 2^24 units,
    /// the spacing of subnormals, so rounding to 24 bits also rounds subnormal sums; and below 2^248 units, so it never
    /// overflows. −0 cannot arise from +0, and a zero product changes nothing. Naive twin: `plain`.
    function window(uint256 a, uint256 b, uint256 count) internal pure returns (bool answered, uint256 result) {
        assembly ("memory-safe") {
            // Little-endian words of one 256-bit load as lanes, first word highest.
            function lanes(w) -> x {
                x := add(and(shr(8, w), EVEN_BYTES), shl(8, and(w, EVEN_BYTES)))
                x := add(and(shr(16, x), EVEN_PAIRS), shl(16, and(x, EVEN_PAIRS)))
            }
            // Four products of 24-bit significands, each normalised to 48 bits, rounded to its high 24 and signed;
            // `carry` has a 1 in each lane whose product did not need the doubling.
            function products(x, y, negative) -> p, carry {
                x := and(x, LOW_HALVES)
                y := and(y, LOW_HALVES)
                p := or(
                    or(
                        mul(and(x, 0xffffffff), and(y, 0xffffffff)),
                        mul(and(x, shl(64, 0xffffffff)), and(shr(64, y), 0xffffffff))
                    ),
                    or(
                        mul(and(x, shl(128, 0xffffffff)), and(shr(128, y), 0xffffffff)),
                        mul(and(x, shl(192, 0xffffffff)), shr(192, y))
                    )
                )
                carry := and(shr(47, p), ONES)
                p := sub(add(p, p), and(p, mul(carry, 0xffffffffffffffff)))
                p := and(add(add(p, HALF_ULPS), and(shr(24, p), ONES)), HIGH_40)
                negative := and(negative, ONES)
                p := add(xor(p, mul(negative, 0xffffffffffffffff)), negative)
            }
            // acc + term, rounded to 24 significant bits, ties to even.
            function plus(acc, term) -> r {
                r := add(acc, term)
                let ulp := shr(clz(xor(r, add(r, r))), shl(231, 1))
                r := and(add(r, sub(shr(1, ulp), iszero(and(r, ulp)))), sub(0, ulp))
            }

            let acc := 0
            answered := 1
            for {
                let end := add(a, shl(2, count))
            } lt(a, end) {
                a := add(a, 32)
                b := add(b, 32)
            } {
                let wa := calldataload(a)
                let wb := calldataload(b)
                if lt(sub(end, a), 32) {
                    // Zeros for the words past the end of the run.
                    let past := shr(shl(3, sub(end, a)), not(0))
                    wa := and(wa, not(past))
                    wb := and(wb, not(past))
                }
                wa := lanes(wa)
                wb := lanes(wb)
                let x := and(wa, MAGNITUDES)
                let y := and(wb, MAGNITUDES)
                // Sign bit set: a normal number.
                let nx := add(x, EXPONENTS)
                let ny := add(y, EXPONENTS)
                // Sign bit set: neither zero nor normal, hence subnormal; or an infinity or NaN.
                let bad := or(xor(nx, add(x, MAGNITUDES)), xor(ny, add(y, MAGNITUDES)))
                bad := and(or(bad, or(add(x, LEAST_NORMALS), add(y, LEAST_NORMALS))), SIGNS)
                nx := and(nx, SIGNS)
                ny := and(ny, SIGNS)
                // Sum of the biased exponents, a zero's counted as 128, plus 128: 256 to 447 within the window, and then
                // its low byte is the product's shift.
                let shifts := add(
                    shr(
                        23,
                        add(
                            or(and(x, EXPONENTS), shr(1, xor(nx, SIGNS))),
                            or(and(y, EXPONENTS), shr(1, xor(ny, SIGNS)))
                        )
                    ),
                    BITS_7
                )
                bad := or(bad, or(and(xor(shifts, BITS_8), BITS_8_9), and(and(shifts, add(shifts, shifts)), BITS_7)))
                if bad {
                    answered := 0
                    break
                }
                let negative := shr(31, and(xor(wa, wb), and(nx, ny)))
                // Significands with their leading bit, 0 for zeros.
                x := add(and(x, FRACTIONS), shr(8, nx))
                y := add(and(y, FRACTIONS), shr(8, ny))
                let even, carry := products(shr(32, x), shr(32, y), shr(32, negative))
                shifts := add(shifts, shl(32, carry))
                let odd
                odd, carry := products(x, y, negative)
                shifts := add(shifts, carry)
                acc := plus(acc, shl(byte(3, shifts), sar(192, even)))
                acc := plus(acc, shl(byte(7, shifts), sar(192, odd)))
                acc := plus(acc, shl(byte(11, shifts), sar(192, shl(64, even))))
                acc := plus(acc, shl(byte(15, shifts), sar(192, shl(64, odd))))
                acc := plus(acc, shl(byte(19, shifts), sar(192, shl(128, even))))
                acc := plus(acc, shl(byte(23, shifts), sar(192, shl(128, odd))))
                acc := plus(acc, shl(byte(27, shifts), sar(192, shl(192, even))))
                acc := plus(acc, shl(byte(31, shifts), sar(192, shl(192, odd))))
            }
            if acc {
                let sign := sar(255, acc)
                let m := sub(xor(acc, sign), sign)
                let excess := sub(232, clz(m))
                if slt(excess, 24) {
                    excess := 24
                }
                result := or(add(shl(23, sub(excess, 24)), shr(excess, m)), and(sign, 0x80000000))
            }
        }
    }
}
