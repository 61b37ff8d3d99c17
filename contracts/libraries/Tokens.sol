// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {BURN_ADDRESS} from "../types/Rules.sol";

/// @title Moving tokens in and burning them
library Tokens {
    using SafeERC20 for IERC20;

    /// @notice Less arrived than was sent: the token takes a fee, and such a token is refused.
    error ShortTransfer(uint256 expected, uint256 received);

    /// @notice Takes `amount` of the caller's tokens; what arrives is measured. Nothing happens for 0.
    function pull(IERC20 token, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received < amount) revert ShortTransfer(amount, received);
    }

    /// @notice Sends `amount` to the burn address. Nothing happens for 0.
    function burn(IERC20 token, uint256 amount) internal {
        if (amount != 0) token.safeTransfer(BURN_ADDRESS, amount);
    }
}
