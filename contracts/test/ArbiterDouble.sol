// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IArbiter} from "../interfaces/IArbiter.sol";
import {Evidence} from "../types/Evidence.sol";
import {Claimed, Reason, Step, Verdict} from "../types/Judgement.sol";

/// @title An arbiter that answers what a test tells it
/// @notice For tests of what follows from a verdict, on trees that no program made.
contract ArbiterDouble is IArbiter {
    /// @notice The step that `judge` was asked about is another one than the test expects.
    error OtherQuestion(bytes32 asked, bytes32 expected);

    Verdict private _verdict;
    bytes32 private _question;

    /// @notice Sets the verdict, and the keccak256 of the ABI encoding of (step, claimed) to insist on (0: of any).
    function set(Verdict verdict, bytes32 question) external {
        _verdict = verdict;
        _question = question;
    }

    /// @inheritdoc IArbiter
    function judge(
        Step calldata step,
        Claimed calldata claimed,
        Evidence calldata
    ) external view override returns (Verdict, Reason, uint32, uint32) {
        bytes32 asked = keccak256(abi.encode(step, claimed));
        if (_question != 0 && asked != _question) revert OtherQuestion(asked, _question);
        return (_verdict, Reason.Element, 1, 2);
    }

    /// @inheritdoc IArbiter
    function validate(bytes calldata, uint32, bytes calldata, bytes[] calldata) external pure override returns (uint8) {
        return 0;
    }
}
