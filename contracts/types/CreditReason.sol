// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Why an account is owed money.
/// Of a job: Cancelled: the escrow of a job nobody accepted, to its submitter. Price: to the solver of a job that is
/// complete or ended early. PriceRefund: the price or the rest of it, back to the submitter. UnusedFees: fees of
/// attestations never made, to the submitter. AttestationFee: to a verifier. ReleasedFees: fees of attestations from the convicted checkpoint on, to the submitter.
/// Of a game: Bond: back to the challenger. Gas: to the winner, or to the challenger of a void game. Bounty: to the
/// challenger who convicts. ReplayCompensation: to a defender who wins. TimeoutTip: to who called a timeout.
enum CreditReason {
    None,
    Cancelled,
    Price,
    PriceRefund,
    UnusedFees,
    AttestationFee,
    ReleasedFees,
    Bond,
    Gas,
    Bounty,
    ReplayCompensation,
    TimeoutTip
}
