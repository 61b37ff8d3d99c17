// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Reader} from "../libraries/Reader.sol";
import {Records} from "../libraries/Records.sol";
import {Evidence} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element, Operator} from "../types/Program.sol";

/// @title Gather
/// @notice A word of the table row that an index word names, 0 if there is no such row. SPEC: spec/program.md.
library Gather {
    /// @notice Recomputes one element. Reads the index, then the table if the row exists.
    function element(Element memory e, Step calldata step, Evidence calldata evidence) internal view returns (uint256) {
        Operator memory o = e.operator;
        uint256 position = Records.addressOf(o, 1, e.coordinates);
        uint256 row = Records.word(Reader.run(e, step, evidence, 1, position, 1));
        // The index is signed: from 2^31 on it is negative.
        if (row >= o.aux0 || row >= 1 << 31) return 0;
        unchecked {
            position = Records.addressOf(o, 0, e.coordinates) + row * o.aux1;
            return Records.word(Reader.run(e, step, evidence, 0, position, 1));
        }
    }
}
