// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Float32} from "../libraries/Float32.sol";
import {Reader} from "../libraries/Reader.sol";
import {Records} from "../libraries/Records.sol";
import {Evidence} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element, Operator} from "../types/Program.sol";

/// @title Scatter
/// @notice Init plus the source words whose index is the element's coordinate on an axis. SPEC: spec/program.md.
library Scatter {
    /// @notice Recomputes one element. Reads source, index, then init if there is one.
    function element(
        Element memory e,
        Step calldata step,
        Evidence calldata evidence
    ) internal view returns (uint256 sum) {
        Operator memory o = e.operator;
        uint256[6] memory positions = Reader.operands(e, step, evidence, 2, o.k);
        (uint256 source, uint256 index) = (positions[0], positions[1]);
        if (o.operands == 3) sum = Records.word(positions[2]);
        uint256 coordinate = e.coordinates[o.aux0];
        unchecked {
            // ORDER: ascending.
            for (uint256 i; i < 4 * o.k; i += 4) {
                if (Records.word(index + i) == coordinate) sum = Float32.add(sum, Records.word(source + i));
            }
        }
    }
}
