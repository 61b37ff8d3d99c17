// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Float32} from "./Float32.sol";
import {Float32Math} from "./Float32Math.sol";

/// @title The functions of a Map
/// @notice Codes, types and values. SPEC: spec/numerics.md, Map functions.
library Functions {
    /// @dev One byte a function code: arity | argument dtype << 2 | result dtype << 4; 0 where there is no function.
    uint256 private constant SIGNATURES = 0x0015151516161616151616161615151515151517_2a2a2a2a2a2a2a2a1a1a1925;

    /// @notice What a function takes and gives.
    /// @return arity Arguments used: 1 to 3, or 0 where `fn` is no function.
    /// @return argument Code of the arguments' dtype.
    /// @return result Code of the result's dtype.
    function signature(uint256 fn) internal pure returns (uint256 arity, uint256 argument, uint256 result) {
        uint256 entry;
        assembly ("memory-safe") {
            entry := byte(fn, SIGNATURES)
        }
        return (entry & 3, (entry >> 2) & 3, entry >> 4);
    }

    /// @notice The value of function `fn`, 1 to 31, for words a, b, c; those past its arity are ignored.
    function value(uint256 fn, uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {
        if (fn < 13) return fn < 8 ? _arithmetic(fn, a, b) : _comparison(fn, a, b);
        return fn < 20 ? _elementary(fn, a, b, c) : _integer(fn, a, b);
    }

    /// @dev id, neg, abs, add, sub, mul, div.
    function _arithmetic(uint256 fn, uint256 a, uint256 b) private pure returns (uint256) {
        if (fn == 6) return Float32.mul(a, b);
        if (fn == 5) return Float32.sub(a, b);
        if (fn == 4) return Float32.add(a, b);
        if (fn == 7) return Float32.div(a, b);
        if (fn == 3) return a & Float32.MAGNITUDE;
        if (fn == 2) return a ^ Float32.SIGN;
        return a;
    }

    /// @dev sqrt, max, min, less, equal.
    function _comparison(uint256 fn, uint256 a, uint256 b) private pure returns (uint256) {
        if (fn == 8) return Float32.sqrt(a);
        if (fn == 9) return Float32Math.max(a, b);
        if (fn == 10) return Float32Math.min(a, b);
        return (fn == 11 ? Float32.lt(a, b) : Float32.eq(a, b)) ? Float32.ONE : 0;
    }

    /// @dev floor, rint, exp, log, tanh, erf, select.
    function _elementary(uint256 fn, uint256 a, uint256 b, uint256 c) private pure returns (uint256) {
        if (fn == 15) return Float32Math.exp(a);
        if (fn == 16) return Float32Math.log(a);
        if (fn == 17) return Float32Math.tanh(a);
        if (fn == 18) return Float32Math.erf(a);
        if (fn == 19) return a & Float32.MAGNITUDE != 0 ? b : c;
        return fn == 13 ? Float32.floor(a) : Float32.rint(a);
    }

    /// @dev iadd, isub, imul, iand, ior, ixor, ishl, ishr, iless, iequal, itof, ftoi.
    function _integer(uint256 fn, uint256 a, uint256 b) private pure returns (uint256) {
        unchecked {
            if (fn == 20) return (a + b) & 0xffffffff;
            if (fn == 21) return (a - b) & 0xffffffff;
            if (fn == 22) return (a * b) & 0xffffffff;
            if (fn == 23) return a & b;
            if (fn == 24) return a | b;
            if (fn == 25) return a ^ b;
            if (fn == 26) return (a << (b & 31)) & 0xffffffff;
            if (fn == 27) return a >> (b & 31);
            if (fn == 28) return int32(uint32(a)) < int32(uint32(b)) ? Float32.ONE : 0;
            if (fn == 29) return a == b ? Float32.ONE : 0;
            return fn == 30 ? Float32.fromInt(a) : Float32.toInt(a);
        }
    }
}
