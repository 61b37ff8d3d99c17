// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {JobId} from "../types/Ids.sol";
import {Checkpoint, Claim, GameTerms, Job, SamplingTerms, Status, Term, Terms} from "../types/Job.sol";

/// @title Jobs: escrow, auction, claims, settlement
/// @notice A submitter escrows the price of a training run, the first staked solver to whom the rising price is enough accepts
/// it and commits to checkpoints, drawn verifiers attest them in `Verification`, anyone may dispute one in `Pinpoint` until
/// the window closes, then the job is settled. No owner; terms never change.
/// SPEC: spec/market.md.
///
/// Status: None → Open → Running → Closing → Settled, Expired or Ended; Open → Cancelled; Running or Closing → Convicted.
/// Money moves by credits only (`ICredits`). Only the bound `Pinpoint` opens and closes disputes and convicts; only the
/// bound `Verification` says who gets fees and jackpots.
interface IJobMarket {
    /// @notice A job was submitted and its escrow taken.
    event JobSubmitted(
        JobId indexed jobId,
        address indexed submitter,
        bytes32 termsHash,
        uint256 escrow,
        uint16 checkpoints,
        Terms terms
    );
    /// @notice The submitter took a job back that nobody had accepted.
    event JobCancelled(JobId indexed jobId);
    /// @notice A solver accepted at `unitPrice` a work unit; he serves checkpoints at `uri` and has until `deadline` for the last
    /// one.
    event JobAccepted(JobId indexed jobId, address indexed solver, uint128 unitPrice, uint64 deadline, string uri);
    /// @notice The solver committed checkpoint k.
    event CheckpointCommitted(
        JobId indexed jobId,
        uint16 indexed k,
        bytes32 stateRoot,
        bytes32 segmentRoot,
        uint64 deadline
    );
    /// @notice The submitter ended the job early: checkpoints are accepted until `deadline`, and those committed by then are
    /// paid. `committed` are by now.
    event JobEnded(JobId indexed jobId, uint16 committed, uint64 deadline);
    /// @notice The last checkpoint was committed; disputes may be opened before `windowEnd`. The beacon's word of `drawBlock` draws.
    event JobClosing(JobId indexed jobId, uint64 windowEnd, uint64 drawBlock);
    /// @notice The deadline passed without the last checkpoint; disputes may be opened before `windowEnd`. The beacon's word of
    /// `drawBlock` draws.
    event JobExpired(JobId indexed jobId, uint16 committed, uint64 windowEnd, uint64 drawBlock);
    /// @notice A game or a demand opened on checkpoint k; `openGames` now keep the job from settling.
    event DisputeOpened(JobId indexed jobId, uint16 indexed k, uint32 openGames);
    /// @notice A game ended in the defender's favour.
    event DisputeClosed(JobId indexed jobId, uint32 openGames);
    /// @notice The job is over: `status` is Settled (complete), Ended (early, by its submitter) or Expired; `penalty` of the
    /// stake was burned.
    event JobSettled(JobId indexed jobId, Status status, uint256 penalty);
    /// @notice Checkpoint k fell; all of the job's stake was slashed, `paid` of it to Pinpoint.
    event JobConvicted(JobId indexed jobId, uint16 indexed k, uint256 slashed, uint256 paid);

    /// @notice No job has this id.
    error UnknownJob(JobId jobId);
    /// @notice The job's status does not allow the call.
    error WrongStatus(JobId jobId, Status status);
    /// @notice A term, or a value derived from terms, is out of its range.
    error TermOutOfRange(Term term, uint256 value, uint256 least, uint256 most);
    /// @notice Only the submitter may call.
    error NotSubmitter(JobId jobId, address caller, address submitter);
    /// @notice The submitter has ended the job before; the solver may commit until `deadline`.
    error AlreadyEnded(JobId jobId, uint256 deadline);
    /// @notice Only the solver may call.
    error NotSolver(JobId jobId, address caller, address solver);
    /// @notice The terms of the job are not those that the caller means to accept.
    error WrongTerms(JobId jobId, bytes32 termsHash, bytes32 given);
    /// @notice The time for the call has passed.
    error TooLate(JobId jobId, uint256 last);
    /// @notice The time for the call has not come.
    error TooEarly(JobId jobId, uint256 first);
    /// @notice A uri is too long. UNITS: bytes.
    error UriTooLong(uint256 length, uint256 most);
    /// @notice The solver must commit `next`, not `k`.
    error WrongCheckpoint(JobId jobId, uint256 k, uint256 next);
    /// @notice Checkpoint k is not committed.
    error NotCommitted(JobId jobId, uint256 k, uint256 committed);
    /// @notice Only the solver whom the terms name may accept.
    error NotNamedSolver(JobId jobId, address caller, address solver);
    /// @notice A job starts from the last state that its parent committed, `last`.
    error WrongParentState(JobId parent, bytes32 last, bytes32 given);
    /// @notice The parent may still fall.
    error ParentUnsettled(JobId jobId, JobId parent);
    /// @notice The jackpot pool holds less.
    error PoolTooSmall(uint256 pool, uint256 needed);
    /// @notice Open games keep the job from settling.
    error GamesOpen(JobId jobId, uint256 openGames);

    /// @notice Submits a job and takes its escrow, workUnits·unitPrice + attestationFee·2·attestors·draws + jackpotFee.
    /// Anyone. Reverts: TermOutOfRange, in the order of `Term`; WrongStatus (of the parent: not complete); WrongParentState;
    /// ShortTransfer when less than the escrow arrives.
    /// @param terms Terms of the job.
    /// @return jobId Its id: the next number.
    function submit(Terms calldata terms) external returns (JobId jobId);

    /// @notice Takes an open job back; its escrow is credited to the submitter.
    /// Reverts: WrongStatus; NotSubmitter.
    function cancel(JobId jobId) external;

    /// @notice Accepts an open job at the price where the auction stands: locks `terms.stake` of the caller's free stake and
    /// starts the deadline. What the auction left of the price is credited to the submitter.
    /// Reverts: WrongStatus; WrongTerms; NotNamedSolver; TooLate (after acceptBy); UriTooLong; IStaking.InsufficientFree.
    /// @param jobId The job.
    /// @param termsHash Hash of the terms the caller means: a reorganised chain may give the id to another job.
    /// @param uri Where the caller serves checkpoints, at most 256 bytes.
    function accept(JobId jobId, bytes32 termsHash, string calldata uri) external;

    /// @notice Commits the next checkpoint; the last one closes the job and opens its window.
    /// Reverts: WrongStatus (not Running); WrongTerms; NotSolver; TooLate (after the deadline); WrongCheckpoint.
    /// @param jobId The job.
    /// @param termsHash Hash of the terms the caller means: under them only the roots are true.
    /// @param k Number of the checkpoint, from 0; must be the next.
    /// @param stateRoot Root of the state after the segment.
    /// @param segmentRoot Root over the states on its grid. SPEC: spec/commitments.md.
    function commit(JobId jobId, bytes32 termsHash, uint16 k, bytes32 stateRoot, bytes32 segmentRoot) external;

    /// @notice Ends a running job early. The solver has `terms.extension` seconds of notice to commit what he trained, at most
    /// until the deadline; then `expire` opens the window. At settlement he is paid for the steps of the committed
    /// checkpoints and loses no late penalty. A job whose last checkpoint is committed in that time is complete.
    /// Reverts: WrongStatus (not Running); NotSubmitter; AlreadyEnded; TooLate (after the deadline).
    /// SAFETY: without notice, a submitter could end in front of a commitment and have its checkpoint for nothing.
    function end(JobId jobId) external;

    /// @notice Closes a job whose deadline passed without the last checkpoint, and opens its window. Anyone.
    /// Reverts: WrongStatus (not Running); TooEarly.
    function expire(JobId jobId) external;

    /// @notice Settles a job whose window is over. Complete: the solver is credited the price. Ended early: he is credited
    /// ⌊price · steps committed / steps⌋, the submitter the rest. Else the submitter is credited the price, and the late
    /// penalty is burned. A complete job whose parent fell counts as ended early. The fees of attested seats are kept until
    /// `Verification` closes them, unused ones go to the submitter; the jackpot fee goes into the pool if the job is Settled, else
    /// to the submitter; the stake is unlocked. Anyone.
    /// Reverts: WrongStatus (not Closing); TooEarly (before windowEnd); GamesOpen; ParentUnsettled.
    function settle(JobId jobId) external;

    /// @notice Credits the fee of an attested seat of a finished job to its verifier, or to the submitter where it earned none.
    /// Only Verification, once a seat. Reverts: NotBound.
    /// @param jobId The job.
    /// @param verifier Whose seat it was; zero to return the fee.
    function payFee(JobId jobId, address verifier) external;

    /// @notice Credits a jackpot out of the pool. Only Verification. Reverts: NotBound; PoolTooSmall.
    function payJackpot(JobId jobId, address account, uint256 amount) external;

    /// @notice Counts a game or a demand that opens on checkpoint k. Only Pinpoint and Availability.
    /// Reverts: NotBound; WrongStatus (neither Running nor Closing); TooLate (from windowEnd on); NotCommitted.
    /// @return claim What the checkpoint says.
    /// @return terms What rules the game.
    function openDispute(JobId jobId, uint16 k) external returns (Claim memory claim, GameTerms memory terms);

    /// @notice Counts a game that ended in the defender's favour, or a demand that was answered. Only Pinpoint and Availability.
    /// Reverts: NotBound; WrongStatus (neither Running nor Closing).
    function closeDispute(JobId jobId) external;

    /// @notice Convicts the job: price, jackpot fee and unused fees go to the submitter, all of the job's stake is slashed, `paid`
    /// of it to Pinpoint. Only Pinpoint. Reverts: NotBound; WrongStatus (neither Running nor Closing); IStaking.PaysTooMuch.
    /// @param jobId The job.
    /// @param k The checkpoint that fell.
    /// @param byGame Whether a game did it, which is counted as closed.
    /// @param paid What Pinpoint owes out of the stake.
    function convict(JobId jobId, uint16 k, bool byGame, uint256 paid) external;

    /// @notice Jobs submitted so far; their ids are 1 … jobCount.
    function jobCount() external view returns (uint64);

    /// @notice State of a job; Status.None for an id not given yet.
    function job(JobId jobId) external view returns (Job memory);

    /// @notice Terms of a job. Reverts: UnknownJob.
    function terms(JobId jobId) external view returns (Terms memory);

    /// @notice The part of the terms that rules games. Reverts: UnknownJob.
    function gameTerms(JobId jobId) external view returns (GameTerms memory);

    /// @notice What the solver committed for checkpoint k. Reverts: NotCommitted.
    function checkpoint(JobId jobId, uint16 k) external view returns (Checkpoint memory);

    /// @notice What checkpoint k says: the object of a dispute. Reverts: NotCommitted.
    function claim(JobId jobId, uint16 k) external view returns (Claim memory);

    /// @notice The part of a job that rules its verification. Reverts: UnknownJob.
    function samplingTerms(JobId jobId) external view returns (SamplingTerms memory);

    /// @notice Where the auction of an open job stands now. UNITS: tokens a work unit. Reverts: WrongStatus.
    function auctionPrice(JobId jobId) external view returns (uint256);

    /// @notice What the fees of settled jobs left for jackpots.
    function jackpotPool() external view returns (uint256);

    /// @notice Least stake that such terms may ask for: what a coalition could take back of it (bounty, gas of the winner and of
    /// 16 void games, a tip, the late penalty) and what makes cheating a loss. SPEC: spec/market.md, Deterrence.
    function minimumStake(Terms calldata terms) external pure returns (uint256);

    /// @notice Bound on the seconds from opening to the end of a game: both clocks, and the extension before each of at most
    /// 22 moves.
    function longestGame(uint256 clock, uint256 extension) external pure returns (uint256);
}
