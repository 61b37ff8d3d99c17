// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Order} from "../libraries/Order.sol";
import {Reader} from "../libraries/Reader.sol";
import {Records} from "../libraries/Records.sol";
import {Threefry} from "../libraries/Threefry.sol";
import {SAMPLE_RANDOM} from "../types/Codes.sol";
import {Evidence} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element, Operator} from "../types/Program.sol";

/// @title Sample
/// @notice A word of the sample at a position of the step, or random bits. SPEC: spec/program.md.
library Sample {
    /// @notice Recomputes one element. Reads the field, unless the address lies past its end or there is no sample.
    function element(Element memory e, Step calldata step, Evidence calldata evidence) internal view returns (uint256) {
        return e.operator.fn == SAMPLE_RANDOM ? _random(e, step) : _dataset(e, step, evidence);
    }

    function _random(Element memory e, Step calldata step) private pure returns (uint256) {
        (uint256 even, uint256 odd) = Threefry.bits(step.seed, e.operator.aux0, e.index >> 1, step.step);
        return e.index & 1 == 0 ? even : odd;
    }

    function _dataset(Element memory e, Step calldata step, Evidence calldata evidence) private view returns (uint256) {
        Operator memory o = e.operator;
        uint256 index = Records.word(Records.operand(o, 0)) & 0x0fffffff;
        Reader.Field memory field = Reader.field(step, evidence, index);
        if (field.samples == 0) return 0;
        // Sums and products of words: far from 256 bits.
        unchecked {
            uint256 position = uint256(step.step) * e.batch + o.aux0 + e.coordinates[0];
            uint256 sample = Order.sampleAt(position, field.samples, step.seed, step.order);
            uint256 place = sample * field.stride + e.coordinates[1];
            return place < field.words ? Reader.fieldWord(e, evidence, field, place) : 0;
        }
    }
}
