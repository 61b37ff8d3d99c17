// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token for development chains
/// @notice Anyone mints as much as he likes: worth nothing, never to be used where money is real.
contract TestToken is ERC20 {
    constructor() ERC20("Pinpoint Test Token", "PINT") {}

    /// @notice Makes `amount` new tokens, in the smallest unit (18 decimals), for `to`.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
