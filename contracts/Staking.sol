// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Binding} from "./Binding.sol";
import {IStaking, StakeAccount} from "./interfaces/IStaking.sol";
import {Tokens} from "./libraries/Tokens.sol";

/// @title Stakes of solvers and verifiers
contract Staking is IStaking, Binding, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Tokens for IERC20;

    /// @dev Places of the bound contracts.
    uint256 private constant MARKET = 0;
    uint256 private constant VERIFICATION = 1;

    /// @notice The token that is staked.
    IERC20 public immutable token;

    /// @inheritdoc IStaking
    uint64 public immutable override unbondingSeconds;

    mapping(address owner => StakeAccount) private _accounts;

    /// @param token_ The token that is staked.
    /// @param unbondingSeconds_ Seconds from `unbond` to `withdraw`; at least 1.
    constructor(IERC20 token_, uint64 unbondingSeconds_) Binding(2) {
        if (address(token_) == address(0)) revert ZeroAddress();
        if (unbondingSeconds_ == 0) revert ZeroAmount();
        token = token_;
        unbondingSeconds = unbondingSeconds_;
    }

    /// @inheritdoc IStaking
    function deposit(uint256 amount) external override nonReentrant {
        if (amount == 0) revert ZeroAmount();
        _accounts[msg.sender].staked += amount.toUint128();
        emit Deposited(msg.sender, amount);
        token.pull(amount);
    }

    /// @inheritdoc IStaking
    function unbond(uint256 amount) external override {
        if (amount == 0) revert ZeroAmount();
        StakeAccount storage a = _accounts[msg.sender];
        _requireFree(msg.sender, a, amount);
        uint128 unbonding = a.unbonding + uint128(amount);
        uint64 unbondedAt = uint64(block.timestamp) + unbondingSeconds;
        a.unbonding = unbonding;
        a.unbondedAt = unbondedAt;
        emit UnbondingStarted(msg.sender, amount, unbonding, unbondedAt);
    }

    /// @inheritdoc IStaking
    function withdraw() external override nonReentrant {
        StakeAccount storage a = _accounts[msg.sender];
        uint128 amount = a.unbonding;
        if (amount == 0) revert NothingUnbonding(msg.sender);
        if (block.timestamp < a.unbondedAt) revert StillUnbonding(msg.sender, a.unbondedAt);
        a.staked -= amount;
        a.unbonding = 0;
        a.unbondedAt = 0;
        emit Unbonded(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStaking
    function lock(address owner, uint256 amount) external override onlyEither(MARKET, VERIFICATION) {
        StakeAccount storage a = _accounts[owner];
        _requireFree(owner, a, amount);
        a.locked += uint128(amount);
        emit Locked(owner, amount);
    }

    /// @inheritdoc IStaking
    function unlock(address owner, uint256 amount) external override onlyEither(MARKET, VERIFICATION) {
        StakeAccount storage a = _accounts[owner];
        if (amount > a.locked) revert InsufficientLocked(owner, a.locked, amount);
        a.locked -= uint128(amount);
        emit Unlocked(owner, amount);
    }

    /// @inheritdoc IStaking
    function slash(
        address owner,
        uint256 amount,
        address recipient,
        uint256 paid
    ) external override onlyEither(MARKET, VERIFICATION) nonReentrant {
        StakeAccount storage a = _accounts[owner];
        if (amount > a.staked) revert InsufficientStake(owner, a.staked, amount);
        if (paid > amount) revert PaysTooMuch(amount, paid);
        uint128 staked = a.staked - uint128(amount);
        uint128 locked = a.locked - uint128(Math.min(amount, a.locked));
        a.staked = staked;
        a.locked = locked;
        if (a.unbonding > staked - locked) a.unbonding = staked - locked;
        emit Slashed(owner, amount, recipient, paid, amount - paid);
        if (paid != 0) token.safeTransfer(recipient, paid);
        token.burn(amount - paid);
    }

    /// @inheritdoc IStaking
    function account(address owner) external view override returns (StakeAccount memory) {
        return _accounts[owner];
    }

    /// @inheritdoc IStaking
    function bonded(address owner) external view override returns (uint256) {
        StakeAccount storage a = _accounts[owner];
        return a.staked - a.unbonding;
    }

    /// @inheritdoc IStaking
    function free(address owner) external view override returns (uint256) {
        return _free(_accounts[owner]);
    }

    function _free(StakeAccount storage a) private view returns (uint256) {
        return a.staked - a.locked - a.unbonding;
    }

    function _requireFree(address owner, StakeAccount storage a, uint256 amount) private view {
        uint256 available = _free(a);
        if (amount > available) revert InsufficientFree(owner, available, amount);
    }
}
