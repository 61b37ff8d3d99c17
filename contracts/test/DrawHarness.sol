// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Draw} from "../libraries/Draw.sol";
import {JobId} from "../types/Ids.sol";
import {Part} from "../types/Verification.sol";

/// @title What words draw, in batches
/// @notice Many questions to one call, for the comparison with protocol/draw.ts.
contract DrawHarness {
    /// @notice One of everything that a word draws.
    struct Question {
        bytes32 word;
        JobId jobId;
        uint256 k;
        uint256 segments;
        uint256 draws;
        uint256 steps;
        uint256 grid;
        address account;
        uint256 weight;
        uint256 total;
        uint256 attestors;
        bytes32 secret;
        uint256 elapsed;
        uint256 window;
    }

    /// @notice What is drawn.
    struct Answer {
        bool segment;
        uint256 index;
        uint256 states;
        bool seat;
        bool forced;
        Part part;
    }

    /// @notice Answers in the order of the questions.
    function draw(Question[] calldata questions) external pure returns (Answer[] memory answers) {
        answers = new Answer[](questions.length);
        for (uint256 i; i < questions.length; ++i) answers[i] = _answer(questions[i]);
    }

    /// @notice The root that a secret and its proof give.
    function secretsRoot(
        JobId jobId,
        uint256 k,
        bytes32 secret,
        bytes32[] calldata proof
    ) external pure returns (bytes32) {
        return Draw.secretsRoot(jobId, k, secret, proof);
    }

    function _answer(Question calldata q) private pure returns (Answer memory a) {
        a.segment = Draw.segment(q.word, q.jobId, q.k, q.segments, q.draws);
        (a.index, a.states) = Draw.state(q.word, q.jobId, q.k, q.steps, q.grid);
        a.seat = Draw.seat(q.word, q.jobId, q.k, q.account, q.weight, q.total, q.attestors);
        a.forced = Draw.forced(q.word, q.jobId, q.k, q.secret);
        a.part = Draw.part(q.elapsed, q.window);
    }
}
