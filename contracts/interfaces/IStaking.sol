// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Stake of one account. free = staked − unbonding − locked.
/// @param staked Everything the account has here.
/// @param locked Part of it that answers for running jobs.
/// @param unbonding Part of it on its way out; it can no longer be locked, but still be slashed.
/// @param unbondedAt From when the unbonding part may be withdrawn; 0 when nothing unbonds. UNITS: seconds.
struct StakeAccount {
    uint128 staked;
    uint128 locked;
    uint128 unbonding;
    uint64 unbondedAt;
}

/// @title Stakes of solvers and verifiers
/// @notice Holds tokens that answer for what their owners claim. Nobody can lock, unlock or slash but the job market and
/// the verification that the deployer binds once; there is no owner. SPEC: spec/market.md, Staking.
/// INVARIANT: for every account, locked + unbonding ≤ staked; the contract holds at least the sum of all `staked`.
/// ASSUMES: the token's balances change by transfers only, and a transfer to the burn address succeeds.
interface IStaking {
    /// @notice Stake came in.
    event Deposited(address indexed account, uint256 amount);
    /// @notice Stake was put on its way out. `unbonding` is all that is on its way, `unbondedAt` when it may be withdrawn.
    event UnbondingStarted(address indexed account, uint256 amount, uint256 unbonding, uint64 unbondedAt);
    /// @notice Stake went out to its owner.
    event Unbonded(address indexed account, uint256 amount);
    /// @notice Free stake now answers for a job.
    event Locked(address indexed account, uint256 amount);
    /// @notice Locked stake is free again.
    event Unlocked(address indexed account, uint256 amount);
    /// @notice Stake was taken away: `paid` to the recipient, `burned` to the burn address; together `amount`.
    event Slashed(address indexed account, uint256 amount, address indexed recipient, uint256 paid, uint256 burned);

    /// @notice The amount is zero.
    error ZeroAmount();
    /// @notice Less stake is free than the call needs.
    error InsufficientFree(address account, uint256 free, uint256 needed);
    /// @notice Less stake is locked than the call would unlock.
    error InsufficientLocked(address account, uint256 locked, uint256 needed);
    /// @notice Less is staked than the call would slash.
    error InsufficientStake(address account, uint256 staked, uint256 needed);
    /// @notice A slash may not pay out more than it takes.
    error PaysTooMuch(uint256 amount, uint256 paid);
    /// @notice Nothing of this account unbonds.
    error NothingUnbonding(address account);
    /// @notice The delay is not over yet.
    error StillUnbonding(address account, uint64 unbondedAt);

    /// @notice Stakes `amount` of the caller's tokens. Reverts: ZeroAmount; ShortTransfer when less arrives.
    /// @param amount Tokens, in the smallest unit; the caller must have approved them.
    function deposit(uint256 amount) external;

    /// @notice Puts free stake on its way out. Adding to stake already on its way restarts the delay for all of it.
    /// Reverts: ZeroAmount; InsufficientFree.
    /// @param amount Tokens.
    function unbond(uint256 amount) external;

    /// @notice Pays the caller all his unbonding stake once the delay is over. Reverts: NothingUnbonding; StillUnbonding.
    function withdraw() external;

    /// @notice Locks free stake. Only the bound contracts. Reverts: NotBound; InsufficientFree.
    /// @param account Whose stake.
    /// @param amount Tokens.
    function lock(address account, uint256 amount) external;

    /// @notice Frees locked stake. Only the bound contracts. Reverts: NotBound; InsufficientLocked.
    /// @param account Whose stake.
    /// @param amount Tokens.
    function unlock(address account, uint256 amount) external;

    /// @notice Takes stake away, locked stake first, then free, then unbonding; pays a part and burns the rest.
    /// Only the bound contracts. Reverts: NotBound; InsufficientStake; PaysTooMuch.
    /// @param account Whose stake.
    /// @param amount Tokens taken away.
    /// @param recipient Who gets the part that is paid.
    /// @param paid That part, at most `amount`.
    function slash(address account, uint256 amount, address recipient, uint256 paid) external;

    /// @notice Seconds from `unbond` to `withdraw`. Longer than any window plus the longest game in it: the market
    /// refuses other terms.
    function unbondingSeconds() external view returns (uint64);

    /// @notice Stake of an account.
    function account(address owner) external view returns (StakeAccount memory);

    /// @notice What an account has staked and does not unbond.
    function bonded(address owner) external view returns (uint256);

    /// @notice What an account may lock or unbond.
    function free(address owner) external view returns (uint256);
}
