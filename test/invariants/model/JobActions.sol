// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ICredits} from "../../../contracts/interfaces/ICredits.sol";
import {IJobMarket} from "../../../contracts/interfaces/IJobMarket.sol";
import {IPinpoint} from "../../../contracts/interfaces/IPinpoint.sol";
import {IStaking} from "../../../contracts/interfaces/IStaking.sol";
import {JobId} from "../../../contracts/types/Ids.sol";
import {Status, Terms} from "../../../contracts/types/Job.sol";
import {REFUNDED_GAMES, TIMEOUT_GAS} from "../../../contracts/types/Rules.sol";
import {Book, Run, Training} from "./Book.sol";
import {Pot} from "./Ledger.sol";
import {Model} from "./Model.sol";
import {vm} from "./Vm.sol";

/// @title Random calls of Staking and JobMarket, and what they do by spec/market.md
/// @notice An action that does not apply does nothing and answers false.
abstract contract JobActions is Model {
    uint256 private constant MOST_JOBS = 12;
    uint16 private constant NEVER = type(uint16).max;

    function _deposit() internal returns (bool) {
        address actor = _actor();
        uint256 amount = _rarely(10) ? 0 : 1 + _roll(_rarely(5) ? 100 : 3_000_000_000);
        _call("deposit", actor, address(staking), abi.encodeCall(IStaking.deposit, (amount)), amount != 0);
        _move(Pot.Wallet, _key(actor), Pot.Stake, _key(actor), amount);
        return true;
    }

    function _unbond() internal returns (bool) {
        address actor = _actor();
        if (stakes[actor].unbonding != 0 && !_rarely(20)) return false;
        uint256 free = _free(actor);
        uint256 amount = _rarely(4) ? free + 1 : 1 + _roll(1 + free / 2);
        bool succeeds = amount <= free;
        _call("unbond", actor, address(staking), abi.encodeCall(IStaking.unbond, (amount)), succeeds);
        if (!succeeds) return true;
        stakes[actor].unbonding += amount;
        stakes[actor].unbondedAt = time + UNBONDING;
        return true;
    }

    function _withdrawStake() internal returns (bool) {
        address actor = _actor();
        StakeModel storage s = stakes[actor];
        bool succeeds = s.unbonding != 0 && time >= s.unbondedAt;
        if (!succeeds && !_rarely(4)) return false;
        _call("withdraw stake", actor, address(staking), abi.encodeCall(IStaking.withdraw, ()), succeeds);
        if (!succeeds) return true;
        _move(Pot.Stake, _key(actor), Pot.Wallet, _key(actor), s.unbonding);
        s.unbonding = 0;
        s.unbondedAt = 0;
        return true;
    }

    function _withdrawCredit() internal returns (bool) {
        address actor = _actor();
        (Pot pot, address from) = _rarely(2)
            ? (Pot.MarketCredit, address(market))
            : (Pot.GameCredit, address(pinpoint));
        uint256 amount = held[pot][_key(actor)];
        address recipient =
            _rarely(2)
                ? actor
                : _rarely(5)
                    ? from
                    : _actor();
        bool succeeds = amount != 0 && recipient != from;
        bytes memory data = abi.encodeCall(ICredits.withdrawTo, (recipient));
        if (recipient == actor) data = abi.encodeCall(ICredits.withdraw, ());
        _call("withdraw credit", actor, from, data, succeeds);
        if (succeeds) _move(pot, _key(actor), Pot.Wallet, _key(recipient), amount);
        return true;
    }

    function _submit() internal returns (bool) {
        if (liveJobs.length >= MOST_JOBS) return false;
        address submitter = _actor();
        // The last training has the longest games.
        uint256 trainings = Book.trainings().length;
        uint16 training = uint16(_rarely(3) ? trainings - 1 : _roll(trainings));
        Terms memory t = _draft(Book.trainings()[training]);
        bool orphan = _setParent(t);
        uint256 least = t.bounty + ((1 + REFUNDED_GAMES) * t.gasCap + TIMEOUT_GAS) * t.gasRate + t.latePenalty;
        least += _deterrence(t);
        bool succeeds = !orphan && (least == 0 || !_rarely(10));
        t.stake = uint128(succeeds || orphan ? least + _roll(1_000) : least - 1);
        _call("submit", submitter, address(market), abi.encodeCall(IJobMarket.submit, (t)), succeeds);
        if (!succeeds) return true;
        uint64 id = ++jobCount;
        JobModel storage j = jobs[id];
        j.submitter = submitter;
        j.training = training;
        j.checkpoints = uint16((t.steps + t.interval - 1) / t.interval);
        j.openedAt = time;
        j.termsHash = keccak256(abi.encode(t));
        termsOf[id] = t;
        liveJobs.push(id);
        _become(id, Status.Open);
        uint256 price = uint256(t.workUnits) * t.unitPrice;
        _move(Pot.Wallet, _key(submitter), Pot.Escrow, id, price);
        _move(Pot.Wallet, _key(submitter), Pot.Fees, id, 2 * uint256(t.attestationFee) * t.attestors * t.draws);
        _move(Pot.Wallet, _key(submitter), Pot.JackpotFee, id, t.jackpotFee);
        return true;
    }

    /// @dev Now and then another job as the parent; whether it is none.
    function _setParent(Terms memory t) private returns (bool orphan) {
        if (jobCount == 0 || !_rarely(8)) return false;
        uint64 id = uint64(1 + _roll(jobCount));
        JobModel storage p = jobs[id];
        bool over = p.status == Status.Settled || p.status == Status.Ended || p.status == Status.Expired;
        orphan = !over && !(p.status == Status.Closing && p.committed == p.checkpoints);
        orphan = orphan || p.committed == 0 || _rarely(10);
        t.parent = JobId.wrap(id);
        t.initialStateRoot = orphan ? keccak256("orphan") : endRoots[id][p.committed - 1];
    }

    /// @dev What must be left of a stake so that cheating in one segment, or in all, is a loss: with n segments, q drawn, c the
    /// price of one and x at risk, n (c + x) / (q / 2) + c, or (n c + x) / (q / 2) + n c, less the price at the floor.
    function _deterrence(Terms memory t) private pure returns (uint256) {
        uint256 n = (t.steps + t.interval - 1) / t.interval;
        uint256 c = (uint256(t.workUnits) * t.unitPrice + n - 1) / n;
        uint256 one = (2 * n * (c + t.valueAtRisk) + t.draws - 1) / t.draws + c;
        uint256 all = (2 * (n * c + t.valueAtRisk) + t.draws - 1) / t.draws + n * c;
        uint256 most = one > all ? one : all;
        uint256 forfeited = uint256(t.workUnits) * t.floorPrice;
        return most > forfeited ? most - forfeited : 0;
    }

    function _draft(Training memory training) private returns (Terms memory t) {
        t.programRoot = training.programRoot;
        t.datasetRoot = training.datasetRoot;
        t.initialStateRoot = training.startRoot;
        t.steps = training.steps;
        t.interval = training.interval;
        t.grid = training.grid;
        t.seed = training.seed;
        t.order = training.order;
        t.workUnits = uint128(_roll(1_000));
        t.unitPrice = uint128(_roll(100));
        t.floorPrice = uint128(_roll(uint256(t.unitPrice) + 1));
        t.attestationFee = uint128(_roll(50));
        t.attestors = uint8(2 + _roll(3));
        uint256 n = (t.steps + t.interval - 1) / t.interval;
        t.draws = uint16(1 + _roll(n));
        uint256 price = uint256(t.workUnits) * t.unitPrice;
        t.valueAtRisk = uint128(price + _roll(2) * _roll(1_000));
        uint256 ofSeats = (t.valueAtRisk + t.draws * t.attestors - 1) / (uint256(t.draws) * t.attestors);
        uint256 ofWork = (price + n - 1) / n;
        t.verifierStake = uint128((ofSeats > ofWork ? ofSeats : ofWork) + _roll(50));
        t.jackpotFee = uint128(_roll(2) * _roll(1_000));
        t.bounty = uint128(_roll(2) * _roll(100_000));
        t.gasRate = uint64(_roll(4));
        t.gasCap = [0, 60_000, 600_000, 6_000_000, 6_000_000][_roll(5)];
        t.replayCompensation = uint128(_roll(2) * _roll(50_000));
        t.latePenalty = uint128(_roll(2) * _roll(10_000));
        t.acceptBy = uint64(time + _roll(1_000));
        t.auction = uint32(_roll(2) * _roll(t.acceptBy - time + 1));
        t.solver = _rarely(6) ? _actor() : address(0);
        t.heartbeat = uint32(1 + _roll(500));
        t.window = uint32(8 + _roll(600));
        t.clock = uint32(1 + _roll(400));
        t.extension = uint32(1 + _roll(t.clock < 30 ? t.clock : 30));
        uint256 longest = 2 * uint256(t.clock) + 22 * uint256(t.extension);
        if (t.window + longest >= UNBONDING) t.window = uint32(UNBONDING - 1 - longest);
    }

    function _cancel() internal returns (bool) {
        (uint64 id, bool any) = _pickJob(Status.Open);
        if (!any) return false;
        JobModel storage j = jobs[id];
        address caller = _rarely(4) ? _actor() : j.submitter;
        bool succeeds = j.status == Status.Open && caller == j.submitter;
        _call("cancel", caller, address(market), abi.encodeCall(IJobMarket.cancel, (JobId.wrap(id))), succeeds);
        if (!succeeds) return true;
        _move(Pot.Escrow, id, Pot.MarketCredit, _key(caller), held[Pot.Escrow][id]);
        _move(Pot.Fees, id, Pot.MarketCredit, _key(caller), held[Pot.Fees][id]);
        _move(Pot.JackpotFee, id, Pot.MarketCredit, _key(caller), termsOf[id].jackpotFee);
        _finishJob(id, Status.Cancelled);
        return true;
    }

    function _accept() internal returns (bool) {
        (uint64 id, bool any) = _pickJob(Status.Open);
        if (!any) return false;
        JobModel storage j = jobs[id];
        Terms storage t = termsOf[id];
        address solver = t.solver == address(0) || _rarely(4) ? _actor() : t.solver;
        if (t.solver == address(0)) for (uint256 i; i < ACTORS && _free(solver) < t.stake; ++i) solver = actors[i];
        bytes32 termsHash = _rarely(10) ? bytes32(_roll(100)) : j.termsHash;
        bool succeeds = j.status == Status.Open && termsHash == j.termsHash && time <= t.acceptBy;
        succeeds = succeeds && _free(solver) >= t.stake && (t.solver == address(0) || t.solver == solver);
        bytes memory data = abi.encodeCall(IJobMarket.accept, (JobId.wrap(id), termsHash, "solver"));
        _call("accept", solver, address(market), data, succeeds);
        if (!succeeds) return true;
        uint32[] memory runs = _training(id).runs;
        j.solver = solver;
        j.run = runs[_rarely(2) ? 0 : _roll(runs.length)];
        j.garbageFrom = _rarely(5) ? uint16(_roll(j.checkpoints)) : NEVER;
        // What is scripted starts from the training's own state.
        if (JobId.unwrap(t.parent) != 0) j.garbageFrom = 0;
        j.lazyFrom = _rarely(4) ? uint16(_roll(j.checkpoints)) : NEVER;
        j.calm = _rarely(2);
        j.deadline = time + t.heartbeat;
        j.snapshotAt = time;
        uint256 elapsed = time - j.openedAt;
        j.unitPrice =
            elapsed >= t.auction ? t.unitPrice : t.floorPrice + ((t.unitPrice - t.floorPrice) * elapsed) / t.auction;
        uint256 saved = uint256(t.workUnits) * (t.unitPrice - j.unitPrice);
        _move(Pot.Escrow, id, Pot.MarketCredit, _key(j.submitter), saved);
        stakes[solver].locked += t.stake;
        _become(id, Status.Running);
        return true;
    }

    function _commit() internal returns (bool) {
        (uint64 id, bool any) = _pickJob(Status.Running);
        if (!any) return false;
        JobModel storage j = jobs[id];
        if (j.committed >= j.lazyFrom) return false;
        uint16 k = _rarely(15) ? uint16(_roll(4)) : j.committed;
        address caller = _rarely(15) ? _actor() : j.solver;
        bytes32 termsHash = _rarely(15) ? bytes32(_roll(100)) : j.termsHash;
        bool meant = k == j.committed && caller == j.solver && termsHash == j.termsHash;
        bool succeeds = meant && j.status == Status.Running && time <= j.deadline;
        (bytes32 end, bytes32 segment) = _roots(j, k);
        bytes memory data = abi.encodeCall(IJobMarket.commit, (JobId.wrap(id), termsHash, k, end, segment));
        _call("commit", caller, address(market), data, succeeds);
        if (!succeeds) return true;
        endRoots[id][k] = end;
        j.committed = k + 1;
        if (j.committed == j.checkpoints) {
            _close(id);
        } else {
            j.snapshotAt = time;
            if (!j.ended) j.deadline = time + termsOf[id].heartbeat;
        }
        return true;
    }

    /// @dev What the solver commits at k.
    function _roots(JobModel storage j, uint256 k) private view returns (bytes32 end, bytes32 segment) {
        if (k >= j.garbageFrom || j.run == 0) return (keccak256(abi.encode(k, "end")), keccak256("segment"));
        Run memory run = Book.run(j.run);
        if (k < run.claims.length) return (run.claims[k].endRoot, run.claims[k].segmentRoot);
    }

    function _close(uint64 id) private {
        jobs[id].windowEnd = time + termsOf[id].window;
        jobs[id].drawBlock = number + 1;
        vm.roll(++number);
        seatedJobs.push(id);
        _become(id, Status.Closing);
    }

    function _expire() internal returns (bool) {
        (uint64 id, bool any) = _pickJob(Status.Running);
        if (!any) return false;
        JobModel storage j = jobs[id];
        bool succeeds = j.status == Status.Running && time > j.deadline;
        if (!succeeds && !_rarely(8)) return false;
        _call("expire", _actor(), address(market), abi.encodeCall(IJobMarket.expire, (JobId.wrap(id))), succeeds);
        if (succeeds) _close(id);
        return true;
    }

    function _end() internal returns (bool) {
        (uint64 id, bool any) = _pickJob(Status.Running);
        if (!any) return false;
        JobModel storage j = jobs[id];
        address caller = _rarely(5) ? _actor() : j.submitter;
        bool succeeds = j.status == Status.Running && caller == j.submitter && !j.ended && time <= j.deadline;
        _call("end", caller, address(market), abi.encodeCall(IJobMarket.end, (JobId.wrap(id))), succeeds);
        if (!succeeds) return true;
        uint256 notice = time + termsOf[id].extension;
        j.ended = true;
        if (notice < j.deadline) j.deadline = notice;
        return true;
    }

    function _settleJob() internal returns (bool) {
        (uint64 id, bool any) = _pickJob(Status.Closing);
        if (!any) return false;
        JobModel storage j = jobs[id];
        JobModel storage p = jobs[JobId.unwrap(termsOf[id].parent)];
        bool succeeds = j.status == Status.Closing && time >= j.windowEnd && j.openGames == 0;
        succeeds = succeeds && p.status != Status.Closing;
        if (!succeeds && !_rarely(8)) return false;
        _call("settle", _actor(), address(market), abi.encodeCall(IJobMarket.settle, (JobId.wrap(id))), succeeds);
        if (!succeeds) return true;
        Status outcome = j.ended ? Status.Ended : Status.Expired;
        bool fell = p.status == Status.Convicted || (p.status == Status.Ended && p.committed == p.checkpoints);
        if (j.committed == j.checkpoints) outcome = fell ? Status.Ended : Status.Settled;
        if (outcome == Status.Settled) _move(Pot.JackpotFee, id, Pot.Pool, 0, termsOf[id].jackpotFee);
        _endEscrow(id, _earned(id));
        stakes[j.solver].locked -= termsOf[id].stake;
        if (outcome == Status.Expired) _burn(Pot.Stake, _key(j.solver), termsOf[id].latePenalty);
        _finishJob(id, outcome);
        return true;
    }

    /// @dev The solver's part of the price: what the committed steps cost, one after the other. The remainder of each is carried
    /// to the next, so that only the last one's is the submitter's.
    function _earned(uint64 id) private view returns (uint256 sum) {
        uint256 price = held[Pot.Escrow][id];
        Terms storage t = termsOf[id];
        uint256 remainder;
        for (uint256 k; k < jobs[id].committed; ++k) {
            for (uint256 step = k * t.interval; step < (k + 1) * t.interval && step < t.steps; ++step) {
                sum += (price + remainder) / t.steps;
                remainder = (price + remainder) % t.steps;
            }
        }
    }

    /// @dev So much of the price goes to the solver; the rest, the fees of seats that were not attested and what is left of the
    /// jackpot fee to the submitter.
    function _endEscrow(uint64 id, uint256 earned) internal {
        JobModel storage j = jobs[id];
        uint256 kept = uint256(termsOf[id].attestationFee) * j.attested;
        _move(Pot.Escrow, id, Pot.MarketCredit, _key(j.solver), earned);
        _move(Pot.Escrow, id, Pot.MarketCredit, _key(j.submitter), held[Pot.Escrow][id]);
        _move(Pot.Fees, id, Pot.MarketCredit, _key(j.submitter), held[Pot.Fees][id] - kept);
        _move(Pot.JackpotFee, id, Pot.MarketCredit, _key(j.submitter), held[Pot.JackpotFee][id]);
    }

    /// @dev Calls that only another contract may make.
    function _trespass() internal returns (bool) {
        address caller = _actor();
        uint256 amount = 1 + _roll(100);
        JobId id = JobId.wrap(uint64(1 + _roll(uint256(jobCount) + 1)));
        uint256 door = _roll(9);
        if (door < 3) {
            bytes memory data = abi.encodeCall(IStaking.lock, (caller, amount));
            if (door == 1) data = abi.encodeCall(IStaking.unlock, (caller, amount));
            if (door == 2) data = abi.encodeCall(IStaking.slash, (caller, amount, caller, amount));
            _call("trespass", caller, address(staking), data, false);
        } else {
            bytes memory data = abi.encodeCall(IJobMarket.openDispute, (id, 0));
            if (door == 4) data = abi.encodeCall(IJobMarket.closeDispute, (id));
            if (door == 5) data = abi.encodeCall(IJobMarket.convict, (id, 0, true, amount));
            if (door == 6) data = abi.encodeCall(IJobMarket.payFee, (id, caller));
            if (door == 7) data = abi.encodeCall(IJobMarket.payJackpot, (id, caller, amount));
            if (door == 8) data = abi.encodeCall(IPinpoint.forfeit, (id, 0, caller));
            _call("trespass", caller, door == 8 ? address(pinpoint) : address(market), data, false);
        }
        return true;
    }

    /// @dev A random live job, mostly one of this status; `any` is false where there is none.
    function _pickJob(Status wanted) internal returns (uint64 id, bool any) {
        uint256 count = liveJobs.length;
        if (count == 0) return (0, false);
        bool strict = !_rarely(30);
        uint256 from = _roll(count);
        for (uint256 i; i < count; ++i) {
            id = liveJobs[(from + i) % count];
            if (!strict || jobs[id].status == wanted) return (id, true);
        }
        return (0, false);
    }

    function _finishJob(uint64 id, Status status) internal {
        _become(id, status);
        _remove(liveJobs, id);
        jobs[id].checkedHash = _jobHash(id);
    }

    function _become(uint64 id, Status status) internal {
        _countStatus(jobs[id].status, status);
        jobs[id].status = status;
    }

    /// @dev Told of every change of a job's status.
    function _countStatus(Status from, Status to) internal virtual;
}
