// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {DOT, FOLD, FOLD_DOT, GATHER, I32, MAP, SAMPLE, SCATTER, SCHEDULE, VIEW} from "../types/Codes.sol";
import {Header, Operator, Tensor} from "../types/Program.sol";
import {Validity} from "../types/Validity.sol";
import {Functions} from "./Functions.sol";
import {Records} from "./Records.sol";

/// @title What an operator record says about the tensors it reads and produces
/// @notice Codes 12 to 17 of the validation. SPEC: spec/program.md, Validation.
/// @dev ASSUMES: `Validation.check` answered Ok.
library SourceValidation {
    uint256 private constant FIRST_RESULT = 16;
    uint256 private constant IMMEDIATE = 255;

    /// @notice The first of codes 12 to 17 that refuses the record of operator `j`, or Ok.
    /// @param sources The tensors its operands name, then the one the produced state declares, if any.
    function check(
        Header memory h,
        uint256 j,
        Operator memory o,
        Tensor[] memory sources
    ) internal pure returns (Validity) {
        unchecked {
            if (sources.length < count(h, j, o)) return Validity.Source;
            for (uint256 i; i < o.operands; ++i) {
                if (sources[i].dtype == 0) return Validity.Source;
            }
            if (!_dtypesAllowed(o, sources)) return Validity.OperandDtype;
            uint256 guards = Records.guardsBefore(o, 4);
            for (uint256 i; i < guards; ++i) {
                if (!_guardAllowed(o, Records.guard(o, i))) return Validity.Guard;
            }
            for (uint256 i; i < o.operands; ++i) {
                if (!_addressesInside(o, i, sources[i].words)) return Validity.Address;
            }
            if (!_instructionsAllowed(o, sources)) return Validity.Instruction;
            if (producesState(h, j)) {
                Tensor memory state = sources[o.operands];
                if (state.dtype != o.dtype || state.words != o.words) return Validity.State;
            }
            return Validity.Ok;
        }
    }

    /// @notice Whether operator `j` produces a state tensor.
    function producesState(Header memory h, uint256 j) internal pure returns (bool) {
        return j >= h.operators - h.states;
    }

    /// @notice Source records that operator `j` has: one per operand, and the declaration of a state it produces.
    function count(Header memory h, uint256 j, Operator memory o) internal pure returns (uint256) {
        return o.operands + (producesState(h, j) ? 1 : 0);
    }

    function _dtypesAllowed(Operator memory o, Tensor[] memory sources) private pure returns (bool) {
        unchecked {
            for (uint256 i; i < o.operands; ++i) {
                if (o.kind == MAP) break;
                uint256 needed = o.dtype;
                if (i == 1 && (o.kind == GATHER || o.kind == SCATTER)) needed = I32;
                if (sources[i].dtype != needed) return false;
            }
            // A Sample without an operand makes its own bits.
            if (o.kind == SAMPLE && o.operands != 0) return sources[0].words == o.extents[1];
            if (o.kind == SCHEDULE) return sources[0].words % o.extents[0] == 0;
            return true;
        }
    }

    function _guardAllowed(Operator memory o, uint256 guard) private pure returns (bool) {
        unchecked {
            uint256 greatest = _absolute(Records.signed(guard));
            for (uint256 axis; axis < o.rank; ++axis) {
                greatest += _absolute(Records.signed(guard + 4 + 4 * axis)) * (o.extents[axis] - 1);
            }
            return greatest < Records.TENSOR_LIMIT && Records.word(guard + 36) != 0;
        }
    }

    function _addressesInside(Operator memory o, uint256 i, uint256 words) private pure returns (bool) {
        unchecked {
            uint256 lastAxis = o.rank - 1;
            uint256[8] memory farthest;
            for (uint256 axis; axis < o.rank; ++axis) farthest[axis] = o.extents[axis] - 1;
            uint256 greatest = Records.addressOf(o, i, farthest);
            if (i < _runs(o)) {
                uint256 run = o.k;
                if (o.l != 0) {
                    if (Records.word(Records.operand(o, i) + 8 + 4 * lastAxis) != o.k) return false;
                    run = o.l - farthest[lastAxis] * o.k;
                }
                greatest += run - 1;
            }
            if (o.kind == GATHER && i == 0) greatest += (o.aux0 - 1) * o.aux1;
            if (o.kind == VIEW) {
                uint256 first = Records.guardsBefore(o, i);
                uint256 end = first + Records.guardsOf(o, i);
                for (uint256 g = first; g < end; ++g) {
                    uint256 p = Records.guard(o, g);
                    uint256 bound = Records.word(p + 40);
                    if (bound != 0) greatest += (bound - 1) * Records.word(p + 44);
                }
            }
            return greatest < words;
        }
    }

    /// @dev Leading operands that are read in runs of K words.
    function _runs(Operator memory o) private pure returns (uint256) {
        if (o.kind == DOT || o.kind == SCATTER) return 2;
        if (o.kind == FOLD) return o.fn == FOLD_DOT ? 2 : 1;
        return 0;
    }

    function _instructionsAllowed(Operator memory o, Tensor[] memory sources) private pure returns (bool) {
        unchecked {
            if (o.instructions == 0) return true;
            // dtype of every argument code: operands, then results as they come.
            uint256[FIRST_RESULT + 24] memory dtypes;
            for (uint256 i; i < o.operands; ++i) dtypes[i] = sources[i].dtype;
            uint256 result;
            for (uint256 i; i < o.instructions; ++i) {
                uint256 p = Records.instruction(o, i);
                bool allowed;
                (allowed, result) = _instructionAllowed(Records.word(p), Records.word(p + 4), dtypes);
                if (!allowed) return false;
                dtypes[FIRST_RESULT + i] = result;
            }
            return result == o.dtype;
        }
    }

    /// @dev `code` is fn and arguments; a dtype of 0 stands for an argument that does not exist (yet).
    function _instructionAllowed(
        uint256 code,
        uint256 imm,
        uint256[FIRST_RESULT + 24] memory dtypes
    ) private pure returns (bool, uint256) {
        unchecked {
            (uint256 arity, uint256 needed, uint256 result) = Functions.signature(code & 0xff);
            if (arity == 0) return (false, 0);
            for (uint256 i; i < 3; ++i) {
                code >>= 8;
                uint256 argument = code & 0xff;
                if (i >= arity) {
                    if (argument != 0) return (false, 0);
                } else if (argument == IMMEDIATE) {
                    // Used: any value will do.
                    imm = 0;
                } else if (argument >= dtypes.length || dtypes[argument] != needed) {
                    return (false, 0);
                }
            }
            return (imm == 0, result);
        }
    }

    function _absolute(int256 x) private pure returns (uint256) {
        unchecked {
            return uint256(x < 0 ? -x : x);
        }
    }
}
