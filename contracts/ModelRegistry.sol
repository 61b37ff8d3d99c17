// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IJobMarket} from "./interfaces/IJobMarket.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {JobId} from "./types/Ids.sol";
import {Job, Status, Terms} from "./types/Job.sol";
import {Model} from "./types/Model.sol";

/// @title Proven models
contract ModelRegistry is IModelRegistry {
    /// @notice Whose final jobs are models.
    IJobMarket public immutable market;

    mapping(JobId jobId => Model) private _models;

    /// @param market_ Whose final jobs are models.
    constructor(IJobMarket market_) {
        market = market_;
    }

    /// @inheritdoc IModelRegistry
    function register(JobId jobId) external override {
        if (_models[jobId].steps != 0) revert AlreadyRegistered(jobId);
        Job memory job = market.job(jobId);
        bool ended = job.status == Status.Settled || job.status == Status.Ended || job.status == Status.Expired;
        if (!ended || job.committed == 0) revert NotFinal(jobId);
        Terms memory terms = market.terms(jobId);
        Model memory model_ = Model({
            stateRoot: market.checkpoint(jobId, job.committed - 1).stateRoot,
            programRoot: terms.programRoot,
            datasetRoot: terms.datasetRoot,
            parent: terms.parent,
            generation: 0,
            steps: uint64(Math.min(uint256(job.committed) * terms.interval, terms.steps))
        });
        if (JobId.unwrap(terms.parent) != 0) {
            Model storage parent = _models[terms.parent];
            if (parent.steps == 0) revert ParentNotRegistered(jobId, terms.parent);
            model_.generation = parent.generation + 1;
            model_.steps += parent.steps;
        }
        _models[jobId] = model_;
        emit ModelRegistered(jobId, terms.parent, model_.stateRoot, model_.generation, model_.steps);
    }

    /// @inheritdoc IModelRegistry
    function model(JobId jobId) external view override returns (Model memory) {
        return _models[jobId];
    }
}
