// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBeacon} from "./IBeacon.sol";
import {ICredits} from "./ICredits.sol";

/// @title Randomness that verifiers make together
/// @notice For chains whose blocks have none. Blocks are cut into rounds; in the first part of a round enrolled verifiers commit to
/// secrets, each behind a bond, in the second they reveal them. The word of a round's target is a function of all secrets revealed,
/// known from the end of the round on, and nobody's choice as long as one of them is random and revealed. SPEC: spec/beacon.md.
///
/// A request names the next round, of which no block is there yet: nobody asks for a word who has seen who takes part in it.
/// Where nobody reveals, the first later round in which somebody does answers. Who has seen all other secrets can keep one of his
/// own, and so choose another word; each secret kept costs a bond, which is burned.
///
/// A round has a bounded number of places. When all are taken, who has more enrolled than the one with the least takes his: to
/// keep a verifier out takes as much stake as his in every place.
///
/// Credits are of reason Bond, and their subject is the round.
/// INVARIANT: the contract holds at least all credits and a bond for every secret that is not revealed nor burned.
interface ICommitRevealBeacon is IBeacon, ICredits {
    /// @notice A verifier committed to a secret and left a bond. `weight` is what he had enrolled.
    event Committed(uint64 indexed round, address indexed account, bytes32 commitment, uint96 weight);
    /// @notice A verifier with more enrolled took an account's place; its bond is credited.
    event Displaced(uint64 indexed round, address indexed account, address by);
    /// @notice A secret was revealed; its bond is credited.
    event SecretRevealed(uint64 indexed round, address indexed account, bytes32 secret);
    /// @notice The bonds of so many secrets of a round that were not revealed are burned.
    event BondsBurned(uint64 indexed round, uint256 secrets, uint256 amount);

    /// @notice Both parts of a round have at least one block.
    error NoBlocks();
    /// @notice A round has at least one place.
    error NoPlaces();
    /// @notice Without a bond choosing is free.
    error NoBond();
    /// @notice The contract is not bound to a Verification yet.
    error Unbound();
    /// @notice The block is not in the commit part of this round.
    error NotCommitting(uint64 round, uint256 blockNumber);
    /// @notice The block is not in the reveal part of this round.
    error NotRevealing(uint64 round, uint256 blockNumber);
    /// @notice Zero is no commitment.
    error ZeroCommitment();
    /// @notice The account committed in this round before.
    error AlreadyCommitted(uint64 round, address account);
    /// @notice All places are taken by accounts with at least as much enrolled; `least` is the least of it.
    error RoundFull(uint64 round, uint256 weight, uint256 least);
    /// @notice The account has nothing to reveal in this round: it did not commit, was displaced, or has revealed.
    error NoCommitment(uint64 round, address account);
    /// @notice The secret is not what the account committed to.
    error WrongSecret(bytes32 expected, bytes32 given);
    /// @notice The round ends with the block before `end`.
    error RoundOpen(uint64 round, uint256 end);
    /// @notice All secrets of the round were revealed, or their bonds are burned.
    error NothingToBurn(uint64 round);

    /// @notice Commits to a secret; takes the bond from the caller. Only enrolled verifiers, once a round.
    /// Reverts: NotCommitting; ZeroCommitment; AlreadyCommitted; Unbound; IVerification.NotEnrolled; RoundFull; ShortTransfer.
    /// @param round The round that the block is in; named, so that what is mined late does not commit to another one.
    /// @param commitment commitmentOf(round, caller, secret). The secret must be random, and used once.
    function commit(uint64 round, bytes32 commitment) external;

    /// @notice Reveals the caller's secret; the bond is credited. Reverts: NotRevealing; NoCommitment; WrongSecret.
    function reveal(uint64 round, bytes32 secret) external;

    /// @notice Burns the bonds of a round's secrets that were not revealed. Anyone, once. Reverts: RoundOpen; NothingToBurn.
    function burn(uint64 round) external;

    /// @notice The round that answers a target: its own, or where nobody revealed in it the first later one in which somebody did;
    /// zero while there is none that is over. Round 0, for which nobody can ask, answers nothing.
    function answeringRound(uint64 target) external view returns (uint64);

    /// @notice The round that this block is in, and whether it is in its commit part.
    function currentRound() external view returns (uint64 round, bool committing);

    /// @notice keccak256(abi.encode(round, account, secret)): nobody can use another's commitment as his own.
    function commitmentOf(uint64 round, address account, bytes32 secret) external pure returns (bytes32);

    /// @notice What an account committed to and has not revealed; zero for nothing.
    function commitmentIn(uint64 round, address account) external view returns (bytes32);

    /// @notice Secrets committed to in a round, and those revealed.
    function secretsOf(uint64 round) external view returns (uint256 committed, uint256 revealed);

    /// @notice Blocks of a round in which secrets are committed to.
    function commitBlocks() external view returns (uint64);

    /// @notice Blocks of a round.
    function roundBlocks() external view returns (uint64);

    /// @notice What a secret that is kept costs. UNITS: the token's smallest.
    function bond() external view returns (uint256);

    /// @notice Most secrets of a round.
    function places() external view returns (uint8);
}
