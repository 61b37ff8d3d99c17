// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The real nodes of one level below a node
/// @notice A reveal sends only nodes with a real leaf below them; the reader fills up with EMPTY.
/// SPEC: spec/commitments.md (Trees), spec/game.md (Descents).
library RevealedNodes {
    /// @notice How many real nodes stand `height` levels above the leaves below one node.
    /// @param leaves Real leaves of the whole tree, at least 1.
    /// @param levels Levels below the node.
    /// @param index Index of the node at its level; the node must have a real leaf below it.
    /// @param height Level of the nodes counted, at most `levels`.
    function count(uint256 leaves, uint256 levels, uint256 index, uint256 height) internal pure returns (uint256) {
        unchecked {
            uint256 width = 1 << (levels - height);
            uint256 real = (leaves + (1 << height) - 1) >> height;
            uint256 rest = real - index * width;
            return rest < width ? rest : width;
        }
    }

    /// @notice Root `levels` levels above nodes of level `height`, filled up on the right with EMPTY of that level.
    /// @dev ASSUMES: 1 ≤ nodes.length ≤ 2^levels. Works in memory past the free memory pointer and leaves the pointer
    /// alone. Pair i is hashed in place into slot i: the byte before the pair, which is the domain, belongs to a node that
    /// is used up (for pair 0, to no node), and slot i lies before pair i + 1.
    function root(bytes32[] calldata nodes, uint256 levels, uint256 height) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            // One word of zeros, whose last byte is the domain of pair 0; then the nodes; then a preimage for EMPTY.
            let base := add(mload(0x40), 32)
            mstore(mload(0x40), 0)
            let n := nodes.length
            calldatacopy(base, nodes.offset, shl(5, n))
            let spare := add(base, shl(5, add(n, 1)))
            let empty := 0
            let emptyLevel := 0
            let ok := 1

            for {
                let level := height
                let top := add(height, levels)
            } lt(level, top) {
                level := add(level, 1)
            } {
                if and(n, 1) {
                    for {} lt(emptyLevel, level) {
                        emptyLevel := add(emptyLevel, 1)
                    } {
                        mstore(spare, 0)
                        mstore(add(spare, 32), empty)
                        mstore(add(spare, 64), empty)
                        ok := and(ok, staticcall(gas(), 2, add(spare, 31), 65, 0, 32))
                        empty := mload(0)
                    }
                    mstore(add(base, shl(5, n)), empty)
                    n := add(n, 1)
                }
                let preimage := sub(base, 1)
                n := shr(1, n)
                for {
                    let out := base
                    let end := add(base, shl(5, n))
                } lt(out, end) {
                    out := add(out, 32)
                    preimage := add(preimage, 64)
                } {
                    mstore8(preimage, 0)
                    ok := and(ok, staticcall(gas(), 2, preimage, 65, out, 32))
                }
            }
            // Only want of gas makes the precompile fail.
            if iszero(ok) {
                revert(0, 0)
            }
            hash := mload(base)
        }
    }
}
