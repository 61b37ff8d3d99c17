// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Binding} from "./Binding.sol";
import {Credits} from "./Credits.sol";
import {IJobMarket} from "./interfaces/IJobMarket.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {TermRules} from "./libraries/TermRules.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {CreditReason} from "./types/CreditReason.sol";
import {JobId} from "./types/Ids.sol";
import {Checkpoint, Claim, GameTerms, Job, Status, Terms} from "./types/Job.sol";

/// @title Jobs: escrow, claims, attestations, settlement
/// INVARIANT: the token balance is at least all credits, plus the escrow of every unfinished job, plus the fee of every
/// attestation of a finished job that is neither collected nor released.
contract JobMarket is IJobMarket, Binding, Credits {
    using Tokens for IERC20;

    /// @notice Where solvers' stakes are locked.
    IStaking public immutable staking;

    /// @inheritdoc IJobMarket
    uint256 public immutable override verifierStake;

    /// @inheritdoc IJobMarket
    uint64 public override jobCount;

    mapping(JobId jobId => Job) private _jobs;
    mapping(JobId jobId => Terms) private _terms;
    mapping(JobId jobId => mapping(uint256 k => Checkpoint)) private _checkpoints;
    /// @dev Attestations whose fee is still to be collected or released.
    mapping(JobId jobId => mapping(uint256 k => uint8)) private _attestationCounts;
    mapping(JobId jobId => mapping(uint256 k => mapping(address verifier => Attestation))) private _attestations;

    /// @dev State of one verifier's attestation of one checkpoint.
    enum Attestation {
        None,
        Made,
        Collected
    }

    /// @param token_ The token that jobs are paid in, the one that is staked.
    /// @param staking_ Where stakes are locked; must be bound to this contract afterwards.
    /// @param verifierStake_ Stake that a verifier needs to attest.
    constructor(IERC20 token_, IStaking staking_, uint256 verifierStake_) Credits(token_) {
        if (address(token_) == address(0) || address(staking_) == address(0)) revert ZeroAddress();
        staking = staking_;
        verifierStake = verifierStake_;
    }

    /// @inheritdoc IJobMarket
    function submit(Terms calldata terms_) external override nonReentrant returns (JobId jobId) {
        (uint16 checkpoints, uint256 escrow) = TermRules.check(terms_, staking.unbondingSeconds());
        jobId = JobId.wrap(++jobCount);
        bytes32 termsHash = keccak256(abi.encode(terms_));
        Job storage j = _jobs[jobId];
        j.submitter = msg.sender;
        j.status = Status.Open;
        j.checkpoints = checkpoints;
        j.termsHash = termsHash;
        _terms[jobId] = terms_;
        emit JobSubmitted(jobId, msg.sender, termsHash, escrow, checkpoints, terms_);
        token.pull(escrow);
    }

    /// @inheritdoc IJobMarket
    function cancel(JobId jobId) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Open) revert WrongStatus(jobId, j.status);
        if (msg.sender != j.submitter) revert NotSubmitter(jobId, msg.sender, j.submitter);
        j.status = Status.Cancelled;
        emit JobCancelled(jobId);
        Terms storage t = _terms[jobId];
        uint256 escrow = _price(t) + TermRules.fees(t.attestationFee, t.attestors, j.checkpoints);
        _pay(jobId, msg.sender, escrow, CreditReason.Cancelled);
    }

    /// @inheritdoc IJobMarket
    function accept(JobId jobId, bytes32 termsHash, string calldata uri) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Open) revert WrongStatus(jobId, j.status);
        if (termsHash != j.termsHash) revert WrongTerms(jobId, j.termsHash, termsHash);
        Terms storage t = _terms[jobId];
        if (block.timestamp > t.acceptBy) revert TooLate(jobId, t.acceptBy);
        if (bytes(uri).length > TermRules.MAX_URI_BYTES) revert UriTooLong(bytes(uri).length, TermRules.MAX_URI_BYTES);
        uint64 deadline = uint64(block.timestamp) + t.duration;
        j.status = Status.Running;
        j.solver = msg.sender;
        j.deadline = deadline;
        j.uri = uri;
        emit JobAccepted(jobId, msg.sender, deadline, uri);
        staking.lock(msg.sender, t.stake);
    }

    /// @inheritdoc IJobMarket
    function commit(
        JobId jobId,
        bytes32 termsHash,
        uint16 k,
        bytes32 stateRoot,
        bytes32 segmentRoot
    ) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Running) revert WrongStatus(jobId, j.status);
        if (termsHash != j.termsHash) revert WrongTerms(jobId, j.termsHash, termsHash);
        if (msg.sender != j.solver) revert NotSolver(jobId, msg.sender, j.solver);
        if (block.timestamp > j.deadline) revert TooLate(jobId, j.deadline);
        if (k != j.committed) revert WrongCheckpoint(jobId, k, j.committed);
        uint16 committed = k + 1;
        j.committed = committed;
        _checkpoints[jobId][k] = Checkpoint(stateRoot, segmentRoot);
        emit CheckpointCommitted(jobId, k, stateRoot, segmentRoot);
        if (committed == j.checkpoints) emit JobClosing(jobId, _close(jobId, j));
    }

    /// @inheritdoc IJobMarket
    function end(JobId jobId) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Running) revert WrongStatus(jobId, j.status);
        if (msg.sender != j.submitter) revert NotSubmitter(jobId, msg.sender, j.submitter);
        if (j.ended) revert AlreadyEnded(jobId, j.deadline);
        if (block.timestamp > j.deadline) revert TooLate(jobId, j.deadline);
        uint64 deadline = uint64(Math.min(j.deadline, block.timestamp + _terms[jobId].extension));
        j.ended = true;
        j.deadline = deadline;
        emit JobEnded(jobId, j.committed, deadline);
    }

    /// @inheritdoc IJobMarket
    function expire(JobId jobId) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Running) revert WrongStatus(jobId, j.status);
        if (block.timestamp <= j.deadline) revert TooEarly(jobId, uint256(j.deadline) + 1);
        emit JobExpired(jobId, j.committed, _close(jobId, j));
    }

    /// @inheritdoc IJobMarket
    function attest(JobId jobId, uint16 k, bytes32 root) external override {
        Job storage j = _jobs[jobId];
        _requireDisputable(jobId, j, k);
        bytes32 stateRoot = _checkpoints[jobId][k].stateRoot;
        if (root != stateRoot) revert WrongRoot(jobId, k, stateRoot, root);
        if (msg.sender == j.solver) revert SolverCannotAttest(jobId, msg.sender);
        if (_attestations[jobId][k][msg.sender] != Attestation.None) revert AlreadyAttested(jobId, k, msg.sender);
        uint8 count = _attestationCounts[jobId][k];
        uint8 attestors = _terms[jobId].attestors;
        if (count >= attestors) revert AttestationsFull(jobId, k, attestors);
        _requireVerifierStake();
        _attestations[jobId][k][msg.sender] = Attestation.Made;
        _attestationCounts[jobId][k] = count + 1;
        ++j.attestations;
        emit Attested(jobId, k, msg.sender, root);
    }

    /// @inheritdoc IJobMarket
    function settle(JobId jobId) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Closing) revert WrongStatus(jobId, j.status);
        if (block.timestamp < j.windowEnd) revert TooEarly(jobId, j.windowEnd);
        if (j.openGames != 0) revert GamesOpen(jobId, j.openGames);
        Terms storage t = _terms[jobId];
        Status status = _outcome(j);
        uint256 penalty = status == Status.Expired ? t.latePenalty : 0;
        uint256 price = _price(t);
        uint256 earned = status == Status.Expired ? 0 : _earned(j, t, price);
        j.status = status;
        emit JobSettled(jobId, status, penalty);
        _pay(jobId, j.solver, earned, CreditReason.Price);
        _pay(jobId, j.submitter, price - earned, CreditReason.PriceRefund);
        _payUnusedFees(jobId, j, t);
        if (penalty != 0) staking.slash(j.solver, penalty, address(0), 0);
        staking.unlock(j.solver, t.stake - penalty);
    }

    /// @inheritdoc IJobMarket
    function collectFees(JobId jobId, address verifier, uint16 first, uint16 count) external override {
        Job storage j = _jobs[jobId];
        Status status = j.status;
        if (!_isSettled(status) && status != Status.Convicted) revert WrongStatus(jobId, status);
        uint256 last = status == Status.Convicted ? j.convictedCheckpoint : j.committed;
        uint256 beyond = Math.min(uint256(first) + count, last);
        uint256 attestations;
        for (uint256 k = first; k < beyond; ++k) {
            if (_attestations[jobId][k][verifier] != Attestation.Made) continue;
            _attestations[jobId][k][verifier] = Attestation.Collected;
            ++attestations;
        }
        if (attestations == 0) revert NothingToCollect(jobId, verifier);
        _pay(jobId, verifier, attestations * _terms[jobId].attestationFee, CreditReason.AttestationFee);
    }

    /// @inheritdoc IJobMarket
    function releaseFees(JobId jobId, uint16 first, uint16 count) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Convicted) revert WrongStatus(jobId, j.status);
        uint256 beyond = Math.min(uint256(first) + count, j.committed);
        uint256 attestations;
        for (uint256 k = Math.max(first, j.convictedCheckpoint); k < beyond; ++k) {
            attestations += _attestationCounts[jobId][k];
            delete _attestationCounts[jobId][k];
        }
        if (attestations == 0) revert NothingToCollect(jobId, j.submitter);
        _pay(jobId, j.submitter, attestations * _terms[jobId].attestationFee, CreditReason.ReleasedFees);
    }

    /// @inheritdoc IJobMarket
    function openDispute(
        JobId jobId,
        uint16 k
    ) external override onlyBound returns (Claim memory claim_, GameTerms memory terms_) {
        Job storage j = _jobs[jobId];
        _requireDisputable(jobId, j, k);
        uint32 openGames = j.openGames + 1;
        j.openGames = openGames;
        emit DisputeOpened(jobId, k, openGames);
        return (_claim(jobId, k), _gameTerms(jobId, j));
    }

    /// @inheritdoc IJobMarket
    function closeDispute(JobId jobId) external override onlyBound {
        Job storage j = _jobs[jobId];
        _requireLive(jobId, j.status);
        uint32 openGames = j.openGames - 1;
        j.openGames = openGames;
        emit DisputeClosed(jobId, openGames);
    }

    /// @inheritdoc IJobMarket
    function convict(JobId jobId, uint16 k, uint256 paid) external override onlyBound {
        Job storage j = _jobs[jobId];
        _requireLive(jobId, j.status);
        Terms storage t = _terms[jobId];
        uint256 stake = t.stake;
        j.status = Status.Convicted;
        j.convictedCheckpoint = k;
        --j.openGames;
        emit JobConvicted(jobId, k, stake, paid);
        _pay(jobId, j.submitter, _price(t), CreditReason.PriceRefund);
        _payUnusedFees(jobId, j, t);
        staking.slash(j.solver, stake, msg.sender, paid);
    }

    /// @inheritdoc IJobMarket
    function job(JobId jobId) external view override returns (Job memory) {
        return _jobs[jobId];
    }

    /// @inheritdoc IJobMarket
    function terms(JobId jobId) external view override returns (Terms memory) {
        if (_jobs[jobId].status == Status.None) revert UnknownJob(jobId);
        return _terms[jobId];
    }

    /// @inheritdoc IJobMarket
    function gameTerms(JobId jobId) external view override returns (GameTerms memory) {
        if (_jobs[jobId].status == Status.None) revert UnknownJob(jobId);
        return _gameTerms(jobId, _jobs[jobId]);
    }

    /// @inheritdoc IJobMarket
    function checkpoint(JobId jobId, uint16 k) external view override returns (Checkpoint memory) {
        _requireCommitted(jobId, _jobs[jobId], k);
        return _checkpoints[jobId][k];
    }

    /// @inheritdoc IJobMarket
    function claim(JobId jobId, uint16 k) external view override returns (Claim memory) {
        _requireCommitted(jobId, _jobs[jobId], k);
        return _claim(jobId, k);
    }

    /// @inheritdoc IJobMarket
    function attestationCount(JobId jobId, uint16 k) external view override returns (uint8) {
        return _attestationCounts[jobId][k];
    }

    /// @inheritdoc IJobMarket
    function attested(JobId jobId, uint16 k, address verifier) external view override returns (bool) {
        return _attestations[jobId][k][verifier] != Attestation.None;
    }

    /// @inheritdoc IJobMarket
    function minimumStake(
        uint256 bounty,
        uint256 gasCap,
        uint256 gasRate,
        uint256 latePenalty
    ) external pure override returns (uint256) {
        return TermRules.minimumStake(bounty, gasCap, gasRate, latePenalty);
    }

    /// @inheritdoc IJobMarket
    function longestGame(uint256 clock, uint256 extension) external pure override returns (uint256) {
        return TermRules.longestGame(clock, extension);
    }

    /// @dev Opens the window of a running job.
    function _close(JobId jobId, Job storage j) private returns (uint64 windowEnd) {
        windowEnd = uint64(block.timestamp) + _terms[jobId].window;
        j.status = Status.Closing;
        j.windowEnd = windowEnd;
    }

    /// @dev Running or Closing.
    function _requireLive(JobId jobId, Status status) private pure {
        if (status != Status.Running && status != Status.Closing) revert WrongStatus(jobId, status);
    }

    /// @dev Checkpoint k is committed and its window is not over: it may be attested and disputed.
    function _requireDisputable(JobId jobId, Job storage j, uint16 k) private view {
        _requireLive(jobId, j.status);
        if (j.status == Status.Closing && block.timestamp >= j.windowEnd) revert TooLate(jobId, j.windowEnd - 1);
        _requireCommitted(jobId, j, k);
    }

    function _requireCommitted(JobId jobId, Job storage j, uint16 k) private view {
        if (k >= j.committed) revert NotCommitted(jobId, k, j.committed);
    }

    /// @dev The caller has the stake of a verifier, not counting what unbonds.
    function _requireVerifierStake() private view {
        uint256 bonded = staking.bonded(msg.sender);
        if (bonded < verifierStake) revert StakeTooSmall(msg.sender, bonded, verifierStake);
    }

    /// @dev How a job whose window is over ends.
    function _outcome(Job storage j) private view returns (Status) {
        if (j.committed == j.checkpoints) return Status.Settled;
        return j.ended ? Status.Ended : Status.Expired;
    }

    function _isSettled(Status status) private pure returns (bool) {
        return status == Status.Settled || status == Status.Ended || status == Status.Expired;
    }

    /// @dev The price of the steps that are committed. ROUNDS: down, in the favour of the submitter, by less than the token's
    /// smallest unit; all of them give the whole price. UNITS: price < 2¹²⁸ and steps < 2³², so the product fits.
    function _earned(Job storage j, Terms storage t, uint256 price) private view returns (uint256) {
        uint256 committedSteps = Math.min(uint256(j.committed) * t.interval, t.steps);
        return (price * committedSteps) / t.steps;
    }

    function _price(Terms storage t) private view returns (uint256) {
        return TermRules.price(t.workUnits, t.unitPrice);
    }

    /// @dev Credits the submitter the fees of attestations that can no longer be made.
    function _payUnusedFees(JobId jobId, Job storage j, Terms storage t) private {
        uint256 unused = uint256(t.attestors) * j.checkpoints - j.attestations;
        _pay(jobId, j.submitter, unused * t.attestationFee, CreditReason.UnusedFees);
    }

    function _pay(JobId jobId, address account, uint256 amount, CreditReason reason) private {
        _credit(account, amount, reason, JobId.unwrap(jobId));
    }

    function _claim(JobId jobId, uint16 k) private view returns (Claim memory) {
        Terms storage t = _terms[jobId];
        Checkpoint storage claimed = _checkpoints[jobId][k];
        uint256 firstStep = uint256(k) * t.interval;
        return
            Claim({
                programRoot: t.programRoot,
                datasetRoot: t.datasetRoot,
                startRoot: k == 0 ? t.initialStateRoot : _checkpoints[jobId][k - 1].stateRoot,
                endRoot: claimed.stateRoot,
                segmentRoot: claimed.segmentRoot,
                firstStep: uint32(firstStep),
                steps: uint32(Math.min(t.interval, t.steps - firstStep)),
                grid: t.grid,
                seed: t.seed,
                order: t.order
            });
    }

    function _gameTerms(JobId jobId, Job storage j) private view returns (GameTerms memory) {
        Terms storage t = _terms[jobId];
        return
            GameTerms({
                solver: j.solver,
                bounty: t.bounty,
                gasRate: t.gasRate,
                gasCap: t.gasCap,
                replayCompensation: t.replayCompensation,
                clock: t.clock,
                extension: t.extension
            });
    }
}
