// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Validator} from "../Validator.sol";
import {Validity} from "../types/Validity.sol";

/// @title Validation in batches
/// @notice Many records to one call, for the comparison with the engine's validation.
contract ValidatorHarness {
    /// @notice What one validation is asked.
    /// @param header The program's header.
    /// @param operator Index of the operator.
    /// @param record The operator's record.
    /// @param sources Records of the operands, then of the produced state.
    struct Question {
        bytes header;
        uint256 operator;
        bytes record;
        bytes[] sources;
    }

    Validator private immutable VALIDATOR = new Validator();

    /// @notice One byte an answer.
    function validate(Question[] calldata questions) external view returns (bytes memory codes) {
        codes = new bytes(questions.length);
        for (uint256 i; i < questions.length; ++i) {
            Question calldata q = questions[i];
            Validity code = VALIDATOR.validate(q.header, q.operator, q.record, q.sources);
            codes[i] = bytes1(uint8(code));
        }
    }
}
