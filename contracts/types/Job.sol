// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {JobId} from "./Ids.sol";

/// @notice What a job waits for. Finished: Settled, Expired, Cancelled, Convicted, Ended. SPEC: spec/market.md.
enum Status {
    None,
    Open,
    Running,
    Closing,
    Settled,
    Expired,
    Cancelled,
    Convicted,
    Ended
}

/// @notice A member of `Terms`, or a value derived from them, that a rule bounds. In the order in which they are checked.
/// GridStates: states committed in a segment. Checkpoints: ⌈steps / interval⌉. Escrow: what the submitter deposits. Seats:
/// verifier stakes of all expected seats. Liability: window plus the longest game, in seconds.
enum Term {
    None,
    Steps,
    FirstStep,
    Interval,
    Grid,
    GridStates,
    Checkpoints,
    Order,
    FloorPrice,
    Escrow,
    ValueAtRisk,
    Draws,
    Attestors,
    VerifierStake,
    Seats,
    Stake,
    AcceptBy,
    Auction,
    Heartbeat,
    Window,
    Extension,
    Clock,
    Uri,
    Liability
}

/// @notice Terms of a job, fixed when it is submitted.
/// @param programRoot Identifies the program.
/// @param datasetRoot Identifies the dataset.
/// @param initialStateRoot Root of the state before the first step.
/// @param manifestHash SHA-256 of the manifest.
/// @param firstStep Number of the job's first step: 0, or where a job that resumes another goes on.
/// @param steps Steps of the whole job, at least 1; firstStep + steps < 2³².
/// @param interval Steps of a segment, 1 to `steps`.
/// @param grid Steps between two states committed in a segment, 1 to 64; a segment has at most 64 of them.
/// @param seed Seed of the order and of random bits.
/// @param order How samples are assigned: 1 sequential, 2 shuffled.
/// @param workUnits Work units of the whole job. SPEC: spec/program.md.
/// @param solver Who alone may accept; zero for anyone.
/// @param parent The job whose last state this one starts from; 0 for none.
/// @param floorPrice Tokens a work unit at which the auction begins, in the token's smallest unit (as every amount here).
/// @param unitPrice Tokens a work unit at most: where the auction ends.
/// @param auction Seconds in which the price rises from `floorPrice` to `unitPrice`; 0 for `unitPrice` from the start.
/// @param valueAtRisk What a false result is worth to a cheater at most; at least the whole price.
/// @param draws Segments that are drawn for verification, 1 to all.
/// @param attestors Seats that a drawn segment has on average; at most twice as many are taken.
/// @param attestationFee Fee of one seat.
/// @param verifierStake What a seat's verifier loses for a false or a missing attestation.
/// @param jackpotFee What a settled job pays into the jackpot pool.
/// @param stake What the solver locks; at least `IJobMarket.minimumStake`.
/// @param bounty What the challenger of the convicting game gets.
/// @param gasRate Tokens for a unit of gas.
/// @param gasCap Most gas that one side of a game is repaid.
/// @param replayCompensation What a defender who wins gets for replaying a segment.
/// @param latePenalty What a solver who does not finish loses.
/// @param acceptBy Last second in which a solver may accept. UNITS: seconds since the epoch.
/// @param heartbeat Seconds that the solver has for each checkpoint, from acceptance or from the one before.
/// @param window Seconds from the last checkpoint (or from `expire`) in which disputes may be opened.
/// @param clock Seconds that each side of a game has.
/// @param extension Seconds that a side of a game has at least when it comes to move, and that the solver of a job that is
/// ended early has to commit what he trained; 1 to `clock`.
/// @param uri Where the bundle is served, at most 256 bytes.
struct Terms {
    bytes32 programRoot;
    bytes32 datasetRoot;
    bytes32 initialStateRoot;
    bytes32 manifestHash;
    uint32 firstStep;
    uint32 steps;
    uint32 interval;
    uint8 grid;
    uint32 seed;
    uint8 order;
    uint128 workUnits;
    address solver;
    JobId parent;
    uint128 floorPrice;
    uint128 unitPrice;
    uint32 auction;
    uint128 valueAtRisk;
    uint16 draws;
    uint8 attestors;
    uint128 attestationFee;
    uint128 verifierStake;
    uint128 jackpotFee;
    uint128 stake;
    uint128 bounty;
    uint64 gasRate;
    uint32 gasCap;
    uint128 replayCompensation;
    uint128 latePenalty;
    uint64 acceptBy;
    uint32 heartbeat;
    uint32 window;
    uint32 clock;
    uint32 extension;
    string uri;
}

/// @notice State of a job.
/// @param submitter Who pays.
/// @param status What the job waits for.
/// @param checkpoints Checkpoints of the whole job.
/// @param committed Checkpoints committed so far.
/// @param convictedCheckpoint The checkpoint that fell; meaningful when Convicted.
/// @param openGames Games and demands that keep the job from settling.
/// @param ended Whether the submitter ended the job early.
/// @param solver Who trains; zero before acceptance.
/// @param drawBlock The beacon's target block: its word draws segments, steps and verifiers; 0 before Closing.
/// @param openedAt Time of submission, when the auction begins. UNITS: seconds since the epoch (as every time here).
/// @param deadline Last second in which the next checkpoint may be committed; 0 before acceptance. `end` brings it forward.
/// @param snapshotAt Time of the last commitment but those that close the job, or of the acceptance: stakes as they were
/// before it are drawn by.
/// @param windowEnd First second in which no dispute may be opened any more; 0 before Closing.
/// @param unitPrice Tokens a work unit, where the auction stood at acceptance; 0 before.
/// @param termsHash keccak256 of the ABI encoding of the terms; `accept` names it.
/// @param uri Where the solver serves checkpoints.
struct Job {
    address submitter;
    Status status;
    uint16 checkpoints;
    uint16 committed;
    uint16 convictedCheckpoint;
    uint32 openGames;
    bool ended;
    address solver;
    uint64 drawBlock;
    uint64 openedAt;
    uint64 deadline;
    uint64 snapshotAt;
    uint64 windowEnd;
    uint128 unitPrice;
    bytes32 termsHash;
    string uri;
}

/// @notice What a solver committed for one checkpoint.
/// @param stateRoot Root of the state after the segment.
/// @param segmentRoot Root over the states on the segment's grid.
struct Checkpoint {
    bytes32 stateRoot;
    bytes32 segmentRoot;
}

/// @notice What a committed checkpoint says: this program, from this state, over these steps, gives that state.
/// @param programRoot Identifies the program.
/// @param datasetRoot Identifies the dataset.
/// @param startRoot Root of the state before the segment.
/// @param endRoot Root of the state after it, as claimed.
/// @param segmentRoot Root over the states on its grid, as claimed.
/// @param firstStep Number of the segment's first step.
/// @param steps Steps of the segment.
/// @param grid Steps between two states under `segmentRoot`.
/// @param seed The job's seed.
/// @param order How samples are assigned: 1 sequential, 2 shuffled.
struct Claim {
    bytes32 programRoot;
    bytes32 datasetRoot;
    bytes32 startRoot;
    bytes32 endRoot;
    bytes32 segmentRoot;
    uint32 firstStep;
    uint32 steps;
    uint8 grid;
    uint32 seed;
    uint8 order;
}

/// @notice The part of a job's terms that rules its games.
/// @param solver The defender of every game.
/// @param bounty What the challenger of the convicting game gets.
/// @param gasRate Tokens for a unit of gas.
/// @param gasCap Most gas that one side of a game is repaid.
/// @param replayCompensation What a defender who wins gets.
/// @param clock Seconds that each side has.
/// @param extension Seconds that a side has at least when it comes to move.
struct GameTerms {
    address solver;
    uint128 bounty;
    uint64 gasRate;
    uint32 gasCap;
    uint128 replayCompensation;
    uint32 clock;
    uint32 extension;
}

/// @notice The part of a job that rules its verification.
/// @param status What the job waits for.
/// @param solver Who trains; he has no seat.
/// @param committed Checkpoints committed.
/// @param convictedCheckpoint The checkpoint that fell; meaningful when Convicted.
/// @param drawBlock The beacon's target block.
/// @param snapshotAt Stakes as they were before this time are drawn by. UNITS: seconds since the epoch.
/// @param closedAt When the job closed. UNITS: seconds since the epoch.
/// @param window Seconds of the window.
/// @param draws Segments that are drawn, at most those committed.
/// @param attestors Seats that a drawn segment has on average.
/// @param attestationFee Fee of a seat.
/// @param verifierStake Stake behind a seat.
/// @param jackpotFee What the job pays into the pool.
struct SamplingTerms {
    Status status;
    address solver;
    uint16 committed;
    uint16 convictedCheckpoint;
    uint64 drawBlock;
    uint64 snapshotAt;
    uint64 closedAt;
    uint32 window;
    uint16 draws;
    uint8 attestors;
    uint128 attestationFee;
    uint128 verifierStake;
    uint128 jackpotFee;
}
