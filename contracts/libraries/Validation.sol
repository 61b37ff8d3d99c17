// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {
    DOT,
    F32,
    FOLD,
    FOLD_DOT,
    GATHER,
    I32,
    MAP,
    SAMPLE,
    SAMPLE_DATASET,
    SAMPLE_RANDOM,
    SCATTER,
    SCHEDULE,
    SPACE_CONSTANT,
    SPACE_FIELD,
    SPACE_OPERATOR,
    SPACE_STATE,
    VIEW
} from "../types/Codes.sol";
import {Header, Operator} from "../types/Program.sol";
import {Validity} from "../types/Validity.sol";
import {Records} from "./Records.sol";

/// @title What an operator record says by itself
/// @notice Codes 1 to 11 of the validation; `SourceValidation` has the rest. SPEC: spec/program.md, Validation.
/// @dev ORDER: each check runs over the whole record before the next, as the codes are numbered.
library Validation {
    uint256 private constant ALL_PARAMETERS = 31;
    uint256 private constant K = 1;
    uint256 private constant L = 2;
    uint256 private constant AUX0 = 4;
    uint256 private constant AUX1 = 8;
    uint256 private constant FILL = 16;

    /// @notice The first of codes 1 to 11 that refuses the record of operator `j`, or Ok.
    /// @return code The answer.
    /// @return h The header, decoded.
    /// @return o The record's header, decoded; meaningful only if the code is Ok.
    function check(
        bytes calldata header,
        uint256 j,
        bytes calldata record
    ) internal pure returns (Validity code, Header memory h, Operator memory o) {
        if (header.length != Records.HEADER_BYTES) return (Validity.Header, h, o);
        h = Records.header(header);
        if (!_headerValid(header, h) || j >= h.operators) return (Validity.Header, h, o);
        if (record.length < Records.RECORD_BYTES) return (Validity.Length, h, o);
        o = Records.operator(record);
        code = _record(h, j, record, o);
    }

    function _record(
        Header memory h,
        uint256 j,
        bytes calldata record,
        Operator memory o
    ) private pure returns (Validity) {
        unchecked {
            uint256 end = Records.instruction(o, o.instructions);
            if (Records.start(record) + record.length != end) return Validity.Length;
            if (o.kind == 0 || o.kind > SCATTER) return Validity.Kind;
            if (!_fnAllowed(o)) return Validity.Fn;
            if (!_dtypeAllowed(o)) return Validity.Dtype;
            if (!_rankAllowed(o)) return Validity.Rank;
            if (o.words == 0) return Validity.Extent;
            if (!_countsAllowed(o)) return Validity.Count;
            if (Records.word(Records.start(record) + 8) != 0 || !_unusedZero(o)) return Validity.Unused;
            if (!_parametersInRange(h, o)) return Validity.Parameter;
            for (uint256 i; i < o.operands; ++i) {
                if (!_refAllowed(h, j, o.kind, Records.word(Records.operand(o, i)))) return Validity.Reference;
            }
            return Validity.Ok;
        }
    }

    function _headerValid(bytes calldata header, Header memory h) private pure returns (bool) {
        unchecked {
            uint256 p = Records.start(header);
            if (Records.word(p) != 1 || Records.word(p + 24) != 0 || Records.word(p + 28) != 0) return false;
            if (h.states == 0 || h.states > 4_096 || h.fields > 256 || h.constants > 65_535) return false;
            return h.operators >= h.states && h.operators <= 65_535 && h.batch != 0 && h.batch <= 1 << 20;
        }
    }

    function _fnAllowed(Operator memory o) private pure returns (bool) {
        if (o.kind == SAMPLE) return o.fn <= SAMPLE_RANDOM;
        if (o.kind == FOLD) return o.fn != 0 && o.fn <= FOLD_DOT;
        return o.fn == 0;
    }

    function _dtypeAllowed(Operator memory o) private pure returns (bool) {
        if (o.kind == DOT || o.kind == FOLD || o.kind == SCATTER) return o.dtype == F32;
        if (o.kind == SAMPLE && o.fn == SAMPLE_RANDOM) return o.dtype == I32;
        return o.dtype == F32 || o.dtype == I32;
    }

    function _rankAllowed(Operator memory o) private pure returns (bool) {
        if (o.kind == SAMPLE && o.fn == SAMPLE_DATASET) return o.rank == 2;
        if (o.kind == SCHEDULE) return o.rank == 1;
        return o.rank != 0 && o.rank <= (o.kind == DOT ? 4 : 8);
    }

    function _countsAllowed(Operator memory o) private pure returns (bool) {
        (uint256 least, uint256 most) = _operandBounds(o);
        if (o.operands < least || o.operands > most) return false;
        if (o.kind == MAP ? o.instructions == 0 || o.instructions > 24 : o.instructions != 0) return false;
        for (uint256 piece; piece < 4; ++piece) {
            uint256 allowed = o.kind == VIEW && piece < o.operands ? 3 : 0;
            if (Records.guardsOf(o, piece) > allowed) return false;
        }
        return true;
    }

    /// @dev Least and greatest number of operands.
    function _operandBounds(Operator memory o) private pure returns (uint256, uint256) {
        if (o.kind == SAMPLE) return o.fn == SAMPLE_DATASET ? (1, 1) : (0, 0);
        if (o.kind == SCHEDULE) return (1, 1);
        if (o.kind == VIEW) return (1, 4);
        if (o.kind == MAP) return (1, 6);
        if (o.kind == GATHER) return (2, 2);
        if (o.kind == FOLD && o.fn != FOLD_DOT) return (1, 2);
        return (2, 3);
    }

    /// @dev Parameters that the kind uses.
    function _uses(uint256 kind) private pure returns (uint256) {
        if (kind == SAMPLE) return AUX0;
        if (kind == VIEW) return FILL;
        if (kind == DOT) return K;
        if (kind == FOLD) return K | L;
        if (kind == GATHER) return AUX0 | AUX1;
        return kind == SCATTER ? K | AUX0 : 0;
    }

    function _unusedZero(Operator memory o) private pure returns (bool) {
        unchecked {
            uint256 idle = ALL_PARAMETERS ^ _uses(o.kind);
            uint256 any;
            if (idle & K != 0) any |= o.k;
            if (idle & L != 0) any |= o.l;
            if (idle & AUX0 != 0) any |= o.aux0;
            if (idle & AUX1 != 0) any |= o.aux1;
            if (idle & FILL != 0) any |= o.fill;
            for (uint256 axis = o.rank; axis < 8; ++axis) any |= o.extents[axis];
            // The one operand of a Sample or a Schedule is read whole: neither offset nor strides.
            bool whole = o.kind == SAMPLE || o.kind == SCHEDULE;
            for (uint256 i; i < o.operands; ++i) {
                uint256 p = Records.operand(o, i) + 4;
                if (whole) any |= Records.word(p);
                for (uint256 axis = whole ? 0 : o.rank; axis < 8; ++axis) any |= Records.word(p + 4 + 4 * axis);
            }
            uint256 guards = Records.guardsBefore(o, 4);
            for (uint256 i; i < guards; ++i) {
                uint256 p = Records.guard(o, i) + 4;
                for (uint256 axis = o.rank; axis < 8; ++axis) any |= Records.word(p + 4 * axis);
            }
            return any == 0;
        }
    }

    function _parametersInRange(Header memory h, Operator memory o) private pure returns (bool) {
        unchecked {
            if (o.kind == SAMPLE) return o.fn == SAMPLE_RANDOM || o.aux0 + o.extents[0] <= h.batch;
            if (o.kind == GATHER) return o.aux0 != 0;
            if (o.kind != DOT && o.kind != FOLD && o.kind != SCATTER) return true;
            if (o.k == 0 || o.k > (o.kind == FOLD ? 1_024 : 4_096)) return false;
            if (o.kind == SCATTER) return o.aux0 < o.rank;
            return o.l == 0 || (o.l + o.k - 1) / o.k == o.extents[o.rank - 1];
        }
    }

    function _refAllowed(Header memory h, uint256 j, uint256 kind, uint256 ref) private pure returns (bool) {
        uint256 space = ref >> 28;
        uint256 index = ref & 0x0fffffff;
        if (kind == SAMPLE) return space == SPACE_FIELD && index < h.fields;
        if (space == SPACE_CONSTANT) return index < h.constants;
        if (kind == SCHEDULE) return false;
        if (space == SPACE_STATE) return index < h.states;
        return space == SPACE_OPERATOR && index < j;
    }
}
