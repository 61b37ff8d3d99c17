// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title IEEE-754 binary32 on bit patterns
/// @notice Every function takes and returns bit patterns in the low 32 bits of a word whose other bits are zero. Round
/// to nearest even, subnormals kept. Any NaN may come in; one that an operation makes is 0x7fc00000.
/// SPEC: spec/numerics.md.
/// @dev A finite magnitude x (sign cleared) is m · 2^(e − 149) with e = max(x >> 23, 1) − 1 and m = x − (e << 23), for
/// normal and subnormal numbers alike; the inverse is x = (e << 23) + m, where a carry out of m raises the exponent.
library Float32 {
    uint256 internal constant NAN = 0x7fc00000;
    uint256 internal constant INFINITY = 0x7f800000;
    uint256 internal constant ONE = 0x3f800000;
    uint256 internal constant SIGN = 0x80000000;
    uint256 internal constant MAGNITUDE = 0x7fffffff;
    /// @dev 2^23: from here on every number is an integer.
    uint256 internal constant INTEGERS = 0x4b000000;

    /// @notice The one NaN for any NaN, else the argument.
    function canonical(uint256 a) internal pure returns (uint256) {
        return a & MAGNITUDE > INFINITY ? NAN : a;
    }

    /// @notice a + b.
    /// @dev Two normal numbers, less than 26 exponents apart, with a normal sum: one straight line. Naive twin: `addAny`.
    function add(uint256 a, uint256 b) internal pure returns (uint256 r) {
        if (b & MAGNITUDE > a & MAGNITUDE) return add(b, a);
        bool done;
        assembly ("memory-safe") {
            let e := and(shr(23, b), 0xff)
            let apart := sub(and(shr(23, a), 0xff), e)
            let m := sub(0, shr(31, xor(a, b)))
            m := sub(xor(add(and(b, 0x7fffff), 0x800000), m), m)
            // 25 spare bits below the significands: there is always one to round away.
            m := shl(25, add(shl(apart, add(and(a, 0x7fffff), 0x800000)), m))
            let zeros := clz(m)
            let ulp := shr(zeros, shl(232, 1))
            r := shr(sub(232, zeros), add(m, sub(shr(1, ulp), iszero(and(m, ulp)))))
            r := add(shl(23, sub(add(e, 206), zeros)), r)
            done := and(and(gt(e, 0), lt(apart, 26)), lt(and(a, 0x7fffffff), 0x7f800000))
            done := and(and(done, gt(m, 0)), lt(sub(r, 0x800000), 0x7f000000))
            r := or(r, and(a, 0x80000000))
        }
        if (!done) r = addAny(a, b);
    }

    /// @notice a + b by one routine for all operands: cheaper than `add` where few are normal.
    function addAny(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            uint256 x = a & MAGNITUDE;
            uint256 y = b & MAGNITUDE;
            if (y > x) return addAny(b, a);
            if (x >= INFINITY) return x > INFINITY || (x == y && a != b) ? NAN : a;
            uint256 e = _exponent(y);
            uint256 apart = _exponent(x) - e;
            // ROUNDS: with exponents 26 or more apart the smaller operand is below a quarter ulp.
            if (apart > 25) return a;
            x = (x - ((e + apart) << 23)) << apart;
            y = y - (e << 23);
            // |a| ≥ |b|, so this is the sum's magnitude and a's sign its sign.
            uint256 m = (a ^ b) & SIGN == 0 ? x + y : x - y;
            // An exact zero is +0 unless both operands are −0.
            if (m == 0) return a & b & SIGN;
            return _round(m, e) | (a & SIGN);
        }
    }

    /// @notice a − b.
    function sub(uint256 a, uint256 b) internal pure returns (uint256) {
        return add(a, b ^ SIGN);
    }

    /// @notice a · b.
    /// @dev Two normal numbers with a normal product: one straight line. Naive twin: `mulAny`.
    function mul(uint256 a, uint256 b) internal pure returns (uint256 r) {
        bool done;
        assembly ("memory-safe") {
            let e := and(shr(23, a), 0xff)
            let f := and(shr(23, b), 0xff)
            let m := mul(add(and(a, 0x7fffff), 0x800000), add(and(b, 0x7fffff), 0x800000))
            let carry := shr(47, m)
            let ulp := shl(carry, 0x800000)
            r := add(m, sub(shr(1, ulp), iszero(and(m, ulp))))
            r := add(shl(23, sub(add(add(e, f), carry), 128)), shr(add(carry, 23), r))
            done := and(and(lt(sub(e, 1), 254), lt(sub(f, 1), 254)), lt(sub(r, 0x800000), 0x7f000000))
            r := or(r, and(xor(a, b), 0x80000000))
        }
        if (!done) r = mulAny(a, b);
    }

    /// @notice a · b by one routine for all operands: cheaper than `mul` where few are normal.
    function mulAny(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            uint256 x = a & MAGNITUDE;
            uint256 y = b & MAGNITUDE;
            uint256 sign = (a ^ b) & SIGN;
            if (x - 1 < INFINITY - 1) {
                // A zero, an infinity or a NaN comes first.
                if (y - 1 >= INFINITY - 1) return mul(b, a);
                uint256 e = _exponent(x);
                uint256 f = _exponent(y);
                return sign | _round((x - (e << 23)) * (y - (f << 23)), e + f - 149);
            }
            if (x > INFINITY || y > INFINITY) return NAN;
            if (x == 0) return y == INFINITY ? NAN : sign;
            return y == 0 ? NAN : sign | INFINITY;
        }
    }

    /// @notice a / b.
    function div(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            uint256 x = a & MAGNITUDE;
            uint256 y = b & MAGNITUDE;
            uint256 sign = (a ^ b) & SIGN;
            if (x - 1 < INFINITY - 1 && y - 1 < INFINITY - 1) {
                uint256 e = _exponent(x);
                uint256 f = _exponent(y);
                x = (x - (e << 23)) << 64;
                y = y - (f << 23);
                uint256 quotient = x / y;
                // ROUNDS: a remainder only matters as "more than the quotient", which a set lowest bit says.
                if (quotient * y != x) quotient |= 1;
                return sign | _round(quotient, e - f + 85);
            }
            if (x > INFINITY || y > INFINITY || (x == y && (x == 0 || x == INFINITY))) return NAN;
            return x == INFINITY || y == 0 ? sign | INFINITY : sign;
        }
    }

    /// @notice The square root of a.
    function sqrt(uint256 a) internal pure returns (uint256) {
        unchecked {
            if (a - 1 >= INFINITY - 1) return a == 0 || a == SIGN || a == INFINITY ? a : NAN;
            uint256 e = _exponent(a);
            // An even exponent, and enough bits for the root to have more than 24.
            uint256 up = 64 + ((e + 1) & 1);
            uint256 m = (a - (e << 23)) << up;
            uint256 z;
            assembly ("memory-safe") {
                z := shl(shr(1, sub(257, clz(m))), 1)
            }
            // Newton from above: five steps give 53 good bits, more than the 45 of m's root.
            z = (z + m / z) >> 1;
            z = (z + m / z) >> 1;
            z = (z + m / z) >> 1;
            z = (z + m / z) >> 1;
            z = (z + m / z) >> 1;
            if (m / z < z) --z;
            uint256 sticky = z * z != m ? 1 : 0;
            return _round((z << 1) | sticky, ((e + 149 - up) >> 1) - 1);
        }
    }

    /// @notice a < b; false if either is NaN.
    function lt(uint256 a, uint256 b) internal pure returns (bool) {
        return _ordered(a, b) && _integer(a) < _integer(b);
    }

    /// @notice a ≤ b; false if either is NaN.
    function le(uint256 a, uint256 b) internal pure returns (bool) {
        return _ordered(a, b) && _integer(a) <= _integer(b);
    }

    /// @notice a = b; −0 = +0, NaN ≠ NaN.
    function eq(uint256 a, uint256 b) internal pure returns (bool) {
        return _ordered(a, b) && _integer(a) == _integer(b);
    }

    /// @notice The nearest integer, ties to even; keeps the sign of a zero result.
    function rint(uint256 a) internal pure returns (uint256) {
        uint256 x = a & MAGNITUDE;
        if (x >= INTEGERS) return a;
        // ROUNDS: in [2^23, 2^24] the spacing is one, so the addition itself rounds to an integer.
        return sub(add(x, INTEGERS), INTEGERS) | (a & SIGN);
    }

    /// @notice The largest integer not above a; keeps −0.
    function floor(uint256 a) internal pure returns (uint256 r) {
        r = rint(a);
        if (lt(a, r)) r = sub(r, ONE);
    }

    /// @notice The f32 nearest to an i32, given as its word.
    function fromInt(uint256 word) internal pure returns (uint256) {
        unchecked {
            if (word == 0) return 0;
            uint256 sign = word & SIGN;
            return sign | _round(sign == 0 ? word : 0x100000000 - word, 149);
        }
    }

    /// @notice a truncated to an i32, as its word; saturates, NaN gives 0.
    function toInt(uint256 a) internal pure returns (uint256) {
        unchecked {
            uint256 x = a & MAGNITUDE;
            bool negative = a >= SIGN;
            if (x > INFINITY) return 0;
            if (x >= 0x4f000000) return negative ? 0x80000000 : 0x7fffffff;
            uint256 magnitude = (((x & 0x7fffff) | 0x800000) << (x >> 23)) >> 150;
            return negative ? (0x100000000 - magnitude) & 0xffffffff : magnitude;
        }
    }

    /// @dev e of a finite magnitude.
    function _exponent(uint256 x) private pure returns (uint256 e) {
        assembly ("memory-safe") {
            e := shr(23, x)
            e := sub(e, gt(e, 0))
        }
    }

    /// @dev Neither is NaN.
    function _ordered(uint256 a, uint256 b) private pure returns (bool) {
        return (a & MAGNITUDE) <= INFINITY && (b & MAGNITUDE) <= INFINITY;
    }

    /// @dev An integer in the order of the numbers; both zeros give 0.
    function _integer(uint256 a) private pure returns (int256) {
        unchecked {
            return a < SIGN ? int256(a) : -int256(a & MAGNITUDE);
        }
    }

    /// @dev Rounds m · 2^(e − 149) to a magnitude; 0 < m < 2^200, e in two's complement.
    function _round(uint256 m, uint256 e) private pure returns (uint256 r) {
        assembly ("memory-safe") {
            // 32 spare bits, so that there is always at least one to round away.
            m := shl(32, m)
            e := sub(e, 32)
            let excess := sub(232, clz(m))
            let least := sub(0, e)
            if slt(excess, least) {
                excess := least
            }
            let ulp := shl(excess, 1)
            r := shr(excess, add(m, sub(shr(1, ulp), iszero(and(m, ulp)))))
            r := add(shl(23, add(e, excess)), r)
            if gt(r, 0x7f7fffff) {
                r := 0x7f800000
            }
        }
    }
}
