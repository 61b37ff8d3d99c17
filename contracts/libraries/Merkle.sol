// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Commitments
/// @notice SHA-256 with one byte of domain before the content, and perfect binary trees over the hashes.
/// SPEC: spec/commitments.md.
/// @dev Every function needs only the free memory past the free memory pointer as scratch and leaves the pointer alone.
library Merkle {
    /// @notice The proof has `actual` siblings where `expected` are needed.
    error ProofLength(uint256 actual, uint256 expected);
    /// @notice The leaf's index is not below the number of leaves.
    error LeafOutOfRange(uint256 index, uint256 leaves);
    /// @notice The bytes and proofs sent hash to `actual`, not to the committed `expected`.
    error RootMismatch(bytes32 actual, bytes32 expected);

    uint8 internal constant CHUNK = 1;
    uint8 internal constant RECORD = 3;
    uint8 internal constant FIELD = 5;
    uint256 internal constant CHUNK_BYTES = 1_024;
    uint256 internal constant CHUNK_WORDS = 256;

    /// @notice Levels above the leaves of a tree of n leaves: ⌈log₂ n⌉, 0 for none.
    function depthOf(uint256 n) internal pure returns (uint256 depth) {
        if (n > 1) {
            assembly ("memory-safe") {
                depth := sub(256, clz(sub(n, 1)))
            }
        }
    }

    /// @notice Hash of domain ‖ content.
    function leaf(uint8 domain, bytes calldata content) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore8(p, domain)
            calldatacopy(add(p, 1), content.offset, content.length)
            if iszero(staticcall(gas(), 2, p, add(content.length, 1), 0, 32)) {
                revert(0, 0)
            }
            hash := mload(0)
        }
    }

    /// @notice Root of a tensor from its words, its dtype's code and the root of its chunk tree.
    function tensorRoot(uint256 words, uint256 dtype, bytes32 chunkTree) internal view returns (bytes32 hash) {
        uint256 w = _swap(words);
        uint256 d = _swap(dtype);
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, or(shl(248, 2), or(shl(216, w), shl(184, d))))
            mstore(add(p, 9), chunkTree)
            if iszero(staticcall(gas(), 2, p, 41, 0, 32)) {
                revert(0, 0)
            }
            hash := mload(0)
        }
    }

    /// @notice Root of a program from its header (32 bytes) and record tree.
    function programRoot(bytes calldata header, bytes32 recordTree) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x04), header, recordTree));
    }

    /// @notice Root of a dataset from its header (16 bytes) and field tree.
    function datasetRoot(bytes calldata header, bytes32 fieldTree) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x06), header, fieldTree));
    }

    /// @notice Reverts unless a root is the committed one.
    function requireRoot(bytes32 actual, bytes32 expected) internal pure {
        if (actual != expected) revert RootMismatch(actual, expected);
    }

    /// @notice Reverts unless `node` is leaf `index` of the tree of `leaves` leaves with that root.
    function check(bytes32 node, uint256 index, uint256 leaves, bytes32[] calldata proof, bytes32 root) internal view {
        if (index >= leaves) revert LeafOutOfRange(index, leaves);
        if (proof.length != depthOf(leaves)) revert ProofLength(proof.length, depthOf(leaves));
        node = _climb(node, index, proof);
        if (node != root) revert RootMismatch(node, root);
    }

    /// @notice Reverts unless `first` and `second` are leaves `index` and `index` + 1 of the tree of `leaves` leaves with that
    /// root, by one range proof of both.
    function checkPair(
        bytes32 first,
        bytes32 second,
        uint256 index,
        uint256 leaves,
        bytes32[] calldata proof,
        bytes32 root
    ) internal view {
        unchecked {
            if (index + 1 >= leaves) revert LeafOutOfRange(index + 1, leaves);
            // Levels on which they have parents of their own, and so a sibling each.
            uint256 apart;
            while ((index >> apart) & 1 == 1) ++apart;
            uint256 expected = depthOf(leaves) - 1 + apart;
            if (proof.length != expected) revert ProofLength(proof.length, expected);
            uint256 used = 2 * apart;
            for (uint256 i; i < used; i += 2) {
                first = _node(proof[i], first);
                second = _node(second, proof[i + 1]);
            }
            first = _climb(_node(first, second), index >> (apart + 1), proof[used:]);
            if (first != root) revert RootMismatch(first, root);
        }
    }

    /// @notice Reverts unless `chunks`, whole chunks, are the leaves from `first` on of the chunk tree of `depth` levels
    /// with that root.
    /// @dev ASSUMES: at least one chunk, and a length that is a multiple of a chunk's.
    function checkChunks(
        bytes calldata chunks,
        uint256 first,
        uint256 depth,
        bytes32[] calldata proof,
        bytes32 root
    ) internal view {
        unchecked {
            uint256 count = chunks.length / CHUNK_BYTES;
            // Nodes of the level at hand, with room before and behind for a sibling.
            bytes32[] memory nodes = new bytes32[](count + 2);
            for (uint256 i; i < count; ++i) nodes[i + 1] = leaf(CHUNK, chunks[i * CHUNK_BYTES:(i + 1) * CHUNK_BYTES]);
            uint256 last = first + count - 1;
            uint256 used;
            for (; depth != 0; --depth) {
                uint256 start = 1;
                if (first & 1 == 1) nodes[--start] = _sibling(proof, used++);
                if (last & 1 == 0) nodes[last - first + 2] = _sibling(proof, used++);
                first >>= 1;
                last >>= 1;
                for (uint256 i; i <= last - first; ++i) {
                    nodes[i + 1] = _node(nodes[start + 2 * i], nodes[start + 2 * i + 1]);
                }
            }
            if (used != proof.length) revert ProofLength(proof.length, used);
            if (nodes[1] != root) revert RootMismatch(nodes[1], root);
        }
    }

    /// @dev Sibling `i` of a range proof.
    function _sibling(bytes32[] calldata proof, uint256 i) private pure returns (bytes32) {
        if (i >= proof.length) revert ProofLength(proof.length, i + 1);
        return proof[i];
    }

    /// @dev The node above `node`, which stands at `index` of its level, that its siblings from there on give.
    function _climb(bytes32 node, uint256 index, bytes32[] calldata proof) private view returns (bytes32) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore8(p, 0)
            let left := add(p, 1)
            let sibling := proof.offset
            for {
                let end := add(sibling, shl(5, proof.length))
            } lt(sibling, end) {
                sibling := add(sibling, 32)
            } {
                let side := shl(5, and(index, 1))
                mstore(add(left, side), node)
                mstore(add(left, xor(side, 32)), calldataload(sibling))
                if iszero(staticcall(gas(), 2, p, 65, 0, 32)) {
                    revert(0, 0)
                }
                node := mload(0)
                index := shr(1, index)
            }
        }
        return node;
    }

    /// @dev Parent of two nodes.
    function _node(bytes32 left, bytes32 right) private view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore8(p, 0)
            mstore(add(p, 1), left)
            mstore(add(p, 33), right)
            if iszero(staticcall(gas(), 2, p, 65, 0, 32)) {
                revert(0, 0)
            }
            hash := mload(0)
        }
    }

    /// @dev The four bytes of a word in the other order.
    function _swap(uint256 x) private pure returns (uint256) {
        x = ((x & 0x00ff00ff) << 8) | ((x >> 8) & 0x00ff00ff);
        return ((x & 0xffff) << 16) | (x >> 16);
    }
}
