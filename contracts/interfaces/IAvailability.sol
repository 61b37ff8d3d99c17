// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Demand, DemandId} from "../types/Demand.sol";
import {JobId} from "../types/Ids.sol";

/// @title Demands for chunks of committed states
/// @notice A solver has every byte under the roots he committed until the job is final. Whoever is not served names a chunk and pays
/// for its answer on the chain; a demand that nobody answers within the job's clock convicts the job as an unopened state does.
/// SPEC: spec/availability.md.
interface IAvailability {
    /// @notice Somebody demands a chunk and paid `price` for the answer, which is due at `answerBy`.
    event ChunkDemanded(
        DemandId indexed demandId,
        JobId indexed jobId,
        uint16 indexed checkpoint,
        address demander,
        uint16 tensor,
        uint32 chunk,
        uint64 answerBy,
        uint256 price
    );
    /// @notice The chunk, of a tensor of so many words; no bytes where the tensor is too short to have it.
    event ChunkAnswered(
        DemandId indexed demandId,
        JobId indexed jobId,
        address indexed answerer,
        uint32 words,
        uint8 dtype,
        bytes chunk
    );
    /// @notice Nobody answered in time: the job is convicted, and the demander repaid.
    event DemandForfeited(DemandId indexed demandId, JobId indexed jobId, address indexed caller);
    /// @notice The job was convicted otherwise: the demander is repaid.
    event DemandVoided(DemandId indexed demandId, JobId indexed jobId);

    /// @notice The demand is unknown, or has ended.
    error DemandNotOpen(DemandId demandId);
    /// @notice The checkpoint's state is another one than the caller names.
    error WrongState(bytes32 committed, bytes32 given);
    /// @notice The program has no such state.
    error NoSuchState(uint256 tensor, uint256 tensors);
    /// @notice Number of bytes that a header or a chunk has.
    error WrongLength(uint256 expected, uint256 given);
    /// @notice No tensor has so many words, or this dtype.
    error NoSuchTensor(uint256 words, uint256 dtype);
    /// @notice The answer was due before. UNITS: seconds since the epoch.
    error AnswerTooLate(DemandId demandId, uint256 answerBy);
    /// @notice The answer is not due yet. UNITS: seconds since the epoch.
    error AnswerNotDue(DemandId demandId, uint256 answerBy);
    /// @notice The job is not convicted.
    error JobNotConvicted(JobId jobId);

    /// @notice Demands a chunk of the state of checkpoint k, which must be committed and its window not over; takes `priceOf` of the
    /// caller's tokens. While demands are open the job does not settle. Anyone.
    /// Reverts: as IJobMarket.openDispute; WrongState; WrongLength; Merkle.WrongRoot (the program); NoSuchState;
    /// ITokens.ShortTransfer.
    /// @param jobId The job.
    /// @param k The checkpoint.
    /// @param stateRoot Its state, as the caller read it: on a reorganised chain it may be another.
    /// @param header The program's header, 32 bytes.
    /// @param recordTree Root of the program's records.
    /// @param tensor Place of the tensor among the program's states.
    /// @param chunk Place of the chunk of 256 words in it.
    function demand(
        JobId jobId,
        uint16 k,
        bytes32 stateRoot,
        bytes calldata header,
        bytes32 recordTree,
        uint16 tensor,
        uint32 chunk
    ) external returns (DemandId demandId);

    /// @notice Answers a demand; the caller is credited its price. Anyone who has the bytes.
    /// Reverts: DemandNotOpen; AnswerTooLate; NoSuchTensor; WrongLength; the errors of `Merkle`; as IJobMarket.closeDispute (the
    /// job is convicted).
    /// @param demandId The demand.
    /// @param words Words of the tensor.
    /// @param dtype Its dtype's code.
    /// @param chunkTree Root of its chunks.
    /// @param tensorProof Siblings of the tensor under the state.
    /// @param chunk The chunk's 1,024 bytes; none where the tensor has fewer chunks.
    /// @param chunkProof Its siblings under chunkTree; none where there is no chunk.
    function answer(
        DemandId demandId,
        uint32 words,
        uint8 dtype,
        bytes32 chunkTree,
        bytes32[] calldata tensorProof,
        bytes calldata chunk,
        bytes32[] calldata chunkProof
    ) external;

    /// @notice Convicts the job of a demand that was not answered in time, without a bounty; the demander is credited what he paid, the
    /// caller what `timeout` of a game brings. Anyone. Reverts: DemandNotOpen; AnswerNotDue; as IPinpoint.forfeit.
    function forfeit(DemandId demandId) external;

    /// @notice Credits the demander what he paid where something else convicted the job. Anyone.
    /// Reverts: DemandNotOpen; JobNotConvicted.
    function voidDemand(DemandId demandId) external;

    /// @notice A demand; all zero where there is none.
    function demandOf(DemandId demandId) external view returns (Demand memory);

    /// @notice Demands ever made.
    function demandCount() external view returns (uint64);

    /// @notice What a demand of a job costs: ANSWER_GAS · gasRate. Reverts: UnknownJob.
    function priceOf(JobId jobId) external view returns (uint256);
}
