// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IArbiter} from "./interfaces/IArbiter.sol";
import {Float32} from "./libraries/Float32.sol";
import {Merkle} from "./libraries/Merkle.sol";
import {Records} from "./libraries/Records.sol";
import {Dot} from "./operators/Dot.sol";
import {Fold} from "./operators/Fold.sol";
import {Gather} from "./operators/Gather.sol";
import {Map} from "./operators/Map.sol";
import {Sample} from "./operators/Sample.sol";
import {Scatter} from "./operators/Scatter.sol";
import {Schedule} from "./operators/Schedule.sol";
import {View} from "./operators/View.sol";
import {
    DOT,
    F32,
    FOLD,
    GATHER,
    MAP,
    SAMPLE,
    SCHEDULE,
    SPACE_STATE,
    SPACE_FIELD,
    SPACE_CONSTANT,
    VIEW
} from "./types/Codes.sol";
import {Evidence, Source} from "./types/Evidence.sol";
import {Claimed, Reason, Step, Verdict} from "./types/Judgement.sol";
import {Element, Header, Operator, Tensor} from "./types/Program.sol";
import {Validity} from "./types/Validity.sol";
import {Validator} from "./Validator.sol";

/// @title Arbiter
/// @notice Recomputes one word of one operator's output, bit for bit, and says who was wrong. No storage, no owner.
/// @dev SAFETY: whatever the record, once it is valid its element can be computed: no division by zero, no address
/// outside its tensor, bounded runs. Only evidence can revert.
contract Arbiter is IArbiter {
    /// @notice The program's header has `actual` bytes, not 32.
    error HeaderLength(uint256 actual);
    /// @notice The evidence has `actual` source records; the operator has `expected`.
    error SourceCount(uint256 actual, uint256 expected);
    /// @notice The claimed chunk has `actual` bytes, not 1,024.
    error ChunkLength(uint256 actual);
    /// @notice The word's index is not in 0 … 255.
    error WordOutOfRange(uint256 word);
    /// @notice The operator used `used` of `reads` reads.
    error UnusedReads(uint256 reads, uint256 used);

    /// @notice The contract that validates records.
    Validator public immutable VALIDATOR = new Validator();

    /// @inheritdoc IArbiter
    function judge(
        Step calldata step,
        Claimed calldata claimed,
        Evidence calldata evidence
    ) external view returns (Verdict, Reason, uint32, uint32) {
        (Validity code, Element memory e) = _operator(step, claimed, evidence);
        uint32 claimedWord = _claimedWord(claimed, evidence);
        if (code != Validity.Ok) return (Verdict.DefenderWrong, Reason.Record, claimedWord, 0);
        Operator memory o = e.operator;
        if (o.words != claimed.words || o.dtype != claimed.dtype) {
            return (Verdict.DefenderWrong, Reason.Declaration, claimedWord, 0);
        }
        e.index = claimed.chunkIndex * Merkle.CHUNK_WORDS + evidence.word;
        Reason reason = Reason.Padding;
        uint32 expectedWord;
        if (e.index < o.words) {
            reason = Reason.Element;
            expectedWord = uint32(_element(e, step, evidence));
            if (e.nextRead != evidence.reads.length) revert UnusedReads(evidence.reads.length, e.nextRead);
        }
        Verdict verdict = claimedWord == expectedWord ? Verdict.ChallengerWrong : Verdict.DefenderWrong;
        return (verdict, reason, claimedWord, expectedWord);
    }

    /// @inheritdoc IArbiter
    function validate(
        bytes calldata header,
        uint32 operator,
        bytes calldata record,
        bytes[] calldata sources
    ) external view returns (uint8) {
        return uint8(VALIDATOR.validate(header, operator, record, sources));
    }

    /// @dev Checks that the record and its sources belong to the program, and has it validated.
    function _operator(
        Step calldata step,
        Claimed calldata claimed,
        Evidence calldata evidence
    ) private view returns (Validity code, Element memory e) {
        if (evidence.header.length != Records.HEADER_BYTES) revert HeaderLength(evidence.header.length);
        bytes32 root = Merkle.programRoot(evidence.header, evidence.recordTree);
        if (root != step.programRoot) revert Merkle.RootMismatch(root, step.programRoot);
        Header memory h = Records.header(evidence.header);
        uint256 j = claimed.operator;
        _checkRecord(evidence, h, h.states + h.fields + h.constants + j, evidence.operator);
        uint256 count = evidence.sources.length;
        bytes[] memory sources = new bytes[](count);
        for (uint256 i; i < count; ++i) sources[i] = evidence.sources[i].record;
        code = VALIDATOR.validate(evidence.header, j, evidence.operator.record, sources);
        // What the record says by itself needs no sources.
        if (code != Validity.Ok && code < Validity.Source) return (code, e);
        Operator memory o = Records.operator(evidence.operator.record);
        e.operator = o;
        uint256 expected = o.operands + (j < h.operators - h.states ? 0 : 1);
        if (count != expected) revert SourceCount(count, expected);
        e.sources = new Tensor[](count);
        for (uint256 i; i < count; ++i) {
            uint256 leaf =
                i < o.operands ? _leafOf(h, Records.word(Records.operand(o, i))) : j - (h.operators - h.states);
            _checkRecord(evidence, h, leaf, evidence.sources[i]);
            e.sources[i] = Records.tensor(evidence.sources[i].record);
        }
        e.states = h.states;
        e.batch = h.batch;
        e.leftLeaves = claimed.leftLeaves;
        e.rightLeaves = claimed.rightLeaves;
    }

    /// @dev Index of the record leaf that a valid ref names.
    function _leafOf(Header memory h, uint256 ref) private pure returns (uint256) {
        uint256 space = ref >> 28;
        uint256 index = ref & 0x0fffffff;
        if (space == SPACE_STATE) return index;
        if (space == SPACE_FIELD) return h.states + index;
        if (space == SPACE_CONSTANT) return h.states + h.fields + index;
        return h.states + h.fields + h.constants + index;
    }

    function _checkRecord(
        Evidence calldata evidence,
        Header memory h,
        uint256 leaf,
        Source calldata source
    ) private view {
        uint256 leaves = h.states + h.fields + h.constants + h.operators;
        bytes32 node = Merkle.leaf(Merkle.RECORD, source.record);
        Merkle.check(node, leaf, leaves, source.proof, evidence.recordTree);
    }

    /// @dev The word in dispute, from the chunk that the defender revealed.
    function _claimedWord(Claimed calldata claimed, Evidence calldata evidence) private view returns (uint32) {
        if (evidence.chunk.length != Merkle.CHUNK_BYTES) revert ChunkLength(evidence.chunk.length);
        if (evidence.word >= Merkle.CHUNK_WORDS) revert WordOutOfRange(evidence.word);
        bytes32 node = Merkle.leaf(Merkle.CHUNK, evidence.chunk);
        if (node != claimed.chunkNode) revert Merkle.RootMismatch(node, claimed.chunkNode);
        return uint32(Records.word(Records.start(evidence.chunk) + 4 * evidence.word));
    }

    /// @dev The right word of element `e.index`.
    function _element(
        Element memory e,
        Step calldata step,
        Evidence calldata evidence
    ) private view returns (uint256 value) {
        Operator memory o = e.operator;
        uint256 rest = e.index;
        for (uint256 axis = o.rank; axis != 0; --axis) {
            e.coordinates[axis - 1] = rest % o.extents[axis - 1];
            rest /= o.extents[axis - 1];
        }
        if (o.kind == DOT) value = Dot.element(e, step, evidence);
        else if (o.kind == MAP) value = Map.element(e, step, evidence);
        else if (o.kind == FOLD) value = Fold.element(e, step, evidence);
        else if (o.kind == VIEW) value = View.element(e, step, evidence);
        else if (o.kind == GATHER) value = Gather.element(e, step, evidence);
        else if (o.kind == SAMPLE) value = Sample.element(e, step, evidence);
        else if (o.kind == SCHEDULE) value = Schedule.element(e, step, evidence);
        else value = Scatter.element(e, step, evidence);
        // Inside an operator any NaN does for any other: only the word it writes has to be the one NaN.
        return o.dtype == F32 ? Float32.canonical(value) : value;
    }
}
