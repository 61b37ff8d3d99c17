// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IJobMarket} from "../interfaces/IJobMarket.sol";
import {Term, Terms} from "../types/Job.sol";
import {MAX_MOVES, REFUNDED_GAMES, TIMEOUT_GAS} from "../types/Rules.sol";

/// @title What terms a job may have
/// @notice SPEC: spec/market.md, Terms.
library TermRules {
    uint256 internal constant MAX_URI_BYTES = 256;
    uint256 private constant MAX_GRID = 64;
    uint256 private constant MAX_CHECKPOINTS = 65_535;

    /// @notice Checks terms, in the order of `Term`.
    /// @param terms The terms.
    /// @param unbondingSeconds Delay of the stake; the job's last possible game must end before it does.
    /// @return checkpoints ⌈steps / interval⌉.
    /// @return escrow What the submitter deposits.
    function check(
        Terms calldata terms,
        uint256 unbondingSeconds
    ) internal view returns (uint16 checkpoints, uint256 escrow) {
        _range(Term.Steps, terms.steps, 1, type(uint32).max);
        _range(Term.Interval, terms.interval, 1, terms.steps);
        _range(Term.Grid, terms.grid, 1, MAX_GRID);
        _range(Term.GridStates, Math.ceilDiv(terms.interval, terms.grid), 1, MAX_GRID);
        uint256 count = Math.ceilDiv(terms.steps, terms.interval);
        _range(Term.Checkpoints, count, 1, MAX_CHECKPOINTS);
        _range(Term.Order, terms.order, 1, 2);
        checkpoints = uint16(count);
        escrow = price(terms.workUnits, terms.unitPrice) + fees(terms.attestationFee, terms.attestors, count);
        _range(Term.Escrow, escrow, 0, type(uint128).max);
        uint256 stake = minimumStake(terms.bounty, terms.gasCap, terms.gasRate, terms.latePenalty);
        _range(Term.Stake, terms.stake, stake, type(uint128).max);
        _times(terms, unbondingSeconds);
    }

    /// @notice Least stake of a job: the bounty, the gas of the winner and of the void games that are repaid, a timeout's
    /// tip, the late penalty.
    function minimumStake(
        uint256 bounty,
        uint256 gasCap,
        uint256 gasRate,
        uint256 latePenalty
    ) internal pure returns (uint256) {
        return bounty + ((1 + REFUNDED_GAMES) * gasCap + TIMEOUT_GAS) * gasRate + latePenalty;
    }

    /// @notice Bound on the length of a game. UNITS: seconds.
    /// @dev A move takes time from its mover's clock. Clocks start with `clock` each, and grow only when the move passes to
    /// a side, by at most `extension`; there are at most MAX_MOVES moves.
    function longestGame(uint256 clock, uint256 extension) internal pure returns (uint256) {
        return 2 * clock + MAX_MOVES * extension;
    }

    /// @notice Price of the whole job.
    function price(uint256 workUnits, uint256 unitPrice) internal pure returns (uint256) {
        return workUnits * unitPrice;
    }

    /// @notice Fees of all attestations of `count` checkpoints.
    function fees(uint256 attestationFee, uint256 attestors, uint256 count) internal pure returns (uint256) {
        return attestationFee * attestors * count;
    }

    /// @dev Times and the uri.
    function _times(Terms calldata terms, uint256 unbondingSeconds) private view {
        _range(Term.AcceptBy, terms.acceptBy, block.timestamp, type(uint64).max);
        _range(Term.Duration, terms.duration, 1, type(uint32).max);
        _range(Term.Window, terms.window, 1, type(uint32).max);
        _range(Term.Extension, terms.extension, 1, type(uint32).max);
        _range(Term.Clock, terms.clock, terms.extension, type(uint32).max);
        _range(Term.Uri, bytes(terms.uri).length, 0, MAX_URI_BYTES);
        uint256 liability = terms.window + longestGame(terms.clock, terms.extension);
        _range(Term.Liability, liability, 0, unbondingSeconds - 1);
    }

    /// @dev Reverts unless least ≤ value ≤ most.
    function _range(Term term, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert IJobMarket.TermOutOfRange(term, value, least, most);
    }
}
