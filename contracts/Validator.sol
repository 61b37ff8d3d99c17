// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Records} from "./libraries/Records.sol";
import {SourceValidation} from "./libraries/SourceValidation.sol";
import {Validation} from "./libraries/Validation.sol";
import {Header, Operator, Tensor} from "./types/Program.sol";
import {Validity} from "./types/Validity.sol";

/// @title Validator
/// @notice Says why an operator record is refused. Stateless; the arbiter deploys and asks it.
/// @dev A contract of its own only because the arbiter with it would exceed the limit on code.
contract Validator {
    /// @notice Answers the first validation code that applies. SPEC: spec/program.md, Validation.
    /// @param header The program's header.
    /// @param operator Index of the operator.
    /// @param record The operator's record.
    /// @param sources The record each operand names, in order, then the declaration of the produced state, if any.
    /// @return code The answer.
    function validate(
        bytes calldata header,
        uint256 operator,
        bytes calldata record,
        bytes[] calldata sources
    ) external pure returns (Validity code) {
        Header memory h;
        Operator memory o;
        (code, h, o) = Validation.check(header, operator, record);
        if (code != Validity.Ok) return code;
        Tensor[] memory tensors = new Tensor[](sources.length);
        for (uint256 i; i < sources.length; ++i) tensors[i] = Records.tensor(sources[i]);
        return SourceValidation.check(h, operator, o, tensors);
    }
}
