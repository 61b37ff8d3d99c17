// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SPACE_CONSTANT, SPACE_STATE} from "../types/Codes.sol";
import {Evidence, Read} from "../types/Evidence.sol";
import {Step} from "../types/Judgement.sol";
import {Element, Operator, Tensor} from "../types/Program.sol";
import {Merkle} from "./Merkle.sol";
import {Records} from "./Records.sol";

/// @title Reads of tensors with their proofs
/// @notice Takes the evidence's reads one after another, each checked against a root that the arbiter derives itself.
/// SPEC: spec/game.md, Judgement.
library Reader {
    /// @notice The operator reads more than the evidence has reads.
    error MissingRead(uint256 reads);
    /// @notice A read has `actual` bytes of chunks where `expected` are needed.
    error ChunksLength(uint256 actual, uint256 expected);
    /// @notice A header or record of the dataset has `actual` bytes instead of `expected`.
    error DatasetLength(uint256 actual, uint256 expected);

    /// @notice A dataset field as the dataset describes it.
    /// @param samples Samples of the dataset; 0 if it has none or no such field, and then the rest is 0 too.
    /// @param dtype Code of the field's dtype.
    /// @param words Words of the field.
    /// @param stride Words from one sample to the next.
    /// @param root The field's tensor root.
    struct Field {
        uint256 samples;
        uint256 dtype;
        uint256 words;
        uint256 stride;
        bytes32 root;
    }

    /// @notice Reads every operand, ascending: `count` words of each of the first `runs` operands, one of the others.
    /// @return positions Calldata offset of the first word of each.
    function operands(
        Element memory element,
        Step calldata step,
        Evidence calldata evidence,
        uint256 runs,
        uint256 count
    ) internal view returns (uint256[6] memory positions) {
        Operator memory o = element.operator;
        for (uint256 i; i < o.operands; ++i) {
            uint256 first = Records.addressOf(o, i, element.coordinates);
            positions[i] = run(element, step, evidence, i, first, i < runs ? count : 1);
        }
    }

    /// @notice Reads `count` words of operand `i` from address `first` on.
    /// @dev ASSUMES: count ≥ 1 and the words lie in the tensor, which a valid record sees to.
    /// @return position Calldata offset of the first word.
    function run(
        Element memory element,
        Step calldata step,
        Evidence calldata evidence,
        uint256 i,
        uint256 first,
        uint256 count
    ) internal view returns (uint256 position) {
        Read calldata read = _next(element, evidence);
        Tensor memory tensor = element.sources[i];
        bytes32 root;
        (root, position) = _open(read, tensor.words, tensor.dtype, first, count);
        (bytes32 tree, uint256 index, uint256 leaves) = _tree(element, step, evidence, i);
        Merkle.check(root, index, leaves, read.tensorProof, tree);
    }

    /// @notice Opens field `index` of the dataset.
    function field(
        Step calldata step,
        Evidence calldata evidence,
        uint256 index
    ) internal view returns (Field memory f) {
        bytes calldata header = evidence.dataset.header;
        if (header.length != 16) revert DatasetLength(header.length, 16);
        bytes32 root = Merkle.datasetRoot(header, evidence.dataset.fieldTree);
        if (root != step.datasetRoot) revert Merkle.RootMismatch(root, step.datasetRoot);
        uint256 fields = Records.word(Records.start(header) + 8);
        uint256 samples = Records.word(Records.start(header) + 4);
        if (index >= fields || samples == 0) return f;
        bytes calldata record = evidence.dataset.field;
        if (record.length != Records.RECORD_BYTES) revert DatasetLength(record.length, Records.RECORD_BYTES);
        bytes32 leaf = Merkle.leaf(Merkle.FIELD, record);
        Merkle.check(leaf, index, fields, evidence.dataset.proof, evidence.dataset.fieldTree);
        f.samples = samples;
        f.dtype = Records.word(Records.start(record));
        f.words = Records.word(Records.start(record) + 4);
        f.stride = Records.word(Records.start(record) + 8);
        f.root = bytes32(record[32:64]);
    }

    /// @notice Reads the word of a field at address `place`, which lies in it.
    function fieldWord(
        Element memory element,
        Evidence calldata evidence,
        Field memory f,
        uint256 place
    ) internal view returns (uint256) {
        Read calldata read = _next(element, evidence);
        (bytes32 root, uint256 position) = _open(read, f.words, f.dtype, place, 1);
        if (root != f.root) revert Merkle.RootMismatch(root, f.root);
        if (read.tensorProof.length != 0) revert Merkle.ProofLength(read.tensorProof.length, 0);
        return Records.word(position);
    }

    function _next(Element memory element, Evidence calldata evidence) private pure returns (Read calldata read) {
        uint256 i = element.nextRead;
        if (i >= evidence.reads.length) revert MissingRead(evidence.reads.length);
        element.nextRead = i + 1;
        return evidence.reads[i];
    }

    /// @dev The tree that the tensor of operand `i` belongs to: its root, the tensor's leaf and the number of leaves.
    function _tree(
        Element memory element,
        Step calldata step,
        Evidence calldata evidence,
        uint256 i
    ) private pure returns (bytes32 root, uint256 index, uint256 leaves) {
        uint256 ref = Records.word(Records.operand(element.operator, i));
        index = ref & 0x0fffffff;
        if (ref >> 28 == SPACE_STATE) return (step.from, index, element.states);
        // A constant's declaration ends with its root: a tree of one leaf.
        if (ref >> 28 == SPACE_CONSTANT) return (bytes32(evidence.sources[i].record[32:64]), 0, 1);
        if (index < element.leftLeaves) return (step.left, index, element.leftLeaves);
        return (step.to, index - element.leftLeaves, element.rightLeaves);
    }

    /// @dev Joins a read's chunks to a tensor root of so many words of a dtype.
    function _open(
        Read calldata read,
        uint256 words,
        uint256 dtype,
        uint256 first,
        uint256 count
    ) private view returns (bytes32 root, uint256 position) {
        unchecked {
            uint256 firstChunk = first / Merkle.CHUNK_WORDS;
            uint256 needed = ((first + count - 1) / Merkle.CHUNK_WORDS - firstChunk + 1) * Merkle.CHUNK_BYTES;
            bytes calldata chunks = read.chunks;
            if (chunks.length != needed) revert ChunksLength(chunks.length, needed);
            uint256 depth = Merkle.depthOf((words + Merkle.CHUNK_WORDS - 1) / Merkle.CHUNK_WORDS);
            Merkle.checkChunks(chunks, firstChunk, depth, read.chunkProof, read.chunkTree);
            root = Merkle.tensorRoot(words, dtype, read.chunkTree);
            position = Records.start(chunks) + 4 * (first % Merkle.CHUNK_WORDS);
        }
    }
}
