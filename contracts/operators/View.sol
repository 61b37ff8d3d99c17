// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Reader} from "../libraries/Reader.sol";
import {Records} from "../libraries/Records.sol";
import {Evidence} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element, Operator} from "../types/Program.sol";

/// @title View
/// @notice The word of the first piece all of whose guards hold, else the fill word. SPEC: spec/program.md.
library View {
    /// @notice Recomputes one element. Reads the chosen piece; nothing for the fill word.
    function element(Element memory e, Step calldata step, Evidence calldata evidence) internal view returns (uint256) {
        Operator memory o = e.operator;
        for (uint256 piece; piece < o.operands; ++piece) {
            (bool holds, uint256 position) = _piece(o, piece, e.coordinates);
            if (holds) return Records.word(Reader.run(e, step, evidence, piece, position, 1));
        }
        return o.fill;
    }

    /// @dev Whether all guards of a piece hold, and the address it then reads.
    function _piece(
        Operator memory o,
        uint256 piece,
        uint256[8] memory coordinates
    ) private pure returns (bool holds, uint256 position) {
        unchecked {
            position = Records.addressOf(o, piece, coordinates);
            uint256 first = Records.guardsBefore(o, piece);
            uint256 end = first + Records.guardsOf(o, piece);
            for (uint256 i = first; i < end; ++i) {
                uint256 p = Records.guard(o, i);
                int256 g = Records.signed(p);
                for (uint256 axis; axis < o.rank; ++axis) {
                    g += Records.signed(p + 4 + 4 * axis) * int256(coordinates[axis]);
                }
                // INVARIANT: the divisor of a valid record is not 0.
                uint256 divisor = Records.word(p + 36);
                if (g < 0 || uint256(g) % divisor != 0) return (false, 0);
                uint256 quotient = uint256(g) / divisor;
                if (quotient >= Records.word(p + 40)) return (false, 0);
                position += quotient * Records.word(p + 44);
            }
            return (true, position);
        }
    }
}
