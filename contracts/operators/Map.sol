// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Functions} from "../libraries/Functions.sol";
import {Reader} from "../libraries/Reader.sol";
import {Records} from "../libraries/Records.sol";
import {Evidence} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element, Operator} from "../types/Program.sol";

/// @title Map
/// @notice A short expression over one word of each operand, every instruction rounded. SPEC: spec/program.md.
library Map {
    uint256 private constant FIRST_RESULT = 16;
    uint256 private constant IMMEDIATE = 255;

    /// @notice Recomputes one element. Reads every operand once, ascending.
    function element(
        Element memory e,
        Step calldata step,
        Evidence calldata evidence
    ) internal view returns (uint256 result) {
        Operator memory o = e.operator;
        uint256[FIRST_RESULT + 24] memory values;
        uint256[6] memory positions = Reader.operands(e, step, evidence, 0, 1);
        for (uint256 i; i < o.operands; ++i) values[i] = Records.word(positions[i]);
        unchecked {
            uint256 p = Records.instruction(o, 0);
            for (uint256 i; i < o.instructions; ++i) {
                uint256 code = Records.word(p);
                uint256 imm = Records.word(p + 4);
                result = Functions.value(
                    code & 0xff,
                    _argument(values, (code >> 8) & 0xff, imm),
                    _argument(values, (code >> 16) & 0xff, imm),
                    _argument(values, code >> 24, imm)
                );
                values[FIRST_RESULT + i] = result;
                p += Records.INSTRUCTION_BYTES;
            }
        }
    }

    function _argument(
        uint256[FIRST_RESULT + 24] memory values,
        uint256 argument,
        uint256 imm
    ) private pure returns (uint256) {
        return argument == IMMEDIATE ? imm : values[argument];
    }
}
