// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title A token with the manners that the contracts must survive
/// @notice Takes a fee when told to, and calls back into a contract in the middle of a transfer when told to.
contract OddToken is ERC20 {
    /// @notice Per mille of every transfer that is lost.
    uint256 public fee;
    /// @notice Whether transfers answer false instead of moving anything.
    bool public mute;
    /// @notice Called once in the middle of the next transfer.
    address public target;
    /// @notice What it is called with.
    bytes public data;

    constructor() ERC20("Odd", "ODD") {}

    /// @notice Makes tokens.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Sets the fee.
    function setFee(uint256 perMille) external {
        fee = perMille;
    }

    /// @notice Makes transfers answer false, or true again.
    function setMute(bool value) external {
        mute = value;
    }

    /// @inheritdoc ERC20
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return !mute && super.transferFrom(from, to, value);
    }

    /// @notice Sets the call made during the next transfer.
    function callDuringTransfer(address target_, bytes calldata data_) external {
        target = target_;
        data = data_;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 lost = from == address(0) ? 0 : (value * fee) / 1_000;
        super._update(from, to, value - lost);
        if (lost != 0) super._update(from, address(0), lost);
        address called = target;
        if (called == address(0) || from == address(0)) return;
        target = address(0);
        Address.functionCall(called, data);
    }
}
