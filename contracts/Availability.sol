// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Credits} from "./Credits.sol";
import {IAvailability} from "./interfaces/IAvailability.sol";
import {IJobMarket} from "./interfaces/IJobMarket.sol";
import {IPinpoint} from "./interfaces/IPinpoint.sol";
import {Merkle} from "./libraries/Merkle.sol";
import {Records} from "./libraries/Records.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {CreditReason} from "./types/CreditReason.sol";
import {Demand, DemandId, DemandStatus} from "./types/Demand.sol";
import {JobId} from "./types/Ids.sol";
import {Claim, GameTerms, Status} from "./types/Job.sol";
import {ANSWER_GAS} from "./types/Rules.sol";

/// @title Demands for chunks of committed states
/// INVARIANT: the token balance is at least all credits, plus the price of every open demand.
contract Availability is IAvailability, Credits {
    using Tokens for IERC20;

    /// @notice Whose checkpoints are demanded.
    IJobMarket public immutable market;

    /// @notice Who convicts.
    IPinpoint public immutable pinpoint;

    /// @inheritdoc IAvailability
    uint64 public override demandCount;

    mapping(DemandId demandId => Demand) private _demands;

    /// @param token_ The token that the market pays in.
    /// @param market_ Whose checkpoints are demanded; must be bound to this contract afterwards, as the other.
    /// @param pinpoint_ Who convicts.
    constructor(IERC20 token_, IJobMarket market_, IPinpoint pinpoint_) Credits(token_) {
        market = market_;
        pinpoint = pinpoint_;
    }

    /// @inheritdoc IAvailability
    function demand(
        JobId jobId,
        uint16 k,
        bytes32 stateRoot,
        bytes calldata header,
        bytes32 recordTree,
        uint16 tensor,
        uint32 chunk
    ) external override nonReentrant returns (DemandId demandId) {
        (Claim memory claim, GameTerms memory terms) = market.openDispute(jobId, k);
        if (stateRoot != claim.endRoot) revert WrongState(claim.endRoot, stateRoot);
        if (header.length != Records.HEADER_BYTES) revert WrongLength(Records.HEADER_BYTES, header.length);
        Merkle.requireRoot(Merkle.programRoot(header, recordTree), claim.programRoot);
        uint256 tensors = Records.header(header).states;
        // A program of more states is none; what it commits to is for a game to say.
        if (tensor >= tensors || tensors > Records.MAX_STATES) revert NoSuchState(tensor, tensors);
        demandId = DemandId.wrap(++demandCount);
        uint64 answerBy = uint64(block.timestamp) + terms.clock;
        uint256 price = ANSWER_GAS * terms.gasRate;
        _demands[demandId] = Demand({
            jobId: jobId,
            checkpoint: k,
            tensor: tensor,
            tensors: uint16(tensors),
            chunk: chunk,
            answerBy: answerBy,
            status: DemandStatus.Open,
            demander: msg.sender
        });
        emit ChunkDemanded(demandId, jobId, k, msg.sender, tensor, chunk, answerBy, price);
        token.pull(price);
    }

    /// @inheritdoc IAvailability
    function answer(
        DemandId demandId,
        uint32 words,
        uint8 dtype,
        bytes32 chunkTree,
        bytes32[] calldata tensorProof,
        bytes calldata chunk,
        bytes32[] calldata chunkProof
    ) external override {
        Demand storage d = _open(demandId);
        if (block.timestamp > d.answerBy) revert AnswerTooLate(demandId, d.answerBy);
        if (words == 0 || words >= Records.TENSOR_LIMIT || dtype == 0 || dtype > 2) revert NoSuchTensor(words, dtype);
        JobId jobId = d.jobId;
        bytes32 stateRoot = market.checkpoint(jobId, d.checkpoint).stateRoot;
        Merkle.check(Merkle.tensorRoot(words, dtype, chunkTree), d.tensor, d.tensors, tensorProof, stateRoot);
        _checkChunk(d.chunk, Math.ceilDiv(words, Merkle.CHUNK_WORDS), chunkTree, chunk, chunkProof);
        d.status = DemandStatus.Answered;
        emit ChunkAnswered(demandId, jobId, msg.sender, words, dtype, chunk);
        _credit(msg.sender, priceOf(jobId), CreditReason.Answer, DemandId.unwrap(demandId));
        market.closeDispute(jobId);
    }

    /// @inheritdoc IAvailability
    function forfeit(DemandId demandId) external override {
        Demand storage d = _open(demandId);
        if (block.timestamp <= d.answerBy) revert AnswerNotDue(demandId, d.answerBy);
        JobId jobId = d.jobId;
        d.status = DemandStatus.Forfeited;
        emit DemandForfeited(demandId, jobId, msg.sender);
        _credit(d.demander, priceOf(jobId), CreditReason.Demand, DemandId.unwrap(demandId));
        pinpoint.forfeit(jobId, d.checkpoint, msg.sender);
    }

    /// @inheritdoc IAvailability
    function voidDemand(DemandId demandId) external override {
        Demand storage d = _open(demandId);
        JobId jobId = d.jobId;
        if (market.samplingTerms(jobId).status != Status.Convicted) revert JobNotConvicted(jobId);
        d.status = DemandStatus.Void;
        emit DemandVoided(demandId, jobId);
        _credit(d.demander, priceOf(jobId), CreditReason.Demand, DemandId.unwrap(demandId));
    }

    /// @inheritdoc IAvailability
    function demandOf(DemandId demandId) external view override returns (Demand memory) {
        return _demands[demandId];
    }

    /// @inheritdoc IAvailability
    function priceOf(JobId jobId) public view override returns (uint256) {
        return ANSWER_GAS * market.gameTerms(jobId).gasRate;
    }

    function _open(DemandId demandId) private view returns (Demand storage d) {
        d = _demands[demandId];
        if (d.status != DemandStatus.Open) revert DemandNotOpen(demandId);
    }

    /// @dev The demanded chunk is under the tensor's tree, or the tensor has none there and nothing is sent.
    function _checkChunk(
        uint256 index,
        uint256 chunks,
        bytes32 chunkTree,
        bytes calldata chunk,
        bytes32[] calldata proof
    ) private view {
        uint256 expected = index < chunks ? Merkle.CHUNK_BYTES : 0;
        if (chunk.length != expected) revert WrongLength(expected, chunk.length);
        if (expected != 0) return Merkle.check(Merkle.leaf(1, chunk), index, chunks, proof, chunkTree);
        if (proof.length != 0) revert Merkle.ProofLength(proof.length, 0);
    }
}
