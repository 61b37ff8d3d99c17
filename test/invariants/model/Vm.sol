// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice The cheatcodes that the invariants use.
interface Vm {
    /// @notice Bytes of a file that the configuration allows to be read.
    function readFileBinary(string calldata path) external view returns (bytes memory);

    /// @notice Creation code of a compiled contract.
    function getCode(string calldata artifact) external view returns (bytes memory);

    /// @notice Sets the code of an account.
    function etch(address target, bytes calldata code) external;

    /// @notice An environment variable.
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);

    /// @notice Sets the time of the block.
    function warp(uint256 timestamp) external;

    /// @notice Sets the number of the block.
    function roll(uint256 number) external;

    /// @notice Makes the next call come from `sender`.
    function prank(address sender) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
