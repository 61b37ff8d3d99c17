// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPinpoint} from "../../../contracts/interfaces/IPinpoint.sol";
import {Game, Phase} from "../../../contracts/types/Game.sol";
import {GameId, JobId} from "../../../contracts/types/Ids.sol";
import {Status, Terms} from "../../../contracts/types/Job.sol";
import {REFUNDED_GAMES, SETTLEMENT_GAS, TIMEOUT_GAS} from "../../../contracts/types/Rules.sol";
import {Book, Script, ScriptedMove} from "./Book.sol";
import {Pot} from "./Ledger.sol";
import {SeatActions} from "./SeatActions.sol";

/// @title Random calls of Pinpoint, and what they do by spec/game.md
abstract contract GameActions is SeatActions {
    uint256 private constant MOST_GAMES = 20;
    /// @dev Gas of a call that is spent before the contract meters and after it.
    uint256 private constant UNMETERED = 12_000;
    /// @dev Gas by which a settlement may cost more than the judgement's caller is repaid for it.
    uint256 private constant UNSETTLED = 40_000;

    function _open() internal returns (bool) {
        (uint64 jobId, bool any) = _pickJob(_rarely(2) ? Status.Running : Status.Closing);
        if (!any || liveGames.length >= MOST_GAMES) return false;
        // Some jobs draw a crowd.
        if (_rarely(3) && _isLive(jobs[liveJobs[0]].status)) jobId = liveJobs[0];
        JobModel storage j = jobs[jobId];
        if (j.committed == 0 || (j.calm && !_rarely(10))) return false;
        uint16 k = _rarely(15) ? j.committed : uint16(_roll(j.committed));
        bytes32 endRoot = _rarely(15) ? bytes32(_roll(100)) : endRoots[jobId][k];
        bytes32 proposed = _rarely(15) ? endRoot : keccak256(abi.encode(endRoot));
        bool succeeds = _isDisputable(jobId, k) && endRoot == endRoots[jobId][k] && proposed != endRoot;
        address challenger = _actor();
        address[] storage failed = segments[jobId][k].failed;
        if (failed.length != 0 && _rarely(2)) challenger = failed[_roll(failed.length)];
        bytes memory data = abi.encodeCall(IPinpoint.open, (JobId.wrap(jobId), k, endRoot, proposed));
        _call("open", challenger, address(pinpoint), data, succeeds);
        if (succeeds) _opened(jobId, k, challenger);
        return true;
    }

    function _opened(uint64 jobId, uint16 k, address challenger) private {
        JobModel storage j = jobs[jobId];
        Terms storage t = termsOf[jobId];
        uint64 id = ++gameCount;
        GameModel storage g = games[id];
        g.jobId = jobId;
        g.checkpoint = k;
        g.challenger = challenger;
        challenged[jobId][k][challenger] = true;
        g.openedAt = time;
        g.lastMoveAt = time;
        g.defenderClock = t.clock;
        g.challengerClock = t.clock;
        g.refunded = j.gamesEver++ < REFUNDED_GAMES;
        if (g.refunded) ++j.refundable;
        ++j.openGames;
        if (k < j.garbageFrom) {
            uint32[] memory scripts = Book.run(j.run).claims[k].scripts;
            g.script = scripts[_roll(scripts.length)];
            uint256 moves = Book.script(g.script).moves.length;
            g.quitsAt = uint8(_rarely(3) ? _roll(moves) : moves);
        }
        liveGames.push(id);
        uint256 rest = t.steps - uint256(k) * t.interval;
        uint256 steps = rest < t.interval ? rest : t.interval;
        _enter(
            id,
            steps == 1
                ? Phase.TraceReveal
                : steps <= t.grid
                    ? Phase.CellReveal
                    : Phase.GridReveal
        );
        _move(Pot.Wallet, _key(challenger), Pot.Bond, id, _bond(t));
    }

    function _bond(Terms storage t) private view returns (uint256) {
        return (uint256(t.gasCap) + TIMEOUT_GAS) * t.gasRate + t.replayCompensation;
    }

    /// @dev The next move of a script, by its mover; refused if his time is over.
    function _play() internal returns (bool) {
        (uint64 id, bool any) = _pickGame(_isPlayable);
        if (!any) return false;
        GameModel storage g = games[id];
        Script memory script = Book.script(g.script);
        _same("phase of the script", id, uint8(g.phase), script.moves[g.moves].phase);
        bytes memory data = _dataOf(id, script.moves[g.moves].calldataPage);
        uint256 gasBefore = _meteredGas(id, g);
        uint256 elapsed = time - g.lastMoveAt;
        bool byDefender = _isDefenders(g.phase);
        uint256 left = byDefender ? g.defenderClock : g.challengerClock;
        _call("move", _moverOf(g), address(pinpoint), data, elapsed <= left);
        if (elapsed > left) return true;
        _checkMeter(id, gasBefore, data.length, g.phase == Phase.Judgement);
        if (byDefender) g.defenderClock = left - elapsed;
        else g.challengerClock = left - elapsed;
        g.lastMoveAt = time;
        ++g.moves;
        if (g.moves < script.moves.length) {
            _enter(id, Phase(script.moves[g.moves].phase));
            _extend(g);
        } else {
            _countJudgement(script);
            _end(id, Phase(script.outcome), address(0));
        }
        return true;
    }

    function _extend(GameModel storage g) private {
        uint256 extension = termsOf[g.jobId].extension;
        if (_isDefenders(g.phase)) {
            if (g.defenderClock < extension) g.defenderClock = extension;
        } else if (g.challengerClock < extension) g.challengerClock = extension;
    }

    /// @dev A move that must be refused: for another position, by another caller, with a bit flipped, of another kind, in a
    /// finished or a void game.
    function _playWrong() internal returns (bool) {
        (uint64 id, bool any) = _pickGame(_isAny);
        if (!any) return false;
        uint256 way = _roll(5);
        if (way == 4) id = uint64(1 + _roll(gameCount));
        GameModel storage g = games[id];
        if (g.script == 0 || (way == 4 && g.phase < Phase.ChallengerWon && !_isVoid(g))) return false;
        ScriptedMove[] memory moves = Book.script(g.script).moves;
        uint256 next = g.moves < moves.length ? g.moves : moves.length - 1;
        address caller = _moverOf(g);
        bytes memory data = _dataOf(id, moves[next].calldataPage);
        if (way == 0) {
            data[68 - 1 - _roll(32)] ^= bytes1(uint8(1 + _roll(255)));
        } else if (way == 1) {
            address mover = caller;
            caller = _actor();
            if (caller == mover) return false;
        } else if (way == 2) {
            if (moves[next].flips.length == 0) return false;
            uint256 bit = moves[next].flips[_roll(moves[next].flips.length)];
            data[bit >> 3] ^= bytes1(uint8(1 << (bit & 7)));
        } else if (way == 3) {
            bytes memory other = _dataOf(id, moves[_roll(moves.length)].calldataPage);
            if (bytes4(other) == bytes4(data)) return false;
            data = other;
        }
        _call(_wrongName(way), caller, address(pinpoint), data, false);
        return true;
    }

    function _wrongName(uint256 way) private pure returns (string memory) {
        return ["wrong position", "wrong mover", "wrong bit", "wrong move", "move after the end"][way];
    }

    function _timeout() internal returns (bool) {
        (uint64 id, bool any) = _pickGame(_rarely(10) ? _isAny : _isLate);
        if (!any) return false;
        GameModel storage g = games[id];
        bool byDefender = _isDefenders(g.phase);
        bool succeeds = _isLate(g);
        address caller = _actor();
        _call("timeout", caller, address(pinpoint), abi.encodeCall(IPinpoint.timeout, (GameId.wrap(id))), succeeds);
        if (!succeeds) return true;
        _countTimeout(g.phase);
        _end(id, byDefender ? Phase.ChallengerWon : Phase.DefenderWon, caller);
        return true;
    }

    function _reclaim() internal returns (bool) {
        (uint64 id, bool any) = _pickGame(_rarely(10) ? _isAny : _isVoid);
        if (!any) return false;
        GameModel storage g = games[id];
        bool succeeds = _isVoid(g);
        _call("reclaim", _actor(), address(pinpoint), abi.encodeCall(IPinpoint.reclaim, (GameId.wrap(id))), succeeds);
        if (!succeeds) return true;
        Terms storage t = termsOf[g.jobId];
        _move(Pot.Bond, id, Pot.GameCredit, _key(g.challenger), _bond(t));
        if (g.refunded) {
            uint256 paid = uint256(_game(id).challengerGas) * t.gasRate;
            _move(Pot.Reserve, g.jobId, Pot.GameCredit, _key(g.challenger), paid);
            _burn(Pot.Reserve, g.jobId, uint256(t.gasCap) * t.gasRate - paid);
        }
        _countVoid(g.phase, g.refunded);
        _finishGame(id, Phase.Void);
        return true;
    }

    /// @dev The money of a game that is won. `tipped` called its timeout, if it ended by one.
    function _end(uint64 id, Phase outcome, address tipped) private {
        GameModel storage g = games[id];
        JobModel storage j = jobs[g.jobId];
        Terms storage t = termsOf[g.jobId];
        uint256 tip = tipped == address(0) ? 0 : TIMEOUT_GAS * t.gasRate;
        --j.openGames;
        if (g.refunded) --j.refundable;
        if (outcome == Phase.DefenderWon) {
            uint256 paid = uint256(_game(id).defenderGas) * t.gasRate + t.replayCompensation;
            _move(Pot.Bond, id, Pot.GameCredit, _key(j.solver), paid);
            _move(Pot.Bond, id, Pot.GameCredit, _key(tipped), tip);
            _burn(Pot.Bond, id, held[Pot.Bond][id]);
        } else {
            uint256 gasPaid = uint256(_game(id).challengerGas) * t.gasRate;
            _move(Pot.Bond, id, Pot.GameCredit, _key(g.challenger), _bond(t));
            _move(Pot.Stake, _key(j.solver), Pot.GameCredit, _key(g.challenger), gasPaid);
            _move(Pot.Stake, _key(j.solver), Pot.GameCredit, _key(tipped), tip);
            _payBounty(g, j.solver, t.bounty);
            _convict(g.jobId, g.checkpoint, gasPaid + tip + t.bounty);
        }
        _finishGame(id, outcome);
    }

    /// @dev In equal parts to the seats that attested failure; what the division leaves, or all, to the challenger.
    function _payBounty(GameModel storage g, address solver, uint256 bounty) private {
        address[] storage failed = segments[g.jobId][g.checkpoint].failed;
        uint256 rest = bounty;
        for (uint256 i; i < failed.length; ++i) {
            _move(Pot.Stake, _key(solver), Pot.GameCredit, _key(failed[i]), bounty / failed.length);
            rest -= bounty / failed.length;
        }
        if (failed.length != 0) _countShared();
        _move(Pot.Stake, _key(solver), Pot.GameCredit, _key(g.challenger), rest);
    }

    function _finishGame(uint64 id, Phase phase) private {
        _enter(id, phase);
        _remove(liveGames, id);
        games[id].checkedHash = keccak256(abi.encode(_game(id)));
    }

    function _enter(uint64 id, Phase phase) private {
        _countPhase(games[id].phase, phase);
        games[id].phase = phase;
    }

    /// @dev A random live game that is so.
    function _pickGame(
        function(GameModel storage) internal view returns (bool) so
    ) private returns (uint64 id, bool any) {
        uint256 count = liveGames.length;
        uint256 from = count == 0 ? 0 : _roll(count);
        for (uint256 i; i < count; ++i) {
            id = liveGames[(from + i) % count];
            if (so(games[id])) return (id, true);
        }
        return (0, false);
    }

    function _isAny(GameModel storage) private pure returns (bool) {
        return true;
    }

    /// @dev Its next move is scripted, and its side to move has not given up.
    function _isPlayable(GameModel storage g) private view returns (bool) {
        return g.moves < g.quitsAt && !_isVoid(g);
    }

    /// @dev Its side to move has no time left.
    function _isLate(GameModel storage g) private view returns (bool) {
        uint256 left = _isDefenders(g.phase) ? g.defenderClock : g.challengerClock;
        return !_isVoid(g) && time - g.lastMoveAt > left;
    }

    function _game(uint64 id) internal view returns (Game memory) {
        return pinpoint.game(GameId.wrap(id));
    }

    function _isVoid(GameModel storage g) internal view returns (bool) {
        return jobs[g.jobId].status == Status.Convicted;
    }

    function _moverOf(GameModel storage g) private view returns (address) {
        return _isDefenders(g.phase) ? jobs[g.jobId].solver : g.challenger;
    }

    /// @dev SPEC: spec/game.md, Phases and moves.
    function _isDefenders(Phase phase) internal pure returns (bool) {
        return
            phase == Phase.GridReveal ||
            phase == Phase.CellReveal ||
            phase == Phase.TraceReveal ||
            phase == Phase.OperatorReveal ||
            phase == Phase.TensorReveal ||
            phase == Phase.ChunksReveal ||
            phase == Phase.ChunkReveal;
    }

    /// @dev Scripted calldata with the game and its position filled in.
    function _dataOf(uint64 id, uint256 page) private view returns (bytes memory data) {
        data = Book.page(page);
        bytes32 position = pinpoint.positionOf(GameId.wrap(id));
        assembly ("memory-safe") {
            mstore(add(data, 36), id)
            mstore(add(data, 68), position)
        }
    }

    function _meteredGas(uint64 id, GameModel storage g) private view returns (uint256) {
        Game memory game = _game(id);
        return _isDefenders(g.phase) ? game.defenderGas : game.challengerGas;
    }

    /// @dev What the contract metered is what the call spent, but for little.
    function _checkMeter(uint64 id, uint256 gasBefore, uint256 bytesSent, bool judged) private view {
        GameModel storage g = games[id];
        uint256 cap = termsOf[g.jobId].gasCap;
        uint256 most = gasBefore + spent + 21_000 + 16 * bytesSent;
        uint256 least = most - UNMETERED;
        if (judged) (most, least) = (most + SETTLEMENT_GAS, least - UNSETTLED);
        uint256 metered = _meteredGas(id, g);
        _atMost("metered gas", id, metered, most < cap ? most : cap);
        _atMost("least metered gas", id, least < cap ? least : cap, metered);
    }

    /// @dev Told of every change of a game's phase.
    function _countPhase(Phase from, Phase to) internal virtual;

    /// @dev Told of every timeout, with the phase that was waited in.
    function _countTimeout(Phase phase) internal virtual;

    /// @dev Told of every void game, with the phase that it stopped in.
    function _countVoid(Phase phase, bool refunded) internal virtual;

    /// @dev Told of every bounty that is shared.
    function _countShared() internal virtual;

    /// @dev Told of every judgement.
    function _countJudgement(Script memory script) internal virtual;
}
