// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Float32} from "./Float32.sol";

/// @title exp, log, tanh and erf on binary32 bit patterns
/// @notice Fixed sequences of rounded operations: the bits of every intermediate are part of the contract.
/// SPEC: spec/numerics.md, Sequences. ORDER: as written there, line by line.
library Float32Math {
    uint256 private constant LOG2_E = 0x3fb8aa3b;
    /// @dev 1.5 · 2^23: adding it leaves the nearest integer in the low bits.
    uint256 private constant SHIFTER = 0x4b400000;
    uint256 private constant LN2_HIGH = 0x3f318000;
    uint256 private constant LN2_LOW = 0xb95e8083;
    uint256 private constant HALF = 0x3f000000;
    uint256 private constant SMALLEST_NORMAL = 0x00800000;

    /// @notice e^x.
    function exp(uint256 x) internal pure returns (uint256 y) {
        uint256 c = min(x, 0x42b20000);
        c = max(c, 0xc2d00000);
        uint256 t = _horner(c, LOG2_E, SHIFTER);
        uint256 n = Float32.sub(t, SHIFTER);
        uint256 r = Float32.sub(c, Float32.mul(n, LN2_HIGH));
        r = Float32.sub(r, Float32.mul(n, LN2_LOW));
        uint256 p = _horner(0x39506967, r, 0x3ab743ce);
        p = _horner(p, r, 0x3c088908);
        p = _horner(p, r, 0x3d2aa9c1);
        p = _horner(p, r, 0x3e2aaaaa);
        p = _horner(p, r, HALF);
        y = Float32.add(_horner(p, Float32.mul(r, r), r), Float32.ONE);
        unchecked {
            // −150 <= i <= 128 for a number; for NaN y is NaN and stays so whatever the factors.
            int256 i = int256(t) - int256(SHIFTER);
            int256 i1 = i >> 1;
            y = Float32.mul(y, (uint256(i1 + 127) << 23) & 0xffffffff);
            y = Float32.mul(y, (uint256(i - i1 + 127) << 23) & 0xffffffff);
        }
    }

    /// @notice The natural logarithm of x.
    function log(uint256 x) internal pure returns (uint256 y) {
        if (x & Float32.MAGNITUDE == 0) return Float32.SIGN | Float32.INFINITY;
        if (x > Float32.INFINITY) return Float32.NAN;
        if (x == Float32.INFINITY) return x;
        bool subnormal = x < SMALLEST_NORMAL;
        uint256 s = subnormal ? Float32.mul(x, Float32.INTEGERS) : x;
        uint256 e;
        unchecked {
            e = Float32.fromInt(((s >> 23) - 126) & 0xffffffff);
        }
        e = Float32.sub(e, subnormal ? 0x41b80000 : 0);
        uint256 m = (s & 0x007fffff) | HALF;
        bool low = m < 0x3f3504f3;
        e = Float32.sub(e, low ? Float32.ONE : 0);
        uint256 f = Float32.add(Float32.sub(m, Float32.ONE), low ? m : 0);
        uint256 z = Float32.mul(f, f);
        uint256 p = _horner(0x3d9021bb, f, 0xbdebd1b8);
        p = _horner(p, f, 0x3def251a);
        p = _horner(p, f, 0xbdfe5d4f);
        p = _horner(p, f, 0x3e11e9bf);
        p = _horner(p, f, 0xbe2aae50);
        p = _horner(p, f, 0x3e4cceac);
        p = _horner(p, f, 0xbe7ffffc);
        p = _horner(p, f, 0x3eaaaaaa);
        y = Float32.mul(Float32.mul(p, f), z);
        y = Float32.add(y, Float32.mul(e, LN2_LOW));
        y = Float32.sub(y, Float32.mul(z, HALF));
        y = Float32.add(Float32.add(f, y), Float32.mul(e, LN2_HIGH));
    }

    /// @notice The hyperbolic tangent of x.
    function tanh(uint256 x) internal pure returns (uint256 y) {
        uint256 a = x & Float32.MAGNITUDE;
        if (a < 0x3f200000) {
            uint256 s = Float32.mul(a, a);
            uint256 p = _horner(0xbbbaf0ea, s, 0x3ca9134e);
            p = _horner(p, s, 0xbd5c1e2d);
            p = _horner(p, s, 0x3e088393);
            p = _horner(p, s, 0xbeaaaa99);
            y = _horner(Float32.mul(p, s), a, a);
        } else {
            uint256 e = exp(Float32.mul(0xc0000000, a));
            y = Float32.div(Float32.sub(Float32.ONE, e), Float32.add(Float32.ONE, e));
        }
        y |= x & Float32.SIGN;
    }

    /// @notice The error function of x.
    function erf(uint256 x) internal pure returns (uint256 y) {
        uint256 a = x & Float32.MAGNITUDE;
        uint256 t = min(a, 0x40800000);
        uint256 s = Float32.mul(t, t);
        if (Float32.lt(0x3f6d8000, a)) {
            uint256 r = _horner(0xb7910000, t, 0x39c8e7d9);
            uint256 u = _horner(0xbb7e8a1c, t, 0x3cc6b1a1);
            r = _horner(r, s, u);
            r = _horner(r, t, 0xbddaae5c);
            r = _horner(r, t, 0xbf228550);
            r = _horner(r, t, 0xbe03ce86);
            r = Float32.sub(Float32.mul(r, t), t);
            y = Float32.sub(Float32.ONE, exp(r));
        } else {
            uint256 q = _horner(0xba1c7000, s, 0x3ba38d2c);
            q = _horner(q, s, 0xbcdb48d9);
            q = _horner(q, s, 0x3de70e22);
            q = _horner(q, s, 0xbec09380);
            q = _horner(q, s, 0x3e0375d4);
            y = _horner(q, a, a);
        }
        y |= x & Float32.SIGN;
    }

    /// @notice a < b ? b : a.
    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return Float32.lt(a, b) ? b : a;
    }

    /// @notice b < a ? b : a.
    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return Float32.lt(b, a) ? b : a;
    }

    /// @dev p · x + c, rounded twice.
    function _horner(uint256 p, uint256 x, uint256 c) private pure returns (uint256) {
        return Float32.add(Float32.mul(p, x), c);
    }
}
