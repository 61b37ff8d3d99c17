// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBinding} from "./interfaces/IBinding.sol";

/// @title A contract bound to others that may call it
abstract contract Binding is IBinding {
    uint256 private constant MOST = 3;

    /// @inheritdoc IBinding
    address public immutable override deployer = msg.sender;

    uint256 private immutable _count;

    /// @inheritdoc IBinding
    address[MOST] public override bound;

    /// @dev Only the contract bound at this place.
    modifier onlyBound(uint256 place) {
        if (msg.sender != bound[place]) revert NotBound(msg.sender, bound[place]);
        _;
    }

    /// @dev Only the contracts bound at these two places.
    modifier onlyEither(uint256 one, uint256 other) {
        if (msg.sender != bound[one] && msg.sender != bound[other]) revert NotBound(msg.sender, bound[one]);
        _;
    }

    /// @param count How many contracts it is bound to, at most `MOST`.
    constructor(uint256 count) {
        _count = count;
    }

    /// @inheritdoc IBinding
    function bind(address[] calldata bound_) external override {
        if (msg.sender != deployer) revert NotDeployer(msg.sender, deployer);
        if (bound[0] != address(0)) revert AlreadyBound(bound[0]);
        if (bound_.length != _count) revert WrongBindings(bound_.length, _count);
        for (uint256 place; place < bound_.length; ++place) {
            if (bound_[place] == address(0)) revert ZeroAddress();
            bound[place] = bound_[place];
        }
        emit Bound(bound_);
    }
}
