// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Reader} from "../libraries/Reader.sol";
import {Records} from "../libraries/Records.sol";
import {Evidence} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element} from "../types/Program.sol";

/// @title Schedule
/// @notice The step's row of a constant table. SPEC: spec/program.md.
library Schedule {
    /// @notice Recomputes one element. Reads the table, unless the row lies past its end.
    function element(Element memory e, Step calldata step, Evidence calldata evidence) internal view returns (uint256) {
        unchecked {
            uint256 place = uint256(step.step) * e.operator.extents[0] + e.coordinates[0];
            return place < e.sources[0].words ? Records.word(Reader.run(e, step, evidence, 0, place, 1)) : 0;
        }
    }
}
