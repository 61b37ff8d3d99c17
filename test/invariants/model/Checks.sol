// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ICredits} from "../../../contracts/interfaces/ICredits.sol";
import {StakeAccount} from "../../../contracts/interfaces/IStaking.sol";
import {Game, Phase} from "../../../contracts/types/Game.sol";
import {GameId, JobId} from "../../../contracts/types/Ids.sol";
import {Job, Status, Terms} from "../../../contracts/types/Job.sol";
import {BURN_ADDRESS, MAX_MOVES, TIMEOUT_GAS} from "../../../contracts/types/Rules.sol";
import {Verifier} from "../../../contracts/types/Verification.sol";
import {DemandActions} from "./DemandActions.sol";
import {Pot} from "./Ledger.sol";

/// @title The invariants: the contracts hold what the model says, and what the model says is sound
abstract contract Checks is DemandActions {
    /// @notice Every contract holds what it owes, to the last unit, and no token is made or lost.
    function checkTotals() public view {
        _same("stakes", 0, token.balanceOf(address(staking)), total[Pot.Stake]);
        uint256 owed = total[Pot.MarketCredit] + total[Pot.Escrow] + total[Pot.Fees];
        owed += total[Pot.JackpotFee] + total[Pot.Pool];
        _same("jackpot pool", 0, market.jackpotPool(), total[Pot.Pool]);
        _atMost("jackpots kept", 0, jackpotsKept, total[Pot.Pool]);
        _same("market's balance", 0, token.balanceOf(address(market)), owed);
        owed = total[Pot.GameCredit] + total[Pot.Bond] + total[Pot.Reserve];
        _same("Pinpoint's balance", 0, token.balanceOf(address(pinpoint)), owed);
        owed = total[Pot.DemandCredit] + total[Pot.Demand];
        _same("Availability's balance", 0, token.balanceOf(address(availability)), owed);
        _same("burned", 0, token.balanceOf(BURN_ADDRESS), total[Pot.Burned]);
        _same("supply", 0, token.totalSupply(), ACTORS * SUPPLY);
    }

    /// @notice Every account has and is owed what the rules say.
    function checkActors() public view {
        for (uint256 i; i < ACTORS; ++i) _checkActor(actors[i]);
    }

    function _checkActor(address actor) private view {
        uint256 key = _key(actor);
        StakeModel storage s = stakes[actor];
        StakeAccount memory a = staking.account(actor);
        _same("wallet", key, token.balanceOf(actor), held[Pot.Wallet][key]);
        _same("market's credit", key, ICredits(address(market)).credit(actor), held[Pot.MarketCredit][key]);
        _same("Pinpoint's credit", key, ICredits(address(pinpoint)).credit(actor), held[Pot.GameCredit][key]);
        _same("demands' credit", key, ICredits(address(availability)).credit(actor), held[Pot.DemandCredit][key]);
        _same("staked", key, a.staked, held[Pot.Stake][key]);
        _same("locked", key, a.locked, s.locked);
        _same("unbonding", key, a.unbonding, s.unbonding);
        _same("unbonded at", key, a.unbondedAt, s.unbondedAt);
        _atMost("locked and unbonding", key, uint256(a.locked) + a.unbonding, a.staked);
        VerifierModel storage v = verifiers[actor];
        Verifier memory e = verification.verifier(actor);
        _same("enrolled", key, e.enrolled, v.enrolled);
        _same("reserved", key, e.reserved, v.reserved);
        _same("secrets since", key, e.secretsAt, v.secretsAt);
        _atMost("behind seats", key, v.reserved, v.enrolled);
        _same("locked for running jobs and draws", key, a.locked, _stakeAtRisk(actor) + v.enrolled);
    }

    /// @dev Stakes of a solver's jobs that may still be convicted.
    function _stakeAtRisk(address solver) private view returns (uint256 sum) {
        for (uint256 i; i < liveJobs.length; ++i) {
            JobModel storage j = jobs[liveJobs[i]];
            if (_isLive(j.status) && j.solver == solver) sum += termsOf[liveJobs[i]].stake;
        }
    }

    /// @notice Jobs that are not finished.
    function checkJobs() public view {
        for (uint256 i; i < liveJobs.length; ++i) _checkJob(liveJobs[i]);
        _same("jobs", 0, market.jobCount(), jobCount);
    }

    function _checkJob(uint64 id) private view {
        JobModel storage j = jobs[id];
        Job memory c = market.job(JobId.wrap(id));
        _same("status", id, uint8(c.status), uint8(j.status));
        _same("solver", id, uint160(c.solver), uint160(j.solver));
        _same("committed", id, c.committed, j.committed);
        _same("attested seats", id, verification.attestedSeats(JobId.wrap(id)), j.attested);
        _same("unit price", id, c.unitPrice, j.unitPrice);
        _same("snapshot", id, c.snapshotAt, j.snapshotAt);
        _same("draw's block", id, c.drawBlock, j.drawBlock);
        _same("open games", id, c.openGames, j.openGames);
        _same("ended", id, c.ended ? 1 : 0, j.ended ? 1 : 0);
        _same("deadline", id, c.deadline, j.deadline);
        _same("window's end", id, c.windowEnd, j.windowEnd);
        _same("terms", id, uint256(c.termsHash), uint256(j.termsHash));
        _checkCover(id);
    }

    /// @dev The locked stake covers the dearest conviction, and ends no sooner than the last game can.
    function _checkCover(uint64 id) private view {
        JobModel storage j = jobs[id];
        Terms storage t = termsOf[id];
        uint256 running;
        for (uint256 i; i < liveGames.length; ++i) {
            GameModel storage g = games[liveGames[i]];
            if (g.jobId != id) continue;
            ++running;
            uint256 others = j.refundable - (g.refunded ? 1 : 0);
            uint256 cost = t.bounty + ((1 + others) * t.gasCap + TIMEOUT_GAS) * t.gasRate;
            _atMost("cover of a conviction", id, cost, t.stake);
        }
        for (uint256 i; i < liveDemands.length; ++i) {
            if (demands[liveDemands[i]].jobId == id) ++running;
        }
        _same("running games and demands", id, running, j.openGames);
        _atMost("liability", id, t.window + market.longestGame(t.clock, t.extension), UNBONDING - 1);
    }

    /// @notice Games that are not finished.
    function checkGames() public view {
        for (uint256 i; i < liveGames.length; ++i) _checkGame(liveGames[i]);
        _same("games", 0, pinpoint.gameCount(), gameCount);
        _same("demands", 0, availability.demandCount(), demandCount);
    }

    function _checkGame(uint64 id) private view {
        GameModel storage g = games[id];
        Terms storage t = termsOf[g.jobId];
        Game memory c = _game(id);
        _same("phase", id, uint8(c.phase), uint8(g.phase));
        _same("moves", id, c.moves, g.moves);
        _same("last move", id, c.lastMoveAt, g.lastMoveAt);
        _same("defender's clock", id, c.defenderClock, g.defenderClock);
        _same("challenger's clock", id, c.challengerClock, g.challengerClock);
        _same("refunded", id, c.gasRefunded ? 1 : 0, g.refunded ? 1 : 0);
        _same("challenger", id, uint160(c.challenger), uint160(g.challenger));
        _same("defender", id, uint160(c.defender), uint160(jobs[g.jobId].solver));
        _atMost("moves", id, c.moves, MAX_MOVES - 1);
        _atMost("defender's clock", id, c.defenderClock, t.clock);
        _atMost("challenger's clock", id, c.challengerClock, t.clock);
        uint256 longest = c.lastMoveAt - g.openedAt + c.defenderClock + c.challengerClock;
        _atMost("length", id, longest, 2 * uint256(t.clock) + c.moves * uint256(t.extension));
        _atMost("longest", id, longest, market.longestGame(t.clock, t.extension));
        _atMost("defender's gas", id, c.defenderGas, t.gasCap);
        _atMost("challenger's gas", id, c.challengerGas, t.gasCap);
    }

    /// @notice Nothing wrote to a job since it was finished.
    function checkFinishedJob(uint64 id) public view {
        bytes32 hash = jobs[id].checkedHash;
        if (hash != 0) _same("finished job", id, uint256(_jobHash(id)), uint256(hash));
    }

    /// @notice Nothing wrote to a game since it was finished.
    function checkFinishedGame(uint64 id) public view {
        bytes32 hash = games[id].checkedHash;
        if (hash != 0) _same("finished game", id, uint256(keccak256(abi.encode(_game(id)))), uint256(hash));
    }

    /// @notice Nothing wrote to anything finished. Each in a call of its own, since memory is never freed in one.
    function checkFinished() external view {
        for (uint64 id = 1; id <= jobCount; ++id) this.checkFinishedJob(id);
        for (uint64 id = 1; id <= gameCount; ++id) this.checkFinishedGame(id);
    }

    function _jobHash(uint64 id) internal view override returns (bytes32 hash) {
        JobId jobId = JobId.wrap(id);
        hash = keccak256(abi.encode(market.job(jobId), market.terms(jobId)));
        for (uint16 k; k < jobs[id].committed; ++k) hash = keccak256(abi.encode(hash, market.checkpoint(jobId, k)));
    }
}
