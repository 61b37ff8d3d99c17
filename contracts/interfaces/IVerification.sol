// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {JobId} from "../types/Ids.sol";
import {Accusation, Outcome, Part, Seat, Verifier} from "../types/Verification.sol";

/// @title Verification by draw: seats, seals, attestations, accusations
/// @notice When a job closes, a beacon's word draws segments, a state inside each of them, and verifiers by stake. A drawn
/// verifier replays the segment and seals what he found; the parts of the window then follow each other: seal, attest,
/// accuse, open, prove. A few seats are told by a secret to attest wrongly, which pays those who replay what others attest.
/// All money stays elsewhere: stakes in `IStaking`, fees and jackpots in `IJobMarket`. SPEC: spec/verification.md.
///
/// INVARIANT: for every verifier reserved ≤ enrolled, and `IStaking` holds at least `enrolled` locked for him.
interface IVerification {
    /// @notice A verifier enrolled more stake; `enrolled` is all of it, `secretsRoot` the tree of his secrets.
    event Enrolled(address indexed verifier, uint256 amount, uint256 enrolled, bytes32 secretsRoot);
    /// @notice A verifier took his stake out of the draws; it is free in `IStaking`.
    event Resigned(address indexed verifier, uint256 amount);
    /// @notice A drawn verifier took a seat and sealed what he found.
    event Sealed(JobId indexed jobId, uint16 indexed k, address indexed verifier, bytes32 seal);
    /// @notice A verifier attested the drawn state; zero says that the segment fails.
    event Attested(JobId indexed jobId, uint16 indexed k, address indexed verifier, bytes32 root, bytes32 truthHash);
    /// @notice Somebody sealed that an attestation is wrong.
    event Accused(JobId indexed jobId, uint16 indexed k, address indexed verifier, address accuser, bytes32 seal);
    /// @notice The drawn state of segment k was opened.
    event StateOpened(JobId indexed jobId, uint16 indexed k, bytes32 root);
    /// @notice A verifier revealed his seat's secret and the truth that he had sealed.
    event SecretRevealed(JobId indexed jobId, uint16 indexed k, address indexed verifier, bool forced, bytes32 truth);
    /// @notice An accuser showed that he knew the drawn state; `catches` have of this seat.
    event Caught(JobId indexed jobId, uint16 indexed k, address indexed verifier, address accuser, uint8 catches);
    /// @notice A seat is over; so much of the stake behind it is burned.
    event SeatClosed(JobId indexed jobId, uint16 indexed k, address indexed verifier, Outcome outcome, uint256 burned);
    /// @notice An accusation is over: `jackpot` was credited, `burned` of the accuser's stake burned.
    event AccusationClosed(
        JobId indexed jobId,
        uint16 indexed k,
        address indexed verifier,
        address accuser,
        uint256 jackpot,
        uint256 burned
    );

    /// @notice The amount is zero.
    error ZeroAmount();
    /// @notice Only an enrolled verifier may call.
    error NotEnrolled(address account);
    /// @notice Seats or accusations of the verifier are still to be closed.
    error StakeReserved(address verifier, uint256 reserved);
    /// @notice Less enrolled stake is unreserved than the call needs.
    error EnrolledTooSmall(address verifier, uint256 unreserved, uint256 needed);
    /// @notice The window is in another part.
    error WrongPart(JobId jobId, Part part, Part needed);
    /// @notice The job's status does not allow the call.
    error JobNotClosing(JobId jobId);
    /// @notice The job is not finished.
    error JobNotFinished(JobId jobId);
    /// @notice The beacon's word for this block is not known.
    error NoWord(uint64 target);
    /// @notice Segment k is not drawn.
    error NotDrawn(JobId jobId, uint256 k);
    /// @notice The verifier has no seat on segment k: the draw did not fall on him, he is the solver, or his secrets are younger
    /// than the job's last commitment.
    error NoSeat(JobId jobId, uint256 k, address verifier);
    /// @notice The seat is taken already by this verifier.
    error AlreadySealed(JobId jobId, uint256 k, address verifier);
    /// @notice All seats of the segment are taken.
    error SeatsFull(JobId jobId, uint256 k, uint256 most);
    /// @notice The seat does not wait for this call: it is not sealed, attested or revealed, or is so already.
    error WrongSeat(JobId jobId, uint256 k, address verifier);
    /// @notice Another word draws: the seal is of a chain that was reorganised.
    error WrongWord(bytes32 expected, bytes32 given);
    /// @notice What is revealed does not hash to what was sealed.
    error WrongSeal(bytes32 expected, bytes32 given);
    /// @notice Nobody accuses himself.
    error OwnSeat(address verifier);
    /// @notice The accuser accused this seat already.
    error AlreadyAccused(JobId jobId, uint256 k, address verifier, address accuser);
    /// @notice The seat has as many accusations as it may have.
    error AccusationsFull(JobId jobId, uint256 k, address verifier, uint256 most);
    /// @notice There is no such open accusation.
    error NoAccusation(JobId jobId, uint256 k, address verifier, address accuser);
    /// @notice The drawn state of segment k is opened already, or needs no opening.
    error NothingToOpen(JobId jobId, uint256 k);
    /// @notice The drawn state of segment k is not opened.
    error NotOpened(JobId jobId, uint256 k);
    /// @notice The accuser's truth is not the drawn state, or the attestation is right.
    error NotWrong(JobId jobId, uint256 k, address verifier, bytes32 root);

    /// @notice Locks `amount` of the caller's free stake for verification, and names his secrets; both count in draws of jobs
    /// whose last commitment comes later. Reverts: ZeroAmount (nothing enrolled in all); StakeReserved (other secrets while
    /// seats are open); IStaking.InsufficientFree.
    /// @param amount Tokens; 0 to change the secrets alone.
    /// @param secretsRoot Root of a tree of 2^SECRET_LEVELS secrets. SPEC: spec/verification.md, Secrets.
    function enroll(uint256 amount, bytes32 secretsRoot) external;

    /// @notice Unlocks all enrolled stake of the caller and takes him out of later draws. Reverts: NotEnrolled; StakeReserved.
    function resign() external;

    /// @notice Takes the caller's seat on drawn segment k and seals what he found; reserves the job's verifierStake.
    /// Reverts: JobNotClosing; WrongPart (not Seal); NoWord; WrongWord; NotDrawn; NoSeat; AlreadySealed; SeatsFull; EnrolledTooSmall.
    /// @param jobId The job.
    /// @param k The segment.
    /// @param word The word that drew what he replayed: under another one another state is drawn, and an honest seal would be wrong.
    /// @param seal_ keccak256(abi.encode(jobId, k, verifier, root, truthHash)), with truthHash = keccak256(abi.encode(truth, salt)).
    function seal(JobId jobId, uint16 k, bytes32 word, bytes32 seal_) external;

    /// @notice Attests what was sealed. Reverts: JobNotClosing; WrongPart (not Attest); WrongSeat; WrongSeal.
    /// @param root The drawn state's root; zero to say that the segment fails, which the caller has to dispute in `IPinpoint`.
    /// @param truthHash Hash of the truth and a salt.
    function attest(JobId jobId, uint16 k, bytes32 root, bytes32 truthHash) external;

    /// @notice Seals that a verifier's attestation is wrong; reserves the fee of a seat of the caller's enrolled stake.
    /// Reverts: JobNotClosing; WrongPart (not Accuse); OwnSeat; WrongSeat (nothing attested); AlreadyAccused; AccusationsFull;
    /// EnrolledTooSmall.
    /// @param seal_ keccak256(abi.encode(jobId, k, verifier, accuser, truth, salt)).
    function accuse(JobId jobId, uint16 k, address verifier, bytes32 seal_) external;

    /// @notice Opens the drawn state of segment k under its segment root. Anyone; the solver has to.
    /// Reverts: JobNotClosing; WrongPart (not Open); NoWord; NothingToOpen (opened, or the segment has no drawn state);
    /// NotDrawn; the errors of `Merkle`.
    /// @param root The state's root.
    /// @param proof Its siblings under the segment root.
    function openState(JobId jobId, uint16 k, bytes32 root, bytes32[] calldata proof) external;

    /// @notice Reveals the secret of the caller's seat, which says whether he had to attest wrongly, and the sealed truth.
    /// Reverts: JobNotClosing; WrongPart (not Open); WrongSeat; WrongSeal; WrongProofLength; WrongSeal (secret).
    function reveal(
        JobId jobId,
        uint16 k,
        bytes32 truth,
        bytes32 salt,
        bytes32 secret,
        bytes32[] calldata proof
    ) external;

    /// @notice Proves an accusation: the truth sealed is the opened state, and the attestation another root.
    /// Reverts: JobNotClosing; WrongPart (not Prove); NoAccusation; WrongSeal; NotOpened; NotWrong.
    function proveAccusation(JobId jobId, uint16 k, address verifier, bytes32 truth, bytes32 salt) external;

    /// @notice Convicts a solver who did not open the drawn state of a segment that was attested. Anyone, from Prove on; the
    /// caller is credited a timeout's tip in `IPinpoint`.
    /// Reverts: JobNotClosing; WrongPart (before Prove); NothingToOpen (opened, no drawn state, or nobody attested).
    function forfeit(JobId jobId, uint16 k) external;

    /// @notice Closes a seat of a finished job: pays or returns its fee, frees or burns its stake. Anyone.
    /// Reverts: JobNotFinished; WrongSeat. SPEC: spec/verification.md, Outcomes.
    function closeSeat(JobId jobId, uint16 k, address verifier) external;

    /// @notice Closes an accusation of a finished job: credits the jackpot or burns the accuser's bond. Anyone.
    /// Reverts: JobNotFinished; NoAccusation; WrongSeat (the seat itself is still to be closed).
    function closeAccusation(JobId jobId, uint16 k, address verifier, address accuser) external;

    /// @notice Enrolled stake, reserved stake and secrets of a verifier.
    function verifier(address account) external view returns (Verifier memory);

    /// @notice What a verifier had enrolled at a time, and all verifiers together. UNITS: seconds since the epoch.
    function weightAt(address account, uint64 time) external view returns (uint256 weight, uint256 total);

    /// @notice A verifier's seat; Outcome.None and no seal where he has none.
    function seat(JobId jobId, uint16 k, address account) external view returns (Seat memory);

    /// @notice An accusation.
    function accusation(
        JobId jobId,
        uint16 k,
        address account,
        address accuser
    ) external view returns (Accusation memory);

    /// @notice Part of the window that a job is in; Part.None unless it is Closing.
    function partOf(JobId jobId) external view returns (Part);

    /// @notice Whether segment k of a closing job is drawn. Reverts: NoWord.
    function drawn(JobId jobId, uint16 k) external view returns (bool);

    /// @notice Whether the draw gives a verifier a seat on segment k. Reverts: NoWord.
    function eligible(JobId jobId, uint16 k, address account) external view returns (bool);

    /// @notice Place of the drawn state among the states on the segment's grid. Reverts: NoWord.
    /// @return index The place; the last one where the segment has fewer than 4 states.
    /// @return states States on the grid. UNITS: index < states.
    function drawnState(JobId jobId, uint16 k) external view returns (uint256 index, uint256 states);

    /// @notice The opened state of segment k, the committed end of a segment without a drawn state; zero while it is not opened.
    function openedState(JobId jobId, uint16 k) external view returns (bytes32);

    /// @notice Seats that were attested, whose fees the market holds until they are closed.
    function attestedSeats(JobId jobId) external view returns (uint256);

    /// @notice Seats taken on segment k.
    function seatsTaken(JobId jobId, uint16 k) external view returns (uint256);

    /// @notice Drawn verifiers who attested that segment k fails: they share the bounty of its conviction. At most 32.
    function failed(JobId jobId, uint16 k) external view returns (address[] memory);
}
