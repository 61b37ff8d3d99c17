// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice A program's header, decoded.
/// @param states State tensors.
/// @param fields Dataset fields.
/// @param constants Constant tensors.
/// @param operators Operator records.
/// @param batch Positions of one step.
struct Header {
    uint256 states;
    uint256 fields;
    uint256 constants;
    uint256 operators;
    uint256 batch;
}

/// @notice An operator record, its header decoded; operands, guards and instructions stay in calldata.
/// @param kind Code of the kind.
/// @param fn Variant of the kind.
/// @param rank Output axes.
/// @param dtype Code of the output's dtype.
/// @param operands Number of operands.
/// @param instructions Number of instructions.
/// @param guards Guards of each piece, four bits a piece, lowest first.
/// @param k Run length K.
/// @param l Whole length L of a blocked Fold, else 0.
/// @param aux0 First parameter of the kind.
/// @param aux1 Second parameter of the kind.
/// @param fill A View's word where no piece holds.
/// @param words Product of the extents; 0 if rank or extents are invalid.
/// @param extents Extents of the output axes, unused ones 0.
/// @param body Calldata offset of the first operand.
struct Operator {
    uint256 kind;
    uint256 fn;
    uint256 rank;
    uint256 dtype;
    uint256 operands;
    uint256 instructions;
    uint256 guards;
    uint256 k;
    uint256 l;
    uint256 aux0;
    uint256 aux1;
    uint256 fill;
    uint256 words;
    uint256[8] extents;
    uint256 body;
}

/// @notice The tensor that a record declares.
/// @param dtype Code of its dtype; 0 if the record declares no tensor.
/// @param words Its words; of a field: the words of one sample.
struct Tensor {
    uint256 dtype;
    uint256 words;
}

/// @notice One output element to recompute.
/// @param operator The operator.
/// @param sources The tensors its operands name.
/// @param index Flat index of the element in the output.
/// @param coordinates Coordinates of the element, one per output axis.
/// @param nextRead Reads of the evidence used so far.
/// @param states State tensors of the program.
/// @param leftLeaves Operators that produce no state.
/// @param rightLeaves Operators that produce a state tensor.
/// @param batch Positions of one step.
struct Element {
    Operator operator;
    Tensor[] sources;
    uint256 index;
    uint256[8] coordinates;
    uint256 nextRead;
    uint256 states;
    uint256 leftLeaves;
    uint256 rightLeaves;
    uint256 batch;
}
