// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBinding} from "./interfaces/IBinding.sol";

/// @title A contract bound to exactly one other
abstract contract Binding is IBinding {
    /// @inheritdoc IBinding
    address public immutable override deployer = msg.sender;

    /// @inheritdoc IBinding
    address public override bound;

    modifier onlyBound() {
        if (msg.sender != bound) revert NotBound(msg.sender, bound);
        _;
    }

    /// @inheritdoc IBinding
    function bind(address bound_) external override {
        if (msg.sender != deployer) revert NotDeployer(msg.sender, deployer);
        if (bound != address(0)) revert AlreadyBound(bound);
        if (bound_ == address(0)) revert ZeroAddress();
        bound = bound_;
        emit Bound(bound_);
    }
}
