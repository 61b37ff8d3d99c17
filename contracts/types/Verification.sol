// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Part of the window of a closing job, in their order; Rest until its end. SPEC: spec/verification.md, Parts.
enum Part {
    None,
    Seal,
    Attest,
    Accuse,
    Open,
    Prove,
    Rest
}

/// @notice How a seat ended. SPEC: spec/verification.md, Outcomes.
/// Right: attested the drawn state. Obeyed: attested wrongly as its secret told. Challenged: attested failure and disputed
/// it. Void: the job fell, or the state was never opened and nobody said so. Wrong: attested another state. Disobeyed: did
/// not attest wrongly though its secret told. Missing: sealed and never attested. Hidden: kept its secret. Unchallenged:
/// attested failure and disputed nothing. The first two earn the fee; from Wrong on the stake is burned.
enum Outcome {
    None,
    Right,
    Obeyed,
    Challenged,
    Void,
    Wrong,
    Disobeyed,
    Missing,
    Hidden,
    Unchallenged
}

/// @notice Stake of a verifier in the draws.
/// @param enrolled All of it.
/// @param reserved Part of it behind open seats and accusations.
/// @param secretsRoot Root of the tree of his secrets.
/// @param secretsAt When he named them. UNITS: seconds since the epoch.
struct Verifier {
    uint128 enrolled;
    uint128 reserved;
    bytes32 secretsRoot;
    uint64 secretsAt;
}

/// @notice A verifier's seat on a drawn segment.
/// @param seal Hash of what he found; zero where he has no seat.
/// @param attested Whether he attested.
/// @param revealed Whether he revealed his secret.
/// @param forced Whether the secret told him to attest wrongly; valid once revealed.
/// @param accusations Accusations made.
/// @param catches Accusations proved.
/// @param outcome How it ended; None while it is open.
/// @param jackpot What was kept for those who caught it; valid once there is a catch.
/// @param root What he attested; zero for failure.
/// @param truthHash Hash of the truth and a salt.
/// @param truth The truth that he had sealed; valid once revealed.
struct Seat {
    bytes32 seal;
    bool attested;
    bool revealed;
    bool forced;
    uint8 accusations;
    uint8 catches;
    Outcome outcome;
    uint128 jackpot;
    bytes32 root;
    bytes32 truthHash;
    bytes32 truth;
}

/// @notice An accusation of a seat.
/// @param seal Hash of what the accuser found; zero where there is none.
/// @param proved Whether he proved it.
/// @param closed Whether it is over.
struct Accusation {
    bytes32 seal;
    bool proved;
    bool closed;
}
