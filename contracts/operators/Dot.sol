// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {DotBlock} from "../libraries/DotBlock.sol";
import {Float32} from "../libraries/Float32.sol";
import {Reader} from "../libraries/Reader.sol";
import {Records} from "../libraries/Records.sol";
import {Evidence} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element, Operator} from "../types/Program.sol";

/// @title Dot
/// @notice Sum of products over runs of K words, in blocks of 256. SPEC: spec/program.md.
library Dot {
    uint256 private constant BLOCK = 256;

    /// @notice Recomputes one element. Reads a, b, then init if there is one.
    function element(
        Element memory e,
        Step calldata step,
        Evidence calldata evidence
    ) internal view returns (uint256 total) {
        Operator memory o = e.operator;
        uint256[6] memory positions = Reader.operands(e, step, evidence, 2, o.k);
        (uint256 a, uint256 b) = (positions[0], positions[1]);
        bool started = o.operands == 3;
        if (started) total = Records.word(positions[2]);
        unchecked {
            for (uint256 rest = o.k; rest != 0;) {
                uint256 count = rest < BLOCK ? rest : BLOCK;
                uint256 sum = DotBlock.sum(a, b, count);
                // ORDER: without init the total starts as the first block's sum, not as 0 + it.
                total = started ? Float32.add(total, sum) : sum;
                started = true;
                a += 4 * count;
                b += 4 * count;
                rest -= count;
            }
        }
    }
}
