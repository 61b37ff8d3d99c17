// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {CONSTANT, I32, SAMPLE, SCATTER, STATE} from "../types/Codes.sol";
import {Header, Operator, Tensor} from "../types/Program.sol";

/// @title The binary form of programs
/// @notice Reads little-endian words straight from calldata. SPEC: spec/program.md.
/// @dev Positions are absolute calldata offsets in bytes; callers see to it that they lie within the record.
library Records {
    uint256 internal constant HEADER_BYTES = 32;
    uint256 internal constant RECORD_BYTES = 64;
    uint256 internal constant OPERAND_BYTES = 40;
    uint256 internal constant GUARD_BYTES = 48;
    uint256 internal constant INSTRUCTION_BYTES = 8;
    /// @dev Words of a tensor and products of extents stay below this.
    uint256 internal constant TENSOR_LIMIT = 1 << 31;

    /// @dev States that a program may have.
    uint256 internal constant MAX_STATES = 4_096;

    /// @notice The word at a calldata offset.
    function word(uint256 position) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            let w := calldataload(position)
            value := or(or(byte(0, w), shl(8, byte(1, w))), or(shl(16, byte(2, w)), shl(24, byte(3, w))))
        }
    }

    /// @notice The word at a calldata offset as a signed number.
    function signed(uint256 position) internal pure returns (int256) {
        return int32(uint32(word(position)));
    }

    /// @notice Calldata offset of the first byte.
    function start(bytes calldata data) internal pure returns (uint256 position) {
        assembly ("memory-safe") {
            position := data.offset
        }
    }

    /// @notice Decodes a program header of 32 bytes; checks nothing but reads all.
    function header(bytes calldata data) internal pure returns (Header memory h) {
        uint256 p = start(data);
        unchecked {
            h.states = word(p + 4);
            h.fields = word(p + 8);
            h.constants = word(p + 12);
            h.operators = word(p + 16);
            h.batch = word(p + 20);
        }
    }

    /// @notice Decodes the header of an operator record of at least 64 bytes; its words are 0 if rank or extents are
    /// invalid, nothing else is checked.
    function operator(bytes calldata data) internal pure returns (Operator memory o) {
        uint256 p = start(data);
        unchecked {
            uint256 w = word(p);
            o.kind = w & 0xff;
            o.fn = (w >> 8) & 0xff;
            o.rank = (w >> 16) & 0xff;
            o.dtype = w >> 24;
            w = word(p + 4);
            o.operands = w & 0xff;
            o.instructions = (w >> 8) & 0xff;
            o.guards = w >> 16;
            o.k = word(p + 12);
            o.l = word(p + 16);
            o.aux0 = word(p + 20);
            o.aux1 = word(p + 24);
            for (uint256 i; i < 8; ++i) o.extents[i] = word(p + 28 + 4 * i);
            o.fill = word(p + 60);
            o.words = product(p + 28, o.rank);
            o.body = p + RECORD_BYTES;
        }
    }

    /// @notice The tensor a source record declares; dtype 0 if it declares none.
    function tensor(bytes calldata data) internal pure returns (Tensor memory t) {
        if (data.length < RECORD_BYTES) return t;
        uint256 p = start(data);
        uint256 w = word(p);
        uint256 kind = w & 0xff;
        uint256 dtype = w >> 24;
        if (dtype == 0 || dtype > I32) return t;
        uint256 words;
        unchecked {
            if (kind >= STATE && kind <= CONSTANT) {
                words = data.length == RECORD_BYTES ? word(p + 12) : 0;
            } else if (kind >= SAMPLE && kind <= SCATTER) {
                words = product(p + 28, (w >> 16) & 0xff);
            }
        }
        // No words: no tensor.
        if (words != 0 && words < TENSOR_LIMIT) (t.dtype, t.words) = (dtype, words);
    }

    /// @notice Product of `rank` extents from a calldata offset on; 0 if the rank is not 1 to 8, an extent is 0, or the
    /// product reaches 2^31.
    function product(uint256 position, uint256 rank) internal pure returns (uint256 words) {
        unchecked {
            if (rank == 0 || rank > 8) return 0;
            words = 1;
            for (uint256 i; i < rank; ++i) words *= word(position + 4 * i);
            // Eight extents of 32 bits stay within 256 bits.
            if (words >= TENSOR_LIMIT) words = 0;
        }
    }

    /// @notice Offset of an operand: ref, offset, 8 strides.
    function operand(Operator memory o, uint256 i) internal pure returns (uint256) {
        unchecked {
            return o.body + OPERAND_BYTES * i;
        }
    }

    /// @notice Guards of piece `piece`.
    function guardsOf(Operator memory o, uint256 piece) internal pure returns (uint256) {
        unchecked {
            return piece < 4 ? (o.guards >> (4 * piece)) & 15 : 0;
        }
    }

    /// @notice Guards of the pieces before `piece`; of all with piece = 4.
    function guardsBefore(Operator memory o, uint256 piece) internal pure returns (uint256 count) {
        unchecked {
            for (uint256 i; i < piece; ++i) count += guardsOf(o, i);
        }
    }

    /// @notice Offset of guard `i`, counted over all pieces: offset, 8 coefficients, divisor, bound, stride.
    function guard(Operator memory o, uint256 i) internal pure returns (uint256) {
        unchecked {
            return operand(o, o.operands) + GUARD_BYTES * i;
        }
    }

    /// @notice Offset of instruction `i`: fn and arguments, imm.
    function instruction(Operator memory o, uint256 i) internal pure returns (uint256) {
        unchecked {
            return guard(o, guardsBefore(o, 4)) + INSTRUCTION_BYTES * i;
        }
    }

    /// @notice Address an operand reads at some coordinates: offset + Σ stride · coordinate.
    function addressOf(
        Operator memory o,
        uint256 i,
        uint256[8] memory coordinates
    ) internal pure returns (uint256 position) {
        unchecked {
            uint256 p = operand(o, i) + 4;
            position = word(p);
            for (uint256 axis; axis < o.rank; ++axis) position += word(p + 4 + 4 * axis) * coordinates[axis];
        }
    }
}
