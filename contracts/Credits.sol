// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICredits} from "./interfaces/ICredits.sol";
import {CreditReason} from "./types/CreditReason.sol";

/// @title Pull payments in one token
abstract contract Credits is ICredits, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice The token that everything is paid in.
    IERC20 public immutable token;

    /// @inheritdoc ICredits
    mapping(address account => uint256 amount) public override credit;

    constructor(IERC20 token_) {
        token = token_;
    }

    /// @inheritdoc ICredits
    function withdraw() external override nonReentrant {
        _pay(msg.sender);
    }

    /// @inheritdoc ICredits
    function withdrawTo(address recipient) external override nonReentrant {
        if (recipient == address(0) || recipient == address(this)) revert WrongRecipient(recipient);
        _pay(recipient);
    }

    /// @dev Pays the caller's whole credit to `recipient`.
    function _pay(address recipient) private {
        uint256 amount = credit[msg.sender];
        if (amount == 0) revert NothingOwed(msg.sender);
        credit[msg.sender] = 0;
        emit Withdrawn(msg.sender, recipient, amount);
        token.safeTransfer(recipient, amount);
    }

    /// @dev Owes an account `amount` more; nothing happens for 0.
    function _credit(address account, uint256 amount, CreditReason reason, uint64 subject) internal {
        if (amount == 0) return;
        credit[account] += amount;
        emit Credited(account, amount, reason, subject);
    }
}
