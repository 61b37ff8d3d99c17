// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A contract bound to others that may call it
/// @notice The deployer names them once, in a fixed order; afterwards nobody can change anything.
interface IBinding {
    /// @notice The contract is bound, for good.
    event Bound(address[] bound);

    /// @notice Only the deployer may bind.
    error NotDeployer(address caller, address deployer);
    /// @notice The contract is bound already.
    error AlreadyBound(address bound);
    /// @notice The contract is bound to another number of contracts.
    error WrongBindings(uint256 given, uint256 expected);
    /// @notice The zero address is no contract.
    error ZeroAddress();
    /// @notice Only the bound contract may call.
    error NotBound(address caller, address bound);

    /// @notice Names the bound contracts. Only the deployer, once. Reverts: NotDeployer; AlreadyBound; WrongBindings; ZeroAddress.
    function bind(address[] calldata bound_) external;

    /// @notice Who may bind.
    function deployer() external view returns (address);

    /// @notice A bound contract by its place; zero before `bind`. Reverts with a panic beyond the last place.
    function bound(uint256 place) external view returns (address);
}
