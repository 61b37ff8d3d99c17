// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {JobId} from "../types/Ids.sol";
import {
    ACCUSE_EIGHTHS,
    ATTEST_EIGHTHS,
    FORCED_ONE_IN,
    OPEN_EIGHTHS,
    PROVE_EIGHTHS,
    SEAL_EIGHTHS,
    SECRET_LEVELS,
    WINDOW_PARTS
} from "../types/Rules.sol";
import {Part} from "../types/Verification.sol";

/// @title What a beacon's word draws
/// @notice Pure functions of the word, the job and the segment: everybody computes them alike.
/// SPEC: spec/verification.md, The draw; the same functions in protocol/draw.ts.
library Draw {
    /// @dev Which of the draws a hash is for.
    uint8 private constant SEGMENT = 1;
    uint8 private constant STATE = 2;
    uint8 private constant SEAT = 3;
    uint8 private constant FORCED = 4;

    /// @notice A secret's proof has another length.
    error WrongProofLength(uint256 actual, uint256 expected);

    /// @notice Whether segment k is one of the `draws` drawn of `segments`: one of each of as many equal runs of segments.
    function segment(
        bytes32 word,
        JobId jobId,
        uint256 k,
        uint256 segments,
        uint256 draws
    ) internal pure returns (bool) {
        if (k >= segments) return false;
        uint256 run = (k * draws) / segments;
        uint256 first = Math.ceilDiv(run * segments, draws);
        uint256 beyond = Math.ceilDiv((run + 1) * segments, draws);
        uint256 random = uint256(keccak256(abi.encode(SEGMENT, word, jobId, run)));
        return k == first + (random % (beyond - first));
    }

    /// @notice The drawn state of segment k: one on its grid, in its last quarter or the one before its end, never its end.
    /// @return index Its place among the states on the grid; the end, which is public, where there is no other.
    /// @return states States on the grid.
    function state(
        bytes32 word,
        JobId jobId,
        uint256 k,
        uint256 steps,
        uint256 grid
    ) internal pure returns (uint256 index, uint256 states) {
        states = Math.ceilDiv(steps, grid);
        if (states == 1) return (0, 1);
        uint256 first = Math.min(Math.ceilDiv(3 * states, 4) - 1, states - 2);
        uint256 random = uint256(keccak256(abi.encode(STATE, word, jobId, k)));
        index = first + (random % (states - 1 - first));
    }

    /// @notice Whether the draw of segment k falls on a verifier: with probability attestors · weight / total, at most 1.
    function seat(
        bytes32 word,
        JobId jobId,
        uint256 k,
        address account,
        uint256 weight,
        uint256 total,
        uint256 attestors
    ) internal pure returns (bool) {
        if (weight == 0) return false;
        uint256 random = uint256(keccak256(abi.encode(SEAT, word, jobId, k, account))) >> 128;
        return Math.mulDiv(random, total, 1 << 128) < weight * attestors;
    }

    /// @notice Root of the tree of secrets that a seat's secret and its proof give. The seat's place in the tree follows from
    /// job and segment: a verifier cannot choose which secret goes with which seat.
    function secretsRoot(
        JobId jobId,
        uint256 k,
        bytes32 secret,
        bytes32[] calldata proof
    ) internal pure returns (bytes32 node) {
        if (proof.length != SECRET_LEVELS) revert WrongProofLength(proof.length, SECRET_LEVELS);
        uint256 place = uint256(keccak256(abi.encode(jobId, k)));
        node = keccak256(abi.encode(secret));
        for (uint256 level; level < SECRET_LEVELS; ++level) {
            bool right = (place >> level) & 1 == 1;
            node = keccak256(right ? abi.encode(proof[level], node) : abi.encode(node, proof[level]));
        }
    }

    /// @notice Whether a seat's secret tells to attest wrongly.
    function forced(bytes32 word, JobId jobId, uint256 k, bytes32 secret) internal pure returns (bool) {
        return uint256(keccak256(abi.encode(FORCED, word, jobId, k, secret))) % FORCED_ONE_IN == 0;
    }

    /// @notice Part of the window after so many seconds of it.
    function part(uint256 elapsed, uint256 window) internal pure returns (Part) {
        uint256 eighth = (elapsed * WINDOW_PARTS) / window;
        if (eighth < SEAL_EIGHTHS) return Part.Seal;
        if (eighth < ATTEST_EIGHTHS) return Part.Attest;
        if (eighth < ACCUSE_EIGHTHS) return Part.Accuse;
        if (eighth < OPEN_EIGHTHS) return Part.Open;
        if (eighth < PROVE_EIGHTHS) return Part.Prove;
        return Part.Rest;
    }
}
