// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAvailability} from "../../../contracts/interfaces/IAvailability.sol";
import {DemandId} from "../../../contracts/types/Demand.sol";
import {JobId} from "../../../contracts/types/Ids.sol";
import {Status, Terms} from "../../../contracts/types/Job.sol";
import {ANSWER_GAS, TIMEOUT_GAS} from "../../../contracts/types/Rules.sol";
import {Book, ScriptedAnswer, Training} from "./Book.sol";
import {GameActions} from "./GameActions.sol";
import {Pot} from "./Ledger.sol";

/// @title Random calls of Availability, and what they do by spec/availability.md
abstract contract DemandActions is GameActions {
    uint256 private constant MOST_DEMANDS = 12;

    function _demand() internal returns (bool) {
        (uint64 jobId, bool any) = _pickJob(_rarely(2) ? Status.Running : Status.Closing);
        if (!any || liveDemands.length >= MOST_DEMANDS) return false;
        JobModel storage j = jobs[jobId];
        if (j.committed == 0 || (j.calm && !_rarely(10))) return false;
        uint16 k = _rarely(15) ? j.committed : uint16(_roll(j.committed));
        ScriptedAnswer memory place = _place(jobId, k);
        bytes32 root = _rarely(15) ? bytes32(_roll(100)) : endRoots[jobId][k];
        bool succeeds = _isDisputable(jobId, k) && root == endRoots[jobId][k];
        address demander = _actor();
        _call("demand", demander, address(availability), _demandData(jobId, k, root, place), succeeds);
        if (succeeds) _demanded(jobId, k, demander, place.calldataPage);
        return true;
    }

    function _demandData(
        uint64 jobId,
        uint16 k,
        bytes32 root,
        ScriptedAnswer memory place
    ) private view returns (bytes memory) {
        Training memory t = _training(jobId);
        return
            abi.encodeCall(
                IAvailability.demand,
                (JobId.wrap(jobId), k, root, t.header, t.recordTree, place.tensor, place.chunk)
            );
    }

    function _demanded(uint64 jobId, uint16 k, address demander, uint32 page) private {
        uint64 id = ++demandCount;
        DemandModel storage d = demands[id];
        d.jobId = jobId;
        d.checkpoint = k;
        d.answerPage = page;
        d.demander = demander;
        d.answerBy = time + termsOf[jobId].clock;
        ++jobs[jobId].openGames;
        liveDemands.push(id);
        _move(Pot.Wallet, _key(demander), Pot.Demand, id, _price(jobId));
    }

    /// @dev A chunk that the book can answer for, or for a garbage claim, which nobody can, the first.
    function _place(uint64 jobId, uint16 k) private returns (ScriptedAnswer memory place) {
        JobModel storage j = jobs[jobId];
        if (k >= j.garbageFrom || k >= j.committed) return place;
        ScriptedAnswer[] memory answers = Book.run(j.run).claims[k].answers;
        return answers[_roll(answers.length)];
    }

    function _price(uint64 jobId) private view returns (uint256) {
        return ANSWER_GAS * termsOf[jobId].gasRate;
    }

    /// @dev The answer that the book has, or another's, which is refused.
    function _answer() internal returns (bool) {
        if (liveDemands.length == 0) return false;
        uint64 id = liveDemands[_roll(liveDemands.length)];
        DemandModel storage d = demands[id];
        uint32 page = d.answerPage;
        bool wrong = _rarely(6);
        if (wrong) page = demands[uint64(1 + _roll(demandCount))].answerPage;
        if (page == 0 || (wrong && page == d.answerPage)) return false;
        bool succeeds = !wrong && time <= d.answerBy && jobs[d.jobId].status != Status.Convicted;
        if (!succeeds && !wrong && !_rarely(4)) return false;
        bytes memory data = Book.page(page);
        assembly ("memory-safe") {
            mstore(add(data, 36), id)
        }
        address answerer = _actor();
        _call("answer", answerer, address(availability), data, succeeds);
        if (!succeeds) return true;
        --jobs[d.jobId].openGames;
        _endDemand(id, answerer);
        return true;
    }

    function _forfeitDemand() internal returns (bool) {
        if (liveDemands.length == 0) return false;
        uint64 id = liveDemands[_roll(liveDemands.length)];
        DemandModel storage d = demands[id];
        uint64 jobId = d.jobId;
        bool succeeds = time > d.answerBy && jobs[jobId].status != Status.Convicted;
        if (!succeeds && !_rarely(40)) return false;
        address caller = _actor();
        bytes memory data = abi.encodeCall(IAvailability.forfeit, (DemandId.wrap(id)));
        _call("forfeitDemand", caller, address(availability), data, succeeds);
        if (!succeeds) return true;
        Terms storage t = termsOf[jobId];
        uint256 tip = TIMEOUT_GAS * t.gasRate;
        _move(Pot.Stake, _key(jobs[jobId].solver), Pot.GameCredit, _key(caller), tip);
        (uint16 k, address demander) = (d.checkpoint, d.demander);
        _endDemand(id, demander);
        _convict(jobId, k, tip);
        return true;
    }

    function _voidDemand() internal returns (bool) {
        if (liveDemands.length == 0) return false;
        uint64 id = liveDemands[_roll(liveDemands.length)];
        bool succeeds = jobs[demands[id].jobId].status == Status.Convicted;
        if (!succeeds && !_rarely(40)) return false;
        bytes memory data = abi.encodeCall(IAvailability.voidDemand, (DemandId.wrap(id)));
        _call("voidDemand", _actor(), address(availability), data, succeeds);
        if (succeeds) _endDemand(id, demands[id].demander);
        return true;
    }

    function _endDemand(uint64 id, address paid) private {
        _move(Pot.Demand, id, Pot.DemandCredit, _key(paid), _price(demands[id].jobId));
        _remove(liveDemands, id);
    }
}
