// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IJobMarket} from "../interfaces/IJobMarket.sol";
import {Term, Terms} from "../types/Job.sol";
import {MAX_MOVES, REFUNDED_GAMES, TIMEOUT_GAS, WINDOW_PARTS} from "../types/Rules.sol";

/// @title What terms a job may have
/// @notice SPEC: spec/market.md, Terms.
library TermRules {
    uint256 internal constant MAX_URI_BYTES = 256;
    uint256 private constant MAX_GRID = 64;
    uint256 private constant MAX_CHECKPOINTS = 65_535;
    /// @dev With one seat a draw finds an honest verifier less often than HONEST says: 1 − e^−½.
    uint256 private constant MIN_ATTESTORS = 2;
    uint256 private constant MAX_ATTESTORS = 16;

    /// @dev Share of draws that fall on verifiers whom nobody bought.
    uint256 private constant HONEST_NUMERATOR = 1;
    uint256 private constant HONEST_DENOMINATOR = 2;

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
        _range(Term.FirstStep, terms.firstStep, 0, type(uint32).max - terms.steps);
        _range(Term.Interval, terms.interval, 1, terms.steps);
        _range(Term.Grid, terms.grid, 1, MAX_GRID);
        _range(Term.GridStates, Math.ceilDiv(terms.interval, terms.grid), 1, MAX_GRID);
        uint256 count = Math.ceilDiv(terms.steps, terms.interval);
        _range(Term.Checkpoints, count, 1, MAX_CHECKPOINTS);
        _range(Term.Order, terms.order, 1, 2);
        _range(Term.FloorPrice, terms.floorPrice, 0, terms.unitPrice);
        uint256 most = price(terms.workUnits, terms.unitPrice);
        checkpoints = uint16(count);
        escrow = _escrow(terms, most);
        _verification(terms, count, most);
        _range(Term.Stake, terms.stake, minimumStake(terms), type(uint128).max);
        _times(terms, unbondingSeconds);
    }

    /// @notice Least stake of a job: what a coalition of its solver and others could take back of it (the bounty, the gas of
    /// the winner and of the void games that are repaid, a tip, the late penalty), and what makes cheating a loss.
    /// SPEC: spec/market.md, Deterrence.
    function minimumStake(Terms calldata terms) internal pure returns (uint256) {
        _escrow(terms, price(terms.workUnits, terms.unitPrice));
        uint256 gas = (1 + REFUNDED_GAMES) * terms.gasCap + TIMEOUT_GAS;
        return terms.bounty + gas * terms.gasRate + terms.latePenalty + _deterrence(terms);
    }

    /// @dev What the submitter deposits; bounded, so that no sum or product of amounts overflows.
    function _escrow(Terms calldata terms, uint256 most) private pure returns (uint256 escrow) {
        uint256 more = fees(terms.attestationFee, terms.attestors, terms.draws) + terms.jackpotFee;
        escrow = Math.saturatingAdd(most, more);
        _range(Term.Escrow, escrow, 0, type(uint128).max);
    }

    /// @dev L of the two inequalities, for a cheat in one segment and in all, with the segment's price for its cost and the
    /// floor for the price that is forfeited. ROUNDS: up, against the solver. UNITS: members are < 2¹²⁸ and n < 2¹⁶, so the
    /// products fit.
    function _deterrence(Terms calldata terms) private pure returns (uint256) {
        if (terms.interval == 0 || terms.draws == 0) return 0;
        uint256 n = Math.ceilDiv(terms.steps, terms.interval);
        uint256 q = uint256(terms.draws) * HONEST_NUMERATOR;
        uint256 cost = Math.ceilDiv(price(terms.workUnits, terms.unitPrice), Math.max(n, 1));
        uint256 one = Math.ceilDiv(n * (cost + terms.valueAtRisk) * HONEST_DENOMINATOR, q) + cost;
        uint256 all = Math.ceilDiv((n * cost + terms.valueAtRisk) * HONEST_DENOMINATOR, q) + n * cost;
        return Math.saturatingSub(Math.max(one, all), price(terms.workUnits, terms.floorPrice));
    }

    /// @dev What is drawn, and what answers for it.
    function _verification(Terms calldata terms, uint256 checkpoints, uint256 most) private pure {
        _range(Term.ValueAtRisk, terms.valueAtRisk, most, type(uint128).max);
        _range(Term.Draws, terms.draws, 1, checkpoints);
        _range(Term.Attestors, terms.attestors, MIN_ATTESTORS, MAX_ATTESTORS);
        _range(Term.VerifierStake, terms.verifierStake, Math.ceilDiv(most, checkpoints), type(uint128).max);
        uint256 seats = uint256(terms.draws) * terms.attestors * terms.verifierStake;
        _range(Term.Seats, seats, terms.valueAtRisk, type(uint256).max);
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

    /// @notice Fees of all seats that `draws` segments may have.
    function fees(uint256 attestationFee, uint256 attestors, uint256 draws) internal pure returns (uint256) {
        return attestationFee * 2 * attestors * draws;
    }

    /// @dev Times and the uri.
    function _times(Terms calldata terms, uint256 unbondingSeconds) private view {
        _range(Term.AcceptBy, terms.acceptBy, block.timestamp, type(uint64).max);
        _range(Term.Auction, terms.auction, 0, terms.acceptBy - block.timestamp);
        _range(Term.Heartbeat, terms.heartbeat, 1, type(uint32).max);
        _range(Term.Window, terms.window, WINDOW_PARTS, type(uint32).max);
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
