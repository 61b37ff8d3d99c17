// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

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
/// GridStates: states committed in a segment. Checkpoints: ⌈steps / interval⌉. Escrow: what the submitter deposits.
/// Liability: window plus the longest game, in seconds.
enum Term {
    None,
    Steps,
    Interval,
    Grid,
    GridStates,
    Checkpoints,
    Order,
    Escrow,
    Stake,
    AcceptBy,
    Duration,
    Window,
    Extension,
    Clock,
    Uri,
    Liability
}

/// @notice Terms of a job, fixed when it is submitted.
/// @param programRoot Identifies the program.
/// @param datasetRoot Identifies the dataset.
/// @param initialStateRoot Root of the state before step 0.
/// @param manifestHash SHA-256 of the manifest.
/// @param steps Steps of the whole job, at least 1.
/// @param interval Steps of a segment, 1 to `steps`.
/// @param grid Steps between two states committed in a segment, 1 to 64; a segment has at most 64 of them.
/// @param seed Seed of the order and of random bits.
/// @param order How samples are assigned: 1 sequential, 2 shuffled.
/// @param workUnits Work units of the whole job. SPEC: spec/program.md.
/// @param unitPrice Tokens a work unit, in the token's smallest unit (as every amount here).
/// @param attestationFee Fee of one attestation.
/// @param attestors Attestations that are paid, a checkpoint.
/// @param stake What the solver locks; at least `IJobMarket.minimumStake`.
/// @param bounty What the challenger of the convicting game gets.
/// @param gasRate Tokens for a unit of gas.
/// @param gasCap Most gas that one side of a game is repaid.
/// @param replayCompensation What a defender who wins gets for replaying a segment.
/// @param latePenalty What a solver who does not finish loses.
/// @param acceptBy Last second in which a solver may accept. UNITS: seconds since the epoch.
/// @param duration Seconds from acceptance to the deadline of the last checkpoint.
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
    uint32 steps;
    uint32 interval;
    uint8 grid;
    uint32 seed;
    uint8 order;
    uint128 workUnits;
    uint128 unitPrice;
    uint128 attestationFee;
    uint8 attestors;
    uint128 stake;
    uint128 bounty;
    uint64 gasRate;
    uint32 gasCap;
    uint128 replayCompensation;
    uint128 latePenalty;
    uint64 acceptBy;
    uint32 duration;
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
/// @param openGames Games that keep the job from settling.
/// @param ended Whether the submitter ended the job early.
/// @param solver Who trains; zero before acceptance.
/// @param attestations Attestations made so far, over all checkpoints.
/// @param deadline Last second in which a checkpoint may be committed; 0 before acceptance. `end` brings it forward.
/// @param windowEnd First second in which no dispute may be opened any more; 0 before Closing.
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
    uint32 attestations;
    uint64 deadline;
    uint64 windowEnd;
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
/// @param firstStep First step of the segment, from 0 over the whole job.
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
