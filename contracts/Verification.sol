// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IJobMarket} from "./interfaces/IJobMarket.sol";
import {IPinpoint} from "./interfaces/IPinpoint.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {IVerification} from "./interfaces/IVerification.sol";
import {Draw} from "./libraries/Draw.sol";
import {Merkle} from "./libraries/Merkle.sol";
import {JobId} from "./types/Ids.sol";
import {Claim, SamplingTerms, Status} from "./types/Job.sol";
import {FORCED_ONE_IN, MAX_ACCUSATIONS} from "./types/Rules.sol";
import {Accusation, Outcome, Part, Seat, Verifier} from "./types/Verification.sol";

/// @title Verification by draw: seats, seals, attestations, accusations
contract Verification is IVerification {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    /// @dev What is known of a drawn segment.
    /// @param seats Seats taken.
    /// @param attested Seats attested.
    /// @param state The opened state; zero while it is not.
    /// @param failed Who attested that it fails.
    struct Segment {
        uint8 seats;
        uint8 attested;
        bytes32 state;
        address[] failed;
    }

    /// @notice Whose jobs are verified.
    IJobMarket public immutable market;

    /// @notice Where stakes are locked.
    IStaking public immutable staking;

    /// @notice Where failures are disputed.
    IPinpoint public immutable pinpoint;

    /// @notice Whose word draws.
    IBeacon public immutable beacon;

    /// @inheritdoc IVerification
    mapping(JobId jobId => uint256 count) public override attestedSeats;

    /// @dev Jackpots that are kept for catches and not yet credited.
    uint256 private _jackpotsKept;

    Checkpoints.Trace208 private _total;
    mapping(address account => Checkpoints.Trace208) private _weights;
    mapping(address account => Verifier) private _verifiers;
    mapping(JobId jobId => mapping(uint256 k => Segment)) private _segments;
    mapping(JobId jobId => mapping(uint256 k => mapping(address account => Seat))) private _seats;
    mapping(JobId jobId => mapping(uint256 k => mapping(address account => mapping(address accuser => Accusation))))
        private _accusations;

    /// @param market_ Whose jobs are verified; must be bound to this contract afterwards, as the others.
    /// @param staking_ Where stakes are locked.
    /// @param pinpoint_ Where failures are disputed.
    /// @param beacon_ Whose word draws; the market's.
    constructor(IJobMarket market_, IStaking staking_, IPinpoint pinpoint_, IBeacon beacon_) {
        market = market_;
        staking = staking_;
        pinpoint = pinpoint_;
        beacon = beacon_;
    }

    /// @inheritdoc IVerification
    function enroll(uint256 amount, bytes32 secretsRoot) external override {
        Verifier storage v = _verifiers[msg.sender];
        uint256 enrolled = v.enrolled + amount;
        if (enrolled == 0) revert ZeroAmount();
        if (secretsRoot != v.secretsRoot) {
            if (v.reserved != 0) revert StakeReserved(msg.sender, v.reserved);
            v.secretsRoot = secretsRoot;
            v.secretsAt = uint64(block.timestamp);
        }
        _setEnrolled(msg.sender, v, enrolled);
        emit Enrolled(msg.sender, amount, enrolled, secretsRoot);
        if (amount != 0) staking.lock(msg.sender, amount);
    }

    /// @inheritdoc IVerification
    function resign() external override {
        Verifier storage v = _verifiers[msg.sender];
        uint256 enrolled = v.enrolled;
        if (enrolled == 0) revert NotEnrolled(msg.sender);
        if (v.reserved != 0) revert StakeReserved(msg.sender, v.reserved);
        _setEnrolled(msg.sender, v, 0);
        emit Resigned(msg.sender, enrolled);
        staking.unlock(msg.sender, enrolled);
    }

    /// @inheritdoc IVerification
    function seal(JobId jobId, uint16 k, bytes32 word, bytes32 seal_) external override {
        SamplingTerms memory t = _inPart(jobId, Part.Seal);
        bytes32 drawing = _word(t);
        if (word != drawing) revert WrongWord(drawing, word);
        if (!Draw.segment(word, jobId, k, t.committed, t.draws)) revert NotDrawn(jobId, k);
        if (!_eligible(t, word, jobId, k, msg.sender)) revert NoSeat(jobId, k, msg.sender);
        Seat storage s = _seats[jobId][k][msg.sender];
        if (s.seal != 0 || seal_ == 0) revert AlreadySealed(jobId, k, msg.sender);
        Segment storage segment = _segments[jobId][k];
        uint8 seats = segment.seats;
        uint256 most = 2 * uint256(t.attestors);
        if (seats >= most) revert SeatsFull(jobId, k, most);
        segment.seats = seats + 1;
        s.seal = seal_;
        _reserve(msg.sender, t.verifierStake);
        emit Sealed(jobId, k, msg.sender, seal_);
    }

    /// @inheritdoc IVerification
    function attest(JobId jobId, uint16 k, bytes32 root, bytes32 truthHash) external override {
        _inPart(jobId, Part.Attest);
        Seat storage s = _seats[jobId][k][msg.sender];
        if (s.seal == 0 || s.attested) revert WrongSeat(jobId, k, msg.sender);
        _requireSeal(keccak256(abi.encode(jobId, k, msg.sender, root, truthHash)), s.seal);
        s.attested = true;
        s.root = root;
        s.truthHash = truthHash;
        Segment storage segment = _segments[jobId][k];
        ++segment.attested;
        ++attestedSeats[jobId];
        if (root == 0) segment.failed.push(msg.sender);
        emit Attested(jobId, k, msg.sender, root, truthHash);
    }

    /// @inheritdoc IVerification
    function accuse(JobId jobId, uint16 k, address account, bytes32 seal_) external override {
        SamplingTerms memory t = _inPart(jobId, Part.Accuse);
        if (account == msg.sender) revert OwnSeat(account);
        Seat storage s = _seats[jobId][k][account];
        if (!s.attested || seal_ == 0) revert WrongSeat(jobId, k, account);
        Accusation storage a = _accusations[jobId][k][account][msg.sender];
        if (a.seal != 0) revert AlreadyAccused(jobId, k, account, msg.sender);
        uint8 accusations = s.accusations;
        if (accusations >= MAX_ACCUSATIONS) revert AccusationsFull(jobId, k, account, MAX_ACCUSATIONS);
        s.accusations = accusations + 1;
        a.seal = seal_;
        _reserve(msg.sender, t.attestationFee);
        emit Accused(jobId, k, account, msg.sender, seal_);
    }

    /// @inheritdoc IVerification
    function openState(JobId jobId, uint16 k, bytes32 root, bytes32[] calldata proof) external override {
        SamplingTerms memory t = _inPart(jobId, Part.Open);
        bytes32 word = _word(t);
        if (!Draw.segment(word, jobId, k, t.committed, t.draws)) revert NotDrawn(jobId, k);
        Claim memory claim = market.claim(jobId, k);
        (uint256 index, uint256 states) = Draw.state(word, jobId, k, claim.steps, claim.grid);
        Segment storage segment = _segments[jobId][k];
        if (segment.state != 0 || index + 1 == states) revert NothingToOpen(jobId, k);
        Merkle.check(root, index, states, proof, claim.segmentRoot);
        segment.state = root;
        emit StateOpened(jobId, k, root);
    }

    /// @inheritdoc IVerification
    function reveal(
        JobId jobId,
        uint16 k,
        bytes32 truth,
        bytes32 salt,
        bytes32 secret,
        bytes32[] calldata proof
    ) external override {
        SamplingTerms memory t = _inPart(jobId, Part.Open);
        Seat storage s = _seats[jobId][k][msg.sender];
        if (!s.attested || s.revealed) revert WrongSeat(jobId, k, msg.sender);
        _requireSeal(keccak256(abi.encode(truth, salt)), s.truthHash);
        _requireSeal(Draw.secretsRoot(jobId, k, secret, proof), _verifiers[msg.sender].secretsRoot);
        bool forced = Draw.forced(_word(t), jobId, k, secret);
        s.revealed = true;
        s.forced = forced;
        s.truth = truth;
        emit SecretRevealed(jobId, k, msg.sender, forced, truth);
    }

    /// @inheritdoc IVerification
    function proveAccusation(JobId jobId, uint16 k, address account, bytes32 truth, bytes32 salt) external override {
        SamplingTerms memory t = _inPart(jobId, Part.Prove);
        Accusation storage a = _accusations[jobId][k][account][msg.sender];
        if (a.seal == 0 || a.proved) revert NoAccusation(jobId, k, account, msg.sender);
        _requireSeal(keccak256(abi.encode(jobId, k, account, msg.sender, truth, salt)), a.seal);
        bytes32 state = openedState(jobId, k);
        if (state == 0) revert NotOpened(jobId, k);
        Seat storage s = _seats[jobId][k][account];
        if (truth != state || s.root == state) revert NotWrong(jobId, k, account, truth);
        a.proved = true;
        uint8 catches = s.catches + 1;
        s.catches = catches;
        if (catches == 1 && s.forced) _keepJackpot(s, t);
        emit Caught(jobId, k, account, msg.sender, catches);
    }

    /// @inheritdoc IVerification
    function forfeit(JobId jobId, uint16 k) external override {
        (SamplingTerms memory t, Part part) = _closing(jobId);
        if (part < Part.Prove) revert WrongPart(jobId, part, Part.Prove);
        if (_segments[jobId][k].attested == 0 || openedState(jobId, k) != 0) revert NothingToOpen(jobId, k);
        // A word that came too late for anyone to open would convict for nothing.
        _word(t);
        pinpoint.forfeit(jobId, k, msg.sender);
    }

    /// @inheritdoc IVerification
    function closeSeat(JobId jobId, uint16 k, address account) external override {
        SamplingTerms memory t = _finished(jobId);
        Seat storage s = _seats[jobId][k][account];
        if (s.seal == 0 || s.outcome != Outcome.None) revert WrongSeat(jobId, k, account);
        Outcome outcome = _outcome(jobId, k, account, s, t);
        s.outcome = outcome;
        // Of a jackpot only what its catchers will be credited stays kept.
        uint256 owed = outcome == Outcome.Obeyed ? _share(s) * s.catches : 0;
        _jackpotsKept -= s.jackpot - owed;
        bool wrong = outcome >= Outcome.Wrong;
        emit SeatClosed(jobId, k, account, outcome, wrong ? t.verifierStake : 0);
        _release(account, t.verifierStake, wrong);
        bool earned = outcome == Outcome.Right || outcome == Outcome.Obeyed;
        if (s.attested) market.payFee(jobId, earned ? account : address(0));
    }

    /// @inheritdoc IVerification
    function closeAccusation(JobId jobId, uint16 k, address account, address accuser) external override {
        SamplingTerms memory t = _finished(jobId);
        Seat storage s = _seats[jobId][k][account];
        Accusation storage a = _accusations[jobId][k][account][accuser];
        if (a.seal == 0 || a.closed) revert NoAccusation(jobId, k, account, accuser);
        if (s.outcome == Outcome.None) revert WrongSeat(jobId, k, account);
        a.closed = true;
        bool wrong = !a.proved && s.outcome != Outcome.Void && t.status != Status.Convicted;
        uint256 jackpot = a.proved && s.outcome == Outcome.Obeyed ? _share(s) : 0;
        _jackpotsKept -= jackpot;
        emit AccusationClosed(jobId, k, account, accuser, jackpot, wrong ? t.attestationFee : 0);
        _release(accuser, t.attestationFee, wrong);
        if (jackpot != 0) market.payJackpot(jobId, accuser, jackpot);
    }

    /// @inheritdoc IVerification
    function verifier(address account) external view override returns (Verifier memory) {
        return _verifiers[account];
    }

    /// @inheritdoc IVerification
    function weightAt(address account, uint64 time) public view override returns (uint256 weight, uint256 total) {
        weight = _weights[account].upperLookupRecent(uint48(time));
        total = _total.upperLookupRecent(uint48(time));
    }

    /// @inheritdoc IVerification
    function seat(JobId jobId, uint16 k, address account) external view override returns (Seat memory) {
        return _seats[jobId][k][account];
    }

    /// @inheritdoc IVerification
    function accusation(
        JobId jobId,
        uint16 k,
        address account,
        address accuser
    ) external view override returns (Accusation memory) {
        return _accusations[jobId][k][account][accuser];
    }

    /// @inheritdoc IVerification
    function partOf(JobId jobId) external view override returns (Part) {
        SamplingTerms memory t = market.samplingTerms(jobId);
        return t.status == Status.Closing ? Draw.part(block.timestamp - t.closedAt, t.window) : Part.None;
    }

    /// @inheritdoc IVerification
    function drawn(JobId jobId, uint16 k) external view override returns (bool) {
        SamplingTerms memory t = market.samplingTerms(jobId);
        return Draw.segment(_word(t), jobId, k, t.committed, t.draws);
    }

    /// @inheritdoc IVerification
    function eligible(JobId jobId, uint16 k, address account) external view override returns (bool) {
        SamplingTerms memory t = market.samplingTerms(jobId);
        return _eligible(t, _word(t), jobId, k, account);
    }

    /// @inheritdoc IVerification
    function drawnState(JobId jobId, uint16 k) public view override returns (uint256 index, uint256 states) {
        Claim memory claim = market.claim(jobId, k);
        return Draw.state(_word(market.samplingTerms(jobId)), jobId, k, claim.steps, claim.grid);
    }

    /// @inheritdoc IVerification
    function openedState(JobId jobId, uint16 k) public view override returns (bytes32) {
        (uint256 index, uint256 states) = drawnState(jobId, k);
        return index + 1 == states ? market.checkpoint(jobId, k).stateRoot : _segments[jobId][k].state;
    }

    /// @inheritdoc IVerification
    function seatsTaken(JobId jobId, uint16 k) external view override returns (uint256) {
        return _segments[jobId][k].seats;
    }

    /// @inheritdoc IVerification
    function failed(JobId jobId, uint16 k) external view override returns (address[] memory) {
        return _segments[jobId][k].failed;
    }

    /// @dev How a seat of a finished job ends. SPEC: spec/verification.md, Outcomes; the same table as `outcomeOf` in
    /// protocol/verification.ts.
    function _outcome(
        JobId jobId,
        uint16 k,
        address account,
        Seat storage s,
        SamplingTerms memory t
    ) private view returns (Outcome) {
        bool convicted = t.status == Status.Convicted;
        if (convicted && k >= t.convictedCheckpoint) return Outcome.Void;
        bytes32 state = openedState(jobId, k);
        bool complete = s.attested && s.revealed && state != 0;
        if (convicted && !complete) return Outcome.Void;
        if (!s.attested) return Outcome.Missing;
        if (!s.revealed) return Outcome.Hidden;
        if (state == 0) return Outcome.Void;
        bool challenged = s.truth == 0 && pinpoint.challenged(jobId, k, account);
        if (s.forced) {
            if (s.root == state || s.root == 0) return Outcome.Disobeyed;
            if (s.truth == state) return Outcome.Obeyed;
            return challenged ? Outcome.Challenged : Outcome.Wrong;
        }
        if (s.root == state) return Outcome.Right;
        if (s.root != 0) return Outcome.Wrong;
        return pinpoint.challenged(jobId, k, account) ? Outcome.Challenged : Outcome.Unchallenged;
    }

    /// @dev Seats go by stake as it was before the job's last commitment, and to secrets that are as old.
    function _eligible(
        SamplingTerms memory t,
        bytes32 word,
        JobId jobId,
        uint16 k,
        address account
    ) private view returns (bool) {
        uint256 secretsAt = _verifiers[account].secretsAt;
        if (account == t.solver || secretsAt == 0 || secretsAt >= t.snapshotAt) return false;
        (uint256 weight, uint256 total) = weightAt(account, t.snapshotAt - 1);
        return Draw.seat(word, jobId, k, account, weight, total, t.attestors);
    }

    /// @dev The terms of a job whose window is in that part.
    function _inPart(JobId jobId, Part needed) private view returns (SamplingTerms memory t) {
        Part part;
        (t, part) = _closing(jobId);
        if (part != needed) revert WrongPart(jobId, part, needed);
    }

    function _closing(JobId jobId) private view returns (SamplingTerms memory t, Part part) {
        t = market.samplingTerms(jobId);
        if (t.status != Status.Closing) revert JobNotClosing(jobId);
        part = Draw.part(block.timestamp - t.closedAt, t.window);
    }

    function _finished(JobId jobId) private view returns (SamplingTerms memory t) {
        t = market.samplingTerms(jobId);
        if (t.status <= Status.Closing) revert JobNotFinished(jobId);
    }

    function _word(SamplingTerms memory t) private view returns (bytes32 word) {
        word = beacon.wordOf(t.drawBlock);
        if (word == 0) revert NoWord(t.drawBlock);
    }

    function _requireSeal(bytes32 given, bytes32 expected) private pure {
        if (given != expected) revert WrongSeal(expected, given);
    }

    function _setEnrolled(address account, Verifier storage v, uint256 enrolled) private {
        uint256 total = _total.latest() + enrolled - v.enrolled;
        v.enrolled = enrolled.toUint128();
        uint48 now_ = uint48(block.timestamp);
        _weights[account].push(now_, enrolled.toUint208());
        _total.push(now_, total.toUint208());
    }

    /// @dev Puts a part of the enrolled stake behind a seat or an accusation.
    function _reserve(address account, uint256 amount) private {
        Verifier storage v = _verifiers[account];
        uint256 unreserved = v.enrolled - v.reserved;
        if (amount > unreserved) revert EnrolledTooSmall(account, unreserved, amount);
        v.reserved += uint128(amount);
    }

    /// @dev Frees what was reserved, or burns it.
    function _release(address account, uint256 amount, bool burn) private {
        Verifier storage v = _verifiers[account];
        v.reserved -= uint128(amount);
        if (!burn || amount == 0) return;
        _setEnrolled(account, v, v.enrolled - amount);
        staking.slash(account, amount, address(0), 0);
    }

    /// @dev What each of n catchers of a forced error gets: a part that makes company, and so accomplices, a loss for all.
    /// ROUNDS: down.
    function _share(Seat storage s) private view returns (uint256) {
        return s.catches == 0 ? 0 : s.jackpot >> (s.catches - 1);
    }

    /// @dev Keeps a jackpot for those who catch a forced error: at most a third of what the pool has left, and so little that the
    /// fees of all jobs carry it. SPEC: spec/verification.md, Jackpots. ROUNDS: down.
    function _keepJackpot(Seat storage s, SamplingTerms memory t) private {
        uint256 left = Math.saturatingSub(market.jackpotPool(), _jackpotsKept);
        uint256 carried = (uint256(t.jackpotFee) * FORCED_ONE_IN) / (2 * uint256(t.draws) * t.attestors);
        uint256 jackpot = Math.min(left / 3, carried);
        s.jackpot = uint128(jackpot);
        _jackpotsKept += jackpot;
    }
}
