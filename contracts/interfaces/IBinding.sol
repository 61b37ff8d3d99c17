// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A contract bound to exactly one other
/// @notice The deployer names the bound contract once; afterwards nobody can change anything.
interface IBinding {
    /// @notice The contract is bound, for good.
    event Bound(address indexed bound);

    /// @notice Only the deployer may bind.
    error NotDeployer(address caller, address deployer);
    /// @notice The contract is bound already.
    error AlreadyBound(address bound);
    /// @notice The zero address is no contract.
    error ZeroAddress();
    /// @notice Only the bound contract may call.
    error NotBound(address caller, address bound);

    /// @notice Names the bound contract. Only the deployer, once. Reverts: NotDeployer; AlreadyBound; ZeroAddress.
    function bind(address bound_) external;

    /// @notice Who may bind.
    function deployer() external view returns (address);

    /// @notice The bound contract; zero before `bind`.
    function bound() external view returns (address);
}
