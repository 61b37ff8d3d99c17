// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Evidence} from "../types/Evidence.sol";
import {Claimed, Reason, Step, Verdict} from "../types/Judgement.sol";

/// @title The judge of one output element
/// @notice Recomputes one word of one operator's output from committed bytes, bit for bit. Stateless.
/// SPEC: spec/game.md (Judgement), spec/program.md, spec/numerics.md, spec/commitments.md.
interface IArbiter {
    /// @notice Judges the disputed word.
    /// @dev Checks in this order: the header, the operator's record and its sources are under `step.programRoot` and
    /// the chunk is the one opened; the record is valid (else Record); its words and dtype are those opened (else
    /// Declaration); the word is no padding (Padding); the recomputed word equals the claimed one (Element). Evidence
    /// that does not check reverts and convicts nobody.
    /// @param step What the step starts from and the roots the defender revealed for it.
    /// @param claimed The chunk in dispute as the defender opened it.
    /// @param evidence Records, chunks and proofs.
    /// @return verdict Who was wrong; never None.
    /// @return reason The fact the verdict rests on; never None.
    /// @return claimedWord The word the defender claimed.
    /// @return expectedWord The word that is right; 0 for Record and Declaration.
    function judge(
        Step calldata step,
        Claimed calldata claimed,
        Evidence calldata evidence
    ) external view returns (Verdict verdict, Reason reason, uint32 claimedWord, uint32 expectedWord);

    /// @notice Answers the first validation code that applies to an operator record. SPEC: spec/program.md, Validation.
    /// @param header The program's header.
    /// @param operator Index of the operator.
    /// @param record The operator's record.
    /// @param sources The record each operand names, in order, then the declaration of the produced state, if any.
    /// @return code 0 (Ok) to 17.
    function validate(
        bytes calldata header,
        uint32 operator,
        bytes calldata record,
        bytes[] calldata sources
    ) external view returns (uint8 code);
}
