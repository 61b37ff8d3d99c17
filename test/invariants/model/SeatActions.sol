// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IVerification} from "../../../contracts/interfaces/IVerification.sol";
import {Draw} from "../../../contracts/libraries/Draw.sol";
import {JobId} from "../../../contracts/types/Ids.sol";
import {Status, Terms} from "../../../contracts/types/Job.sol";
import {SECRET_LEVELS, TIMEOUT_GAS} from "../../../contracts/types/Rules.sol";
import {Outcome, Part} from "../../../contracts/types/Verification.sol";
import {Book, Run} from "./Book.sol";
import {JobActions} from "./JobActions.sol";
import {Pot} from "./Ledger.sol";

/// @title Random calls of Verification, and what they do by spec/verification.md
/// @notice What a word draws is the library's, which test/contracts/draw.test.ts compares with another implementation.
abstract contract SeatActions is JobActions {
    /// @dev What nobody's replay gives.
    bytes32 private constant WRONG = keccak256("wrong");

    function _enroll() internal returns (bool) {
        address actor = _actor();
        VerifierModel storage v = verifiers[actor];
        uint256 free = _free(actor);
        uint256 amount = _rarely(6) ? free + 1 : _roll(1 + free / 3);
        bytes32 secret = v.secret == 0 || _rarely(10) ? keccak256(abi.encode(actor, time)) : v.secret;
        bool renews = secret != v.secret;
        bool succeeds = amount <= free && v.enrolled + amount != 0 && !(renews && v.reserved != 0);
        bytes memory data = abi.encodeCall(IVerification.enroll, (amount, _rootOf(secret)));
        _call("enroll", actor, address(verification), data, succeeds);
        if (!succeeds) return true;
        if (renews) (v.secret, v.secretsAt) = (secret, time);
        stakes[actor].locked += amount;
        _weigh(actor, v.enrolled + amount);
        return true;
    }

    function _resign() internal returns (bool) {
        address actor = leaving == address(0) || _rarely(4) ? _actor() : leaving;
        VerifierModel storage v = verifiers[actor];
        bool succeeds = v.enrolled != 0 && v.reserved == 0;
        if (leaving == address(0) && v.enrolled != 0) leaving = actor;
        if (!succeeds && !_rarely(20)) return false;
        _call("resign", actor, address(verification), abi.encodeCall(IVerification.resign, ()), succeeds);
        if (!succeeds) return true;
        if (leaving == actor) leaving = address(0);
        stakes[actor].locked -= v.enrolled;
        _weigh(actor, 0);
        return true;
    }

    function _weigh(address actor, uint256 enrolled) private {
        uint256 count = totalWeights.length;
        uint256 total = count == 0 ? 0 : totalWeights[count - 1].amount;
        totalWeights.push(Weight(time, total + enrolled - verifiers[actor].enrolled));
        weights[actor].push(Weight(time, enrolled));
        verifiers[actor].enrolled = enrolled;
    }

    /// @dev What was enrolled before a time.
    function _weightBefore(Weight[] storage history, uint256 before) private view returns (uint256) {
        for (uint256 i = history.length; i > 0; --i) if (history[i - 1].time < before) return history[i - 1].amount;
        return 0;
    }

    /// @dev The beacon's answer, mostly one that tells somebody to attest wrongly.
    function _nameWord() internal returns (bool) {
        (uint64 id, bool any) = _pickJob(Status.Closing);
        if (!any || jobs[id].status != Status.Closing || jobs[id].hasWord) return false;
        JobModel storage j = jobs[id];
        bytes32 word = bytes32(_roll(type(uint256).max) + 1);
        address told = _actor();
        uint256 k = j.committed == 0 ? 0 : _roll(j.committed);
        for (uint256 i; i < 120 && verifiers[told].secret != 0; ++i) {
            bool drawn = Draw.segment(word, JobId.wrap(id), k, j.committed, _draws(id));
            if (drawn && Draw.forced(word, JobId.wrap(id), k, verifiers[told].secret)) break;
            word = keccak256(abi.encode(word));
        }
        beacon.setWord(j.drawBlock, word);
        (j.word, j.hasWord) = (word, true);
        return true;
    }

    function _seal() internal returns (bool) {
        (uint64 id, uint16 k, bool any) = _pickSegment(Part.Seal);
        if (!any) return false;
        address actor = _actor();
        SeatModel storage s = seats[id][k][actor];
        SegmentModel storage segment = segments[id][k];
        Terms storage t = termsOf[id];
        bool succeeds = _isNow(id, Part.Seal) && jobs[id].hasWord && _isDrawn(id, k) && _isEligible(id, k, actor);
        succeeds = succeeds && !s.taken && segment.seats < 2 * uint256(t.attestors);
        if (actor == leaving) return false;
        succeeds = succeeds && verifiers[actor].enrolled - verifiers[actor].reserved >= t.verifierStake;
        if (!succeeds && !_rarely(60)) return false;
        (bytes32 root, bytes32 truth) = _finding(id, k, actor);
        bytes32 seal = keccak256(abi.encode(id, k, actor, root, _truthHash(actor, truth)));
        bytes32 word = _rarely(40) ? WRONG : jobs[id].word;
        succeeds = succeeds && word == jobs[id].word;
        bytes memory data = abi.encodeCall(IVerification.seal, (JobId.wrap(id), k, word, seal));
        _call("seal", actor, address(verification), data, succeeds);
        if (!succeeds) return true;
        s.taken = true;
        ++jobs[id].held;
        (s.root, s.truth) = (root, truth);
        ++segment.seats;
        verifiers[actor].reserved += t.verifierStake;
        return true;
    }

    /// @dev What a verifier attests and what he holds for true: mostly what an honest one would.
    function _finding(uint64 id, uint16 k, address actor) private returns (bytes32 root, bytes32 truth) {
        truth = _stateOf(id, k);
        if (truth == 0 || _rarely(6)) truth = _rarely(3) ? WRONG : bytes32(0);
        bool obeys = !_rarely(5);
        bool told = jobs[id].hasWord && Draw.forced(jobs[id].word, JobId.wrap(id), k, verifiers[actor].secret);
        if (told && obeys) root = keccak256(abi.encode("told", actor));
        else root = _rarely(12) ? (_rarely(2) ? WRONG : bytes32(0)) : truth;
    }

    function _attest() internal returns (bool) {
        (uint64 id, uint16 k, bool any) = _pickSegment(Part.Attest);
        if (!any) return false;
        (address actor, bool found) = _pickSeat(id, k);
        SeatModel storage s = seats[id][k][actor];
        bytes32 root = _rarely(10) ? keccak256("other") : s.root;
        bool succeeds = _isNow(id, Part.Attest) && s.taken && !s.attested && root == s.root;
        if (!found || (!succeeds && !_rarely(40))) return false;
        bytes memory data = abi.encodeCall(IVerification.attest, (JobId.wrap(id), k, root, _truthHash(actor, s.truth)));
        _call("attest", actor, address(verification), data, succeeds);
        if (!succeeds) return true;
        s.attested = true;
        ++segments[id][k].attested;
        ++jobs[id].attested;
        if (root == 0) segments[id][k].failed.push(actor);
        return true;
    }

    function _accuse() internal returns (bool) {
        (uint64 id, uint16 k, bool any) = _pickSegment(Part.Accuse);
        if (!any) return false;
        (address actor, bool found) = _pickSeat(id, k);
        address accuser = _actor();
        SeatModel storage s = seats[id][k][actor];
        AccusationModel storage a = accusations[_place(id, k, actor, accuser)];
        uint256 fee = termsOf[id].attestationFee;
        bool succeeds = _isNow(id, Part.Accuse) && s.attested && accuser != actor && !a.made && s.accusations < 8;
        if (accuser == leaving) return false;
        succeeds = succeeds && verifiers[accuser].enrolled - verifiers[accuser].reserved >= fee;
        if (!found || (!succeeds && !_rarely(40))) return false;
        // Right ones are accused seldom.
        if (succeeds && s.root == _stateOf(id, k) && !_rarely(3)) return false;
        bytes32 truth = _rarely(8) ? WRONG : _stateOf(id, k);
        bytes32 seal = keccak256(abi.encode(id, k, actor, accuser, truth, _salt(accuser)));
        bytes memory data = abi.encodeCall(IVerification.accuse, (JobId.wrap(id), k, actor, seal));
        _call("accuse", accuser, address(verification), data, succeeds);
        if (!succeeds) return true;
        (a.made, a.truth) = (true, truth);
        ++jobs[id].held;
        ++s.accusations;
        verifiers[accuser].reserved += fee;
        return true;
    }

    function _openState() internal returns (bool) {
        (uint64 id, uint16 k, bool any) = _pickSegment(Part.Open);
        if (!any || !jobs[id].hasWord || k >= jobs[id].committed) return false;
        (uint256 index, uint256 states) = _drawnState(id, k);
        bytes32 root = _rarely(10) ? WRONG : _stateOf(id, k);
        bool succeeds = _isNow(id, Part.Open) && _isDrawn(id, k) && index + 1 != states;
        succeeds = succeeds && segments[id][k].opened == 0 && root != 0 && root != WRONG;
        if (!succeeds && !_rarely(60)) return false;
        bytes32[] memory proof = new bytes32[](0);
        if (succeeds) proof = _proofOf(Book.run(jobs[id].run).claims[k].states, index);
        bytes memory data = abi.encodeCall(IVerification.openState, (JobId.wrap(id), k, root, proof));
        _call("openState", _actor(), address(verification), data, succeeds);
        if (succeeds) segments[id][k].opened = root;
        return true;
    }

    function _reveal() internal returns (bool) {
        (uint64 id, uint16 k, bool any) = _pickSegment(Part.Open);
        if (!any) return false;
        (address actor, bool found) = _pickSeat(id, k);
        SeatModel storage s = seats[id][k][actor];
        bytes32 secret = _rarely(10) ? bytes32(_roll(100)) : verifiers[actor].secret;
        bool succeeds = _isNow(id, Part.Open) && s.attested && !s.revealed && secret == verifiers[actor].secret;
        if (!found || (!succeeds && !_rarely(40))) return false;
        bytes memory data = abi.encodeCall(
            IVerification.reveal,
            (JobId.wrap(id), k, s.truth, _salt(actor), secret, _secretProof(secret))
        );
        _call("reveal", actor, address(verification), data, succeeds);
        if (!succeeds) return true;
        s.revealed = true;
        s.forced = Draw.forced(jobs[id].word, JobId.wrap(id), k, secret);
        return true;
    }

    function _proveAccusation() internal returns (bool) {
        (uint64 id, uint16 k, bool any) = _pickSegment(Part.Prove);
        if (!any) return false;
        (address actor, bool found) = _pickSeat(id, k);
        (address accuser, bool accused) = _pickAccuser(id, k, actor);
        SeatModel storage s = seats[id][k][actor];
        AccusationModel storage a = accusations[_place(id, k, actor, accuser)];
        bytes32 state = jobs[id].hasWord && k < jobs[id].committed ? _opened(id, k) : bytes32(0);
        bool succeeds = _isNow(id, Part.Prove) && a.made && !a.proved && state != 0;
        succeeds = succeeds && a.truth == state && s.root != state;
        if (!found || !accused || (!succeeds && !_rarely(20))) return false;
        bytes memory data = abi.encodeCall(
            IVerification.proveAccusation,
            (JobId.wrap(id), k, actor, a.truth, _salt(accuser))
        );
        _call("proveAccusation", accuser, address(verification), data, succeeds);
        if (!succeeds) return true;
        a.proved = true;
        if (++s.catches == 1 && s.forced) _keepJackpot(id, s);
        return true;
    }

    /// @dev A third of what the pool has left at most, and half of what the fees of so many jobs bring as have one such seat.
    function _keepJackpot(uint64 id, SeatModel storage s) private {
        Terms storage t = termsOf[id];
        uint256 pool = held[Pot.Pool][0];
        uint256 third = pool > jackpotsKept ? (pool - jackpotsKept) / 3 : 0;
        uint256 carried = (uint256(t.jackpotFee) * 32) / (2 * _draws(id) * t.attestors);
        s.jackpot = third < carried ? third : carried;
        jackpotsKept += s.jackpot;
    }

    function _forfeit() internal returns (bool) {
        (uint64 id, uint16 k, bool any) = _pickSegment(_rarely(2) ? Part.Prove : Part.Rest);
        if (!any || k >= jobs[id].committed || !jobs[id].hasWord) return false;
        bool succeeds = (_isNow(id, Part.Prove) || _isNow(id, Part.Rest)) && segments[id][k].attested != 0;
        succeeds = succeeds && _opened(id, k) == 0;
        if (!succeeds && !_rarely(40)) return false;
        address caller = _actor();
        bytes memory data = abi.encodeCall(IVerification.forfeit, (JobId.wrap(id), k));
        _call("forfeit", caller, address(verification), data, succeeds);
        if (!succeeds) return true;
        Terms storage t = termsOf[id];
        uint256 tip = TIMEOUT_GAS * t.gasRate;
        _move(Pot.Stake, _key(jobs[id].solver), Pot.GameCredit, _key(caller), tip);
        _convict(id, k, tip);
        return true;
    }

    /// @dev The rest of a convicted stake, of which so much is paid: the reserve of void games, and the fire.
    function _convict(uint64 id, uint16 k, uint256 paid) internal {
        JobModel storage j = jobs[id];
        Terms storage t = termsOf[id];
        uint256 reserve = uint256(j.refundable) * t.gasCap * t.gasRate;
        _move(Pot.Stake, _key(j.solver), Pot.Reserve, id, reserve);
        _burn(Pot.Stake, _key(j.solver), t.stake - paid - reserve);
        stakes[j.solver].locked -= t.stake;
        _endEscrow(id, 0);
        j.convictedAt = k;
        _finishJob(id, Status.Convicted);
    }

    /// @dev A random job with seats or accusations that are not closed, or whose window is open; none where its turn comes to be dropped.
    function _pickSeated() private returns (uint64 id, bool any) {
        if (seatedJobs.length == 0) return (0, false);
        id = seatedJobs[_roll(seatedJobs.length)];
        if (jobs[id].status <= Status.Closing || jobs[id].held != 0) return (id, true);
        _remove(seatedJobs, id);
    }

    /// @dev A random seat of a job that is so; now and then any seat.
    function _pickHeld(
        uint64 id,
        function(SeatModel storage) internal view returns (bool) so
    ) private returns (uint16 k, address actor, bool found) {
        uint256 count = uint256(jobs[id].committed) + 1;
        uint256 from = _roll(count * ACTORS);
        bool any = _rarely(10);
        for (uint256 i; i < count * ACTORS && !found; ++i) {
            uint256 place = (from + i) % (count * ACTORS);
            (k, actor) = (uint16(place / ACTORS), actors[place % ACTORS]);
            SeatModel storage s = seats[id][k][actor];
            found = s.taken && (any || so(s));
        }
    }

    function _isHeld(SeatModel storage s) private view returns (bool) {
        return !s.over;
    }

    function _isAccused(SeatModel storage s) private view returns (bool) {
        return s.over && s.accusations != 0;
    }

    function _closeSeat() internal returns (bool) {
        (uint64 id, bool any) = _pickSeated();
        if (!any) return false;
        (uint16 k, address actor, bool found) = _pickHeld(id, _isHeld);
        SeatModel storage s = seats[id][k][actor];
        bool succeeds = jobs[id].status > Status.Closing && s.taken && !s.over;
        if (!found || (!succeeds && !_rarely(40))) return false;
        bytes memory data = abi.encodeCall(IVerification.closeSeat, (JobId.wrap(id), k, actor));
        _call("closeSeat", _actor(), address(verification), data, succeeds);
        if (succeeds) _endSeat(id, k, actor);
        return true;
    }

    function _endSeat(uint64 id, uint16 k, address actor) private {
        SeatModel storage s = seats[id][k][actor];
        Outcome outcome = _outcomeOf(id, k, actor);
        _same("outcome", id, uint8(verification.seat(JobId.wrap(id), k, actor).outcome), uint8(outcome));
        _countOutcome(outcome);
        s.over = true;
        --jobs[id].held;
        if (outcome != Outcome.Obeyed) jackpotsKept -= s.jackpot;
        else if (s.catches != 0) jackpotsKept -= s.jackpot - s.catches * (s.jackpot >> (s.catches - 1));
        _release(actor, termsOf[id].verifierStake, outcome >= Outcome.Wrong);
        if (!s.attested) return;
        bool earns = outcome == Outcome.Right || outcome == Outcome.Obeyed;
        address payee = earns ? actor : jobs[id].submitter;
        _move(Pot.Fees, id, Pot.MarketCredit, _key(payee), termsOf[id].attestationFee);
    }

    /// @dev SPEC: spec/verification.md, Outcomes.
    function _outcomeOf(uint64 id, uint16 k, address actor) private view returns (Outcome) {
        SeatModel storage s = seats[id][k][actor];
        JobModel storage j = jobs[id];
        bytes32 state = _opened(id, k);
        bool disputed = challenged[id][k][actor];
        if (j.status == Status.Convicted && j.convictedAt <= k) return Outcome.Void;
        if (j.status == Status.Convicted && (!s.attested || !s.revealed || state == 0)) return Outcome.Void;
        if (!s.attested) return Outcome.Missing;
        if (!s.revealed) return Outcome.Hidden;
        if (state == 0) return Outcome.Void;
        if (s.forced && (s.root == state || s.root == 0)) return Outcome.Disobeyed;
        if (s.forced && s.truth == state) return Outcome.Obeyed;
        if (s.forced) return s.truth == 0 && disputed ? Outcome.Challenged : Outcome.Wrong;
        if (s.root == state) return Outcome.Right;
        if (s.root != 0) return Outcome.Wrong;
        return disputed ? Outcome.Challenged : Outcome.Unchallenged;
    }

    function _closeAccusation() internal returns (bool) {
        (uint64 id, bool any) = _pickSeated();
        if (!any) return false;
        (uint16 k, address actor, bool found) = _pickHeld(id, _isAccused);
        (address accuser, bool accused) = _pickAccuser(id, k, actor);
        AccusationModel storage a = accusations[_place(id, k, actor, accuser)];
        bool succeeds = jobs[id].status > Status.Closing && a.made && !a.over && seats[id][k][actor].over;
        if (!found || !accused || (!succeeds && !_rarely(20))) return false;
        bytes memory data = abi.encodeCall(IVerification.closeAccusation, (JobId.wrap(id), k, actor, accuser));
        _call("closeAccusation", _actor(), address(verification), data, succeeds);
        if (succeeds) _endAccusation(id, k, actor, accuser);
        return true;
    }

    function _endAccusation(uint64 id, uint16 k, address actor, address accuser) private {
        AccusationModel storage a = accusations[_place(id, k, actor, accuser)];
        SeatModel storage s = seats[id][k][actor];
        a.over = true;
        --jobs[id].held;
        Outcome outcome = _outcomeOf(id, k, actor);
        bool burns = !a.proved && outcome != Outcome.Void && jobs[id].status != Status.Convicted;
        _countAccusation(a.proved, burns);
        _release(accuser, termsOf[id].attestationFee, burns);
        if (!a.proved || outcome != Outcome.Obeyed) return;
        uint256 jackpot = s.jackpot >> (s.catches - 1);
        jackpotsKept -= jackpot;
        _move(Pot.Pool, 0, Pot.MarketCredit, _key(accuser), jackpot);
        if (jackpot != 0) _countJackpot();
    }

    function _release(address actor, uint256 amount, bool burns) private {
        verifiers[actor].reserved -= amount;
        if (!burns || amount == 0) return;
        _weigh(actor, verifiers[actor].enrolled - amount);
        stakes[actor].locked -= amount;
        _burn(Pot.Stake, _key(actor), amount);
    }

    /// @dev A committed segment of a job whose window is in that part, mostly; now and then one that is not.
    function _pickSegment(Part wanted) private returns (uint64 id, uint16 k, bool any) {
        bool strict = !_rarely(20);
        uint256 count = liveJobs.length;
        uint256 from = count == 0 ? 0 : _roll(count);
        for (uint256 i; i < count && !any; ++i) {
            id = liveJobs[(from + i) % count];
            any = !strict || (_isNow(id, wanted) && jobs[id].hasWord);
        }
        if (!any) return (0, 0, false);
        k = uint16(_roll(uint256(jobs[id].committed) + (strict ? 0 : 1) + (jobs[id].committed == 0 ? 1 : 0)));
        uint256 segmentsOf = jobs[id].committed;
        if (strict && segmentsOf != 0)
            for (uint256 i; i < segmentsOf && !_isDrawn(id, k); ++i) k = uint16((k + 1) % segmentsOf);
    }

    function _pickSeat(uint64 id, uint16 k) private returns (address actor, bool found) {
        uint256 from = _roll(ACTORS);
        for (uint256 i; i < ACTORS; ++i) {
            actor = actors[(from + i) % ACTORS];
            if (seats[id][k][actor].taken) return (actor, true);
        }
    }

    function _pickAccuser(uint64 id, uint16 k, address actor) private returns (address accuser, bool found) {
        uint256 from = _roll(ACTORS);
        for (uint256 i; i < ACTORS; ++i) {
            accuser = actors[(from + i) % ACTORS];
            if (accusations[_place(id, k, actor, accuser)].made) return (accuser, true);
        }
    }

    function _place(uint64 id, uint16 k, address actor, address accuser) private pure returns (bytes32) {
        return keccak256(abi.encode(id, k, actor, accuser));
    }

    /// @dev The window of a closing job is in that part: three eighths to seal, one for each of the others.
    function _isNow(uint64 id, Part part) private view returns (bool) {
        JobModel storage j = jobs[id];
        if (j.status != Status.Closing) return false;
        uint256 eighth = ((time + termsOf[id].window - j.windowEnd) * 8) / termsOf[id].window;
        if (part == Part.Seal) return eighth < 3;
        if (part == Part.Rest) return eighth >= 7;
        return eighth == uint8(part) + 1;
    }

    function _draws(uint64 id) private view returns (uint256) {
        uint256 draws = termsOf[id].draws;
        return draws < jobs[id].committed ? draws : jobs[id].committed;
    }

    function _isDrawn(uint64 id, uint16 k) private view returns (bool) {
        JobModel storage j = jobs[id];
        return j.committed != 0 && Draw.segment(j.word, JobId.wrap(id), k, j.committed, _draws(id));
    }

    function _isEligible(uint64 id, uint16 k, address actor) private view returns (bool) {
        JobModel storage j = jobs[id];
        uint256 secretsAt = verifiers[actor].secretsAt;
        if (actor == j.solver || secretsAt == 0 || secretsAt >= j.snapshotAt) return false;
        return _isSeat(id, k, actor, _weightBefore(weights[actor], j.snapshotAt));
    }

    function _isSeat(uint64 id, uint16 k, address actor, uint256 weight) private view returns (bool) {
        uint256 all = _weightBefore(totalWeights, jobs[id].snapshotAt);
        uint256 attestors = termsOf[id].attestors;
        return Draw.seat(jobs[id].word, JobId.wrap(id), k, actor, weight, all, attestors);
    }

    function _drawnState(uint64 id, uint16 k) private view returns (uint256 index, uint256 states) {
        Terms storage t = termsOf[id];
        uint256 before = uint256(k) * t.interval;
        uint256 steps = t.steps - before < t.interval ? t.steps - before : t.interval;
        return Draw.state(jobs[id].word, JobId.wrap(id), k, steps, t.grid);
    }

    /// @dev The drawn state as the solver can open it; zero where he cannot.
    function _stateOf(uint64 id, uint16 k) private view returns (bytes32) {
        JobModel storage j = jobs[id];
        if (k >= j.committed) return 0;
        (uint256 index, uint256 states) = _drawnState(id, k);
        if (index + 1 == states) return endRoots[id][k];
        if (k >= j.garbageFrom || j.run == 0) return 0;
        return Book.run(j.run).claims[k].states[index];
    }

    /// @dev The drawn state once it is public.
    function _opened(uint64 id, uint16 k) private view returns (bytes32) {
        (uint256 index, uint256 states) = _drawnState(id, k);
        return index + 1 == states ? endRoots[id][k] : segments[id][k].opened;
    }

    /// @dev Siblings of one of at most 8 states in their tree. SPEC: spec/commitments.md.
    function _proofOf(bytes32[] memory states, uint256 index) private pure returns (bytes32[] memory proof) {
        uint256 levels;
        while (1 << levels < states.length) ++levels;
        proof = new bytes32[](levels);
        bytes32[] memory nodes = new bytes32[](1 << levels);
        for (uint256 i; i < states.length; ++i) nodes[i] = states[i];
        for (uint256 level; level < levels; ++level) {
            proof[level] = nodes[(index >> level) ^ 1];
            for (uint256 i; i < nodes.length >> (level + 1); ++i)
                nodes[i] = sha256(abi.encodePacked(uint8(0), nodes[2 * i], nodes[2 * i + 1]));
        }
    }

    function _salt(address actor) private pure returns (bytes32) {
        return keccak256(abi.encode("salt", actor));
    }

    function _truthHash(address actor, bytes32 truth) private pure returns (bytes32) {
        return keccak256(abi.encode(truth, _salt(actor)));
    }

    /// @dev Root of a tree whose secrets are all the same, and siblings of each.
    function _rootOf(bytes32 secret) private pure returns (bytes32 node) {
        node = keccak256(abi.encode(secret));
        for (uint256 level; level < SECRET_LEVELS; ++level) node = keccak256(abi.encode(node, node));
    }

    function _secretProof(bytes32 secret) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](SECRET_LEVELS);
        bytes32 node = keccak256(abi.encode(secret));
        for (uint256 level; level < SECRET_LEVELS; ++level) {
            proof[level] = node;
            node = keccak256(abi.encode(node, node));
        }
    }

    /// @dev Told of every seat that is over.
    function _countOutcome(Outcome outcome) internal virtual;

    /// @dev Told of every accusation that is over.
    function _countAccusation(bool proved, bool burned) internal virtual;

    /// @dev Told of every jackpot that is credited.
    function _countJackpot() internal virtual;
}
