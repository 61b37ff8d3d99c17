// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice A record of a program with its proof under the program's record tree.
/// @param record Canonical bytes of one declaration or operator. SPEC: spec/program.md.
/// @param proof Siblings of the record's leaf, bottom up.
struct Source {
    bytes record;
    bytes32[] proof;
}

/// @notice One operand read: whole chunks joined to a tensor, and the tensor joined to its tree.
/// @param tensorProof Siblings of the tensor root in its tree, bottom up; empty for a constant or a field.
/// @param chunkTree Root of the tensor's chunk tree.
/// @param chunks Whole chunks, 1,024 bytes each, that cover the words read.
/// @param chunkProof Range proof that joins the chunks to `chunkTree`.
struct Read {
    bytes32[] tensorProof;
    bytes32 chunkTree;
    bytes chunks;
    bytes32[] chunkProof;
}

/// @notice The opening of a dataset; all members empty unless the operator samples a dataset.
/// @param header The dataset's header, 16 bytes.
/// @param fieldTree Root over the field records.
/// @param field Record of the field that is read, 64 bytes.
/// @param proof Siblings of the field's leaf under `fieldTree`, bottom up.
struct DatasetOpening {
    bytes header;
    bytes32 fieldTree;
    bytes field;
    bytes32[] proof;
}

/// @notice Everything the arbiter needs to recompute one element. SPEC: spec/game.md, Judgement.
/// @param header The program's header, 32 bytes.
/// @param recordTree Root over the program's records.
/// @param operator The record of the operator in dispute.
/// @param sources The record each operand names, in order, then the declaration of the produced state, if any.
/// @param chunk The claimed output chunk, 1,024 bytes.
/// @param word Index of the disputed word in the chunk, 0 to 255.
/// @param dataset Opening of the dataset.
/// @param reads What the operator reads, in the order it reads.
struct Evidence {
    bytes header;
    bytes32 recordTree;
    Source operator;
    Source[] sources;
    bytes chunk;
    uint32 word;
    DatasetOpening dataset;
    Read[] reads;
}
