// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {JobId} from "../types/Ids.sol";
import {Model} from "../types/Model.sol";

/// @title Proven models
/// @notice The last state that a final job committed, with the chain of jobs that it was trained by. Nothing here is ever
/// changed, because what is final never falls. SPEC: spec/market.md, Models.
interface IModelRegistry {
    /// @notice The last state of a final job is a model.
    event ModelRegistered(
        JobId indexed jobId,
        JobId indexed parent,
        bytes32 stateRoot,
        uint32 generation,
        uint64 steps
    );

    /// @notice The job is not Settled, Ended or Expired with a checkpoint: it has no state that cannot fall.
    error NotFinal(JobId jobId);
    /// @notice The job is registered already.
    error AlreadyRegistered(JobId jobId);
    /// @notice The parent has to be registered first.
    error ParentNotRegistered(JobId jobId, JobId parent);

    /// @notice Registers the last state that a final job committed. Anyone. A job whose parent fell cannot be registered, for
    /// its parent cannot be.
    /// Reverts: AlreadyRegistered; NotFinal; ParentNotRegistered.
    function register(JobId jobId) external;

    /// @notice The model of a job; a zero state root where it is not registered.
    function model(JobId jobId) external view returns (Model memory);
}
