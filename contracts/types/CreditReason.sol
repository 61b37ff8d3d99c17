// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Why an account is owed money.
/// Of a job: Cancelled: the escrow of a job nobody accepted, to its submitter. Saving: what the auction left of the price,
/// to the submitter. Price: to the solver of a job that is complete or ended early. PriceRefund: the price or the rest of it,
/// back to the submitter. UnusedFees: fees of seats that nobody took, and the jackpot fee of a job that does not settle, to
/// the submitter. AttestationFee: to a verifier. ReturnedFee: the fee of a seat that earns none, to the submitter. Jackpot:
/// to who caught a forced error.
/// Of a game: Bond: back to the challenger. Gas: to the winner, or to the challenger of a void game. Bounty: to the
/// drawn verifiers who attested that the segment fails, else to the challenger who convicts. ForfeitTip: to who showed that the solver did not open a drawn state, or
/// did not answer a demand. ReplayCompensation: to a defender who wins. TimeoutTip: to who called a timeout.
/// Of a demand: Answer: to who answered it. Demand: back to the demander of one that was not answered, or whose job fell.
enum CreditReason {
    None,
    Cancelled,
    Saving,
    Price,
    PriceRefund,
    UnusedFees,
    AttestationFee,
    ReturnedFee,
    Jackpot,
    Bond,
    Gas,
    Bounty,
    ReplayCompensation,
    TimeoutTip,
    ForfeitTip,
    Answer,
    Demand
}
