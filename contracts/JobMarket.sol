// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Binding} from "./Binding.sol";
import {Credits} from "./Credits.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IJobMarket} from "./interfaces/IJobMarket.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {IVerification} from "./interfaces/IVerification.sol";
import {TermRules} from "./libraries/TermRules.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {CreditReason} from "./types/CreditReason.sol";
import {JobId} from "./types/Ids.sol";
import {Checkpoint, Claim, GameTerms, Job, SamplingTerms, Status, Terms} from "./types/Job.sol";

/// @title Jobs: escrow, auction, claims, settlement
/// INVARIANT: the token balance is at least all credits, plus the escrow of every unfinished job, plus the fee of every
/// attested seat of a finished job that is not closed, plus the jackpot pool.
contract JobMarket is IJobMarket, Binding, Credits {
    using Tokens for IERC20;

    /// @notice Where solvers' stakes are locked.
    IStaking public immutable staking;

    /// @notice Whose word draws what is verified.
    IBeacon public immutable beacon;

    /// @inheritdoc IJobMarket
    uint64 public override jobCount;

    /// @inheritdoc IJobMarket
    uint256 public override jackpotPool;

    /// @dev Places of the bound contracts.
    uint256 private constant PINPOINT = 0;
    uint256 private constant VERIFICATION = 1;
    uint256 private constant AVAILABILITY = 2;

    mapping(JobId jobId => Job) private _jobs;
    mapping(JobId jobId => Terms) private _terms;
    mapping(JobId jobId => mapping(uint256 k => Checkpoint)) private _checkpoints;

    /// @param token_ The token that jobs are paid in, the one that is staked.
    /// @param staking_ Where stakes are locked; must be bound to this contract afterwards.
    /// @param beacon_ Whose word draws what is verified.
    constructor(IERC20 token_, IStaking staking_, IBeacon beacon_) Credits(token_) Binding(3) {
        if (address(token_) == address(0) || address(staking_) == address(0) || address(beacon_) == address(0)) {
            revert ZeroAddress();
        }
        staking = staking_;
        beacon = beacon_;
    }

    /// @inheritdoc IJobMarket
    function submit(Terms calldata terms_) external override nonReentrant returns (JobId jobId) {
        (uint16 checkpoints, uint256 escrow) = TermRules.check(terms_, staking.unbondingSeconds());
        if (JobId.unwrap(terms_.parent) != 0) _requireParentState(terms_.parent, terms_.initialStateRoot);
        jobId = JobId.wrap(++jobCount);
        bytes32 termsHash = keccak256(abi.encode(terms_));
        Job storage j = _jobs[jobId];
        j.submitter = msg.sender;
        j.status = Status.Open;
        j.checkpoints = checkpoints;
        j.openedAt = uint64(block.timestamp);
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
        uint256 escrow = TermRules.price(t.workUnits, t.unitPrice) + _fees(t) + t.jackpotFee;
        _pay(jobId, msg.sender, escrow, CreditReason.Cancelled);
    }

    /// @inheritdoc IJobMarket
    function accept(JobId jobId, bytes32 termsHash, string calldata uri) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Open) revert WrongStatus(jobId, j.status);
        if (termsHash != j.termsHash) revert WrongTerms(jobId, j.termsHash, termsHash);
        Terms storage t = _terms[jobId];
        if (t.solver != address(0) && msg.sender != t.solver) revert NotNamedSolver(jobId, msg.sender, t.solver);
        if (block.timestamp > t.acceptBy) revert TooLate(jobId, t.acceptBy);
        if (bytes(uri).length > TermRules.MAX_URI_BYTES) revert UriTooLong(bytes(uri).length, TermRules.MAX_URI_BYTES);
        uint64 deadline = uint64(block.timestamp) + t.heartbeat;
        uint128 unitPrice = _auctionPrice(j, t);
        j.status = Status.Running;
        j.solver = msg.sender;
        j.deadline = deadline;
        j.snapshotAt = uint64(block.timestamp);
        j.unitPrice = unitPrice;
        j.uri = uri;
        emit JobAccepted(jobId, msg.sender, unitPrice, deadline, uri);
        _pay(jobId, j.submitter, TermRules.price(t.workUnits, t.unitPrice - unitPrice), CreditReason.Saving);
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
        uint64 deadline = j.deadline;
        bool complete = committed == j.checkpoints;
        if (!complete) {
            if (!j.ended) deadline = uint64(block.timestamp) + _terms[jobId].heartbeat;
            j.snapshotAt = uint64(block.timestamp);
            j.deadline = deadline;
        }
        emit CheckpointCommitted(jobId, k, stateRoot, segmentRoot, deadline);
        if (!complete) return;
        (uint64 windowEnd, uint64 drawBlock) = _close(jobId, j);
        emit JobClosing(jobId, windowEnd, drawBlock);
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
        (uint64 windowEnd, uint64 drawBlock) = _close(jobId, j);
        emit JobExpired(jobId, j.committed, windowEnd, drawBlock);
    }

    /// @inheritdoc IJobMarket
    function settle(JobId jobId) external override {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Closing) revert WrongStatus(jobId, j.status);
        if (block.timestamp < j.windowEnd) revert TooEarly(jobId, j.windowEnd);
        if (j.openGames != 0) revert GamesOpen(jobId, j.openGames);
        Terms storage t = _terms[jobId];
        Status status = _outcome(jobId, j, t.parent);
        uint256 penalty = status == Status.Expired ? t.latePenalty : 0;
        uint256 price = TermRules.price(t.workUnits, j.unitPrice);
        uint256 earned = _earned(j, t, price);
        uint256 jackpotFee = status == Status.Settled ? t.jackpotFee : 0;
        j.status = status;
        jackpotPool += jackpotFee;
        emit JobSettled(jobId, status, penalty);
        _pay(jobId, j.solver, earned, CreditReason.Price);
        _pay(jobId, j.submitter, price - earned, CreditReason.PriceRefund);
        _payUnusedFees(jobId, j, t, t.jackpotFee - jackpotFee);
        if (penalty != 0) staking.slash(j.solver, penalty, address(0), 0);
        staking.unlock(j.solver, t.stake - penalty);
    }

    /// @inheritdoc IJobMarket
    function payFee(JobId jobId, address verifier) external override onlyBound(VERIFICATION) {
        uint256 fee = _terms[jobId].attestationFee;
        if (verifier != address(0)) _pay(jobId, verifier, fee, CreditReason.AttestationFee);
        else _pay(jobId, _jobs[jobId].submitter, fee, CreditReason.ReturnedFee);
    }

    /// @inheritdoc IJobMarket
    function payJackpot(JobId jobId, address account, uint256 amount) external override onlyBound(VERIFICATION) {
        uint256 pool = jackpotPool;
        if (amount > pool) revert PoolTooSmall(pool, amount);
        jackpotPool = pool - amount;
        _pay(jobId, account, amount, CreditReason.Jackpot);
    }

    /// @inheritdoc IJobMarket
    function openDispute(
        JobId jobId,
        uint16 k
    ) external override onlyEither(PINPOINT, AVAILABILITY) returns (Claim memory claim_, GameTerms memory terms_) {
        Job storage j = _jobs[jobId];
        _requireDisputable(jobId, j, k);
        uint32 openGames = j.openGames + 1;
        j.openGames = openGames;
        emit DisputeOpened(jobId, k, openGames);
        return (_claim(jobId, k), _gameTerms(jobId, j));
    }

    /// @inheritdoc IJobMarket
    function closeDispute(JobId jobId) external override onlyEither(PINPOINT, AVAILABILITY) {
        Job storage j = _jobs[jobId];
        _requireLive(jobId, j.status);
        uint32 openGames = j.openGames - 1;
        j.openGames = openGames;
        emit DisputeClosed(jobId, openGames);
    }

    /// @inheritdoc IJobMarket
    function convict(JobId jobId, uint16 k, bool byGame, uint256 paid) external override onlyBound(PINPOINT) {
        Job storage j = _jobs[jobId];
        _requireLive(jobId, j.status);
        Terms storage t = _terms[jobId];
        uint256 stake = t.stake;
        j.status = Status.Convicted;
        j.convictedCheckpoint = k;
        if (byGame) --j.openGames;
        emit JobConvicted(jobId, k, stake, paid);
        _pay(jobId, j.submitter, TermRules.price(t.workUnits, j.unitPrice), CreditReason.PriceRefund);
        _payUnusedFees(jobId, j, t, t.jackpotFee);
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
    function samplingTerms(JobId jobId) external view override returns (SamplingTerms memory) {
        Job storage j = _jobs[jobId];
        if (j.status == Status.None) revert UnknownJob(jobId);
        Terms storage t = _terms[jobId];
        return
            SamplingTerms({
                status: j.status,
                solver: j.solver,
                committed: j.committed,
                convictedCheckpoint: j.convictedCheckpoint,
                drawBlock: j.drawBlock,
                snapshotAt: j.snapshotAt,
                closedAt: j.windowEnd == 0 ? 0 : j.windowEnd - t.window,
                window: t.window,
                draws: uint16(Math.min(t.draws, j.committed)),
                attestors: t.attestors,
                attestationFee: t.attestationFee,
                verifierStake: t.verifierStake,
                jackpotFee: t.jackpotFee
            });
    }

    /// @inheritdoc IJobMarket
    function auctionPrice(JobId jobId) external view override returns (uint256) {
        Job storage j = _jobs[jobId];
        if (j.status != Status.Open) revert WrongStatus(jobId, j.status);
        return _auctionPrice(j, _terms[jobId]);
    }

    /// @inheritdoc IJobMarket
    function minimumStake(Terms calldata terms_) external pure override returns (uint256) {
        return TermRules.minimumStake(terms_);
    }

    /// @inheritdoc IJobMarket
    function longestGame(uint256 clock, uint256 extension) external pure override returns (uint256) {
        return TermRules.longestGame(clock, extension);
    }

    /// @dev Opens the window of a running job, and asks for the word that draws what is verified.
    function _close(JobId jobId, Job storage j) private returns (uint64 windowEnd, uint64 drawBlock) {
        windowEnd = uint64(block.timestamp) + _terms[jobId].window;
        drawBlock = beacon.targetBlock();
        j.status = Status.Closing;
        j.windowEnd = windowEnd;
        j.drawBlock = drawBlock;
    }

    /// @dev Where the auction stands. ROUNDS: down, in the favour of the submitter.
    function _auctionPrice(Job storage j, Terms storage t) private view returns (uint128) {
        uint256 elapsed = block.timestamp - j.openedAt;
        if (elapsed >= t.auction) return t.unitPrice;
        return t.floorPrice + uint128((uint256(t.unitPrice - t.floorPrice) * elapsed) / t.auction);
    }

    /// @dev The parent is final, or complete and Closing, and the state is the last one that it committed.
    function _requireParentState(JobId parent, bytes32 root) private view {
        Job storage p = _jobs[parent];
        Status status = p.status;
        bool ready = status == Status.Settled || status == Status.Ended || status == Status.Expired;
        if (status == Status.Closing) ready = p.committed == p.checkpoints;
        if (!ready) revert WrongStatus(parent, status);
        if (p.committed == 0) revert NotCommitted(parent, 0, 0);
        bytes32 last = _checkpoints[parent][p.committed - 1].stateRoot;
        if (root != last) revert WrongParentState(parent, last, root);
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

    /// @dev How a job whose window is over ends. What is final never falls: while the parent may, nothing ends.
    function _outcome(JobId jobId, Job storage j, JobId parent) private view returns (Status) {
        Job storage p = _jobs[parent];
        if (p.status == Status.Closing) revert ParentUnsettled(jobId, parent);
        if (j.committed < j.checkpoints) return j.ended ? Status.Ended : Status.Expired;
        // A complete job that is Ended is one whose own parent fell.
        bool fell = p.status == Status.Convicted || (p.status == Status.Ended && p.committed == p.checkpoints);
        return fell ? Status.Ended : Status.Settled;
    }

    /// @dev The price of the steps that are committed. ROUNDS: down, in the favour of the submitter, by less than the token's
    /// smallest unit; all of them give the whole price. UNITS: price < 2¹²⁸ and steps < 2³², so the product fits.
    function _earned(Job storage j, Terms storage t, uint256 price) private view returns (uint256) {
        uint256 committedSteps = Math.min(uint256(j.committed) * t.interval, t.steps);
        return (price * committedSteps) / t.steps;
    }

    function _fees(Terms storage t) private view returns (uint256) {
        return TermRules.fees(t.attestationFee, t.attestors, t.draws);
    }

    /// @dev Credits the submitter the fees of all seats that were not attested, and `more`.
    function _payUnusedFees(JobId jobId, Job storage j, Terms storage t, uint256 more) private {
        uint256 kept = IVerification(bound[VERIFICATION]).attestedSeats(jobId) * t.attestationFee;
        _pay(jobId, j.submitter, _fees(t) - kept + more, CreditReason.UnusedFees);
    }

    function _pay(JobId jobId, address account, uint256 amount, CreditReason reason) private {
        _credit(account, amount, reason, JobId.unwrap(jobId));
    }

    function _claim(JobId jobId, uint16 k) private view returns (Claim memory) {
        Terms storage t = _terms[jobId];
        Checkpoint storage claimed = _checkpoints[jobId][k];
        uint256 before = uint256(k) * t.interval;
        return
            Claim({
                programRoot: t.programRoot,
                datasetRoot: t.datasetRoot,
                startRoot: k == 0 ? t.initialStateRoot : _checkpoints[jobId][k - 1].stateRoot,
                endRoot: claimed.stateRoot,
                segmentRoot: claimed.segmentRoot,
                firstStep: t.firstStep + uint32(before),
                steps: uint32(Math.min(t.interval, t.steps - before)),
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
