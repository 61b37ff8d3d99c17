// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev Number of a job: 1, 2, … in the order of submission; 0 is none.
type JobId is uint64;

/// @dev Number of a game: 1, 2, … in the order of opening; 0 is none.
type GameId is uint64;

using {equalJob as ==} for JobId global;
using {equalGame as ==} for GameId global;

function equalJob(JobId a, JobId b) pure returns (bool) {
    return JobId.unwrap(a) == JobId.unwrap(b);
}

function equalGame(GameId a, GameId b) pure returns (bool) {
    return GameId.unwrap(a) == GameId.unwrap(b);
}
