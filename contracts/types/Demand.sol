// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {JobId} from "./Ids.sol";

/// @dev Number of a demand: 1, 2, … in their order; 0 is none.
type DemandId is uint64;

/// @notice Where a demand stands. SPEC: spec/availability.md.
/// Open: waits for its answer. Answered: the chunk is on the chain. Forfeited: it was not answered, and the job is convicted.
/// Void: something else convicted the job before.
enum DemandStatus {
    None,
    Open,
    Answered,
    Forfeited,
    Void
}

/// @notice A demand for one chunk of a committed state.
/// @param jobId The job.
/// @param checkpoint Its checkpoint, in whose state the chunk is.
/// @param tensor Place of the tensor among the program's states.
/// @param tensors States of the program, the leaves of a state's tree.
/// @param chunk Place of the chunk in the tensor; where the tensor is shorter the answer says so.
/// @param answerBy The answer's last second. UNITS: seconds since the epoch.
/// @param status Where it stands.
/// @param demander Who asked, and paid.
struct Demand {
    JobId jobId;
    uint16 checkpoint;
    uint16 tensor;
    uint16 tensors;
    uint32 chunk;
    uint64 answerBy;
    DemandStatus status;
    address demander;
}
