// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Why a record is refused; the number is the code. SPEC: spec/program.md, Validation.
enum Validity {
    Ok,
    Header,
    Length,
    Kind,
    Fn,
    Dtype,
    Rank,
    Extent,
    Count,
    Unused,
    Parameter,
    Reference,
    Source,
    OperandDtype,
    Guard,
    Address,
    Instruction,
    State
}
