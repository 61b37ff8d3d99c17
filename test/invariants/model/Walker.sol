// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Phase} from "../../../contracts/types/Game.sol";
import {Status} from "../../../contracts/types/Job.sol";
import {Outcome} from "../../../contracts/types/Verification.sol";
import {Checks} from "./Checks.sol";
import {Script} from "./Book.sol";
import {vm} from "./Vm.sol";

/// @title Random actions on the contracts, counted
abstract contract Walker is Checks {
    /// @notice Weights of the actions, in their order below.
    uint8[33] private _weights = [
        120,
        5,
        8,
        24,
        8,
        10,
        3,
        1,
        8,
        12,
        2,
        3,
        2,
        2,
        3,
        1,
        1,
        3,
        1,
        30,
        40,
        60,
        10,
        8,
        60,
        40,
        6,
        12,
        12,
        2,
        6,
        3,
        3
    ];

    mapping(Phase from => mapping(Phase to => uint256)) public phaseCount;
    mapping(Phase => uint256) public timeoutCount;
    mapping(Phase => uint256) public voidCount;
    mapping(bool refunded => uint256) public refundCount;
    mapping(Status from => mapping(Status to => uint256)) public statusCount;
    mapping(uint256 reason => mapping(Phase outcome => uint256)) public reasonCount;
    mapping(uint256 kind => mapping(Phase outcome => uint256)) public kindCount;
    /// @notice Calls by their names: made, and refused as they should be.
    mapping(string call => uint256) public made;
    mapping(string call => uint256) public refused;
    mapping(Outcome => uint256) public outcomeCount;
    mapping(bool proved => mapping(bool burned => uint256)) public accusationCount;
    uint256 public sharedBounties;
    uint256 public jackpots;
    uint256 public steps;

    /// @notice One random action, or a random moment later.
    function step(uint256 seed) external {
        ++steps;
        _shuffle(seed);
        vm.warp(time);
        vm.roll(number);
        while (!_act(_chosen())) {}
    }

    /// @notice The invariants: the sums of money and one finished job and game, or all but the other finished ones.
    function check(uint256 chance, bool all) external view {
        checkTotals();
        if (jobCount != 0) checkFinishedJob(uint64(1 + (chance % jobCount)));
        if (gameCount != 0) checkFinishedGame(uint64(1 + (chance % gameCount)));
        if (!all) return;
        checkActors();
        checkJobs();
        checkGames();
    }

    function _chosen() private returns (uint256 action) {
        uint256 sum;
        for (uint256 i; i < _weights.length; ++i) sum += _weights[i];
        uint256 rest = _roll(sum);
        while (rest >= _weights[action]) rest -= _weights[action++];
    }

    function _act(uint256 action) private returns (bool) {
        if (action == 0) return _play();
        if (action == 1) return _playWrong();
        if (action == 2) return _wait();
        if (action == 3) return _open();
        if (action == 4) return _timeout();
        if (action == 5) return _reclaim();
        if (action == 6) return _submit();
        if (action == 7) return _cancel();
        if (action == 8) return _accept();
        if (action == 9) return _commit();
        if (action == 10) return _expire();
        if (action == 11) return _settleJob();
        if (action == 12) return _withdrawCredit();
        if (action == 13) return _deposit();
        if (action == 14) return _rarely(2) ? _unbond() : _withdrawStake();
        if (action == 15) return _trespass();
        if (action == 16) return _end();
        if (action < 29) return _actOnSeats(action - 17);
        return _actOnDemands(action - 29);
    }

    function _actOnSeats(uint256 action) private returns (bool) {
        if (action == 0) return _enroll();
        if (action == 1) return _resign();
        if (action == 2) return _nameWord();
        if (action == 3) return _seal();
        if (action == 4) return _attest();
        if (action == 5) return _accuse();
        if (action == 6) return _openState();
        if (action == 7) return _reveal();
        if (action == 8) return _proveAccusation();
        if (action == 9) return _forfeit();
        if (action == 10) return _closeSeat();
        return _closeAccusation();
    }

    function _actOnDemands(uint256 action) private returns (bool) {
        if (action == 0) return _demand();
        if (action == 1) return _answer();
        if (action == 2) return _forfeitDemand();
        return _voidDemand();
    }

    /// @dev Some seconds pass; now and then just so many that a term ends or has just ended.
    function _wait() private returns (bool) {
        uint256 until = time + _roll(_rarely(40) ? 200 : 8);
        if (_rarely(4)) {
            uint256 end = _someEnd() + _roll(3) - 1;
            if (end > time && end < time + 60) until = end;
        }
        time = until;
        return true;
    }

    /// @dev The end of a random game's clock or of a random job's term.
    function _someEnd() private returns (uint256) {
        if (liveGames.length != 0 && _rarely(2)) {
            GameModel storage g = games[liveGames[_roll(liveGames.length)]];
            return g.lastMoveAt + (_isDefenders(g.phase) ? g.defenderClock : g.challengerClock);
        }
        if (liveDemands.length != 0 && _rarely(8)) return demands[liveDemands[_roll(liveDemands.length)]].answerBy;
        if (liveJobs.length == 0) return time;
        uint64 id = liveJobs[_roll(liveJobs.length)];
        JobModel storage j = jobs[id];
        if (j.status == Status.Open) return termsOf[id].acceptBy;
        if (j.status == Status.Running) return j.deadline;
        // The next part of the window, or its end.
        uint256 window = termsOf[id].window;
        uint256 begun = j.windowEnd - window;
        for (uint256 eighth = 3; eighth < 8; ++eighth) {
            uint256 start = begun + (eighth * window + 7) / 8;
            if (start > time) return start;
        }
        return j.windowEnd;
    }

    function _count(string memory name, bool success) internal override {
        if (success) ++made[name];
        else ++refused[name];
    }

    function _countStatus(Status from, Status to) internal override {
        ++statusCount[from][to];
    }

    function _countPhase(Phase from, Phase to) internal override {
        ++phaseCount[from][to];
    }

    function _countTimeout(Phase phase) internal override {
        ++timeoutCount[phase];
    }

    function _countVoid(Phase phase, bool wasRefunded) internal override {
        ++voidCount[phase];
        ++refundCount[wasRefunded];
    }

    function _countShared() internal override {
        ++sharedBounties;
    }

    function _countOutcome(Outcome outcome) internal override {
        ++outcomeCount[outcome];
    }

    function _countAccusation(bool proved, bool burned) internal override {
        ++accusationCount[proved][burned];
    }

    function _countJackpot() internal override {
        ++jackpots;
    }

    function _countJudgement(Script memory script) internal override {
        ++reasonCount[script.reason][Phase(script.outcome)];
        ++kindCount[script.kind][Phase(script.outcome)];
    }
}
