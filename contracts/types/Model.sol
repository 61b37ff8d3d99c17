// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {JobId} from "./Ids.sol";

/// @notice A proven model, named by the job that trained it last.
/// @param stateRoot Root of its state.
/// @param programRoot The program that trained it last.
/// @param datasetRoot The dataset of that job.
/// @param parent The job whose model that job started from; 0 for none.
/// @param generation Ancestors it has: 0 without a parent.
/// @param steps Steps of all jobs of the line.
struct Model {
    bytes32 stateRoot;
    bytes32 programRoot;
    bytes32 datasetRoot;
    JobId parent;
    uint32 generation;
    uint64 steps;
}
