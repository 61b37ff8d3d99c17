// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {CreditReason} from "../types/CreditReason.sol";

/// @title Pull payments in one token
/// @notice Money the contract owes an account is a credit; the account takes it when it likes.
/// INVARIANT: the contract's balance of the token is at least the sum of all credits plus what it holds for jobs or games.
interface ICredits {
    /// @notice The contract owes an account `amount` more. `subject` is the job (market) or the game (Pinpoint).
    event Credited(address indexed account, uint256 amount, CreditReason reason, uint64 indexed subject);
    /// @notice An account took all it was owed; `recipient` got it, the account itself if it named no other.
    event Withdrawn(address indexed account, address indexed recipient, uint256 amount);

    /// @notice The account is owed nothing.
    error NothingOwed(address account);
    /// @notice Money sent to this recipient would be lost: nobody, or the contract itself.
    error WrongRecipient(address recipient);

    /// @notice Pays the caller all he is owed. Reverts: NothingOwed.
    function withdraw() external;

    /// @notice Pays all that the caller is owed to another account, so that the key that earns need not hold the money.
    /// Reverts: WrongRecipient, NothingOwed.
    function withdrawTo(address recipient) external;

    /// @notice What the contract owes an account. UNITS: the token's smallest.
    function credit(address account) external view returns (uint256);
}
