// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Binding} from "./Binding.sol";
import {Credits} from "./Credits.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {ICommitRevealBeacon} from "./interfaces/ICommitRevealBeacon.sol";
import {IVerification} from "./interfaces/IVerification.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {CreditReason} from "./types/CreditReason.sol";

/// @title Randomness that verifiers make together
/// @dev Bound to the one Verification, which names this contract when it is deployed and so cannot be named by it.
contract CommitRevealBeacon is ICommitRevealBeacon, Credits, Binding {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;
    using Tokens for IERC20;

    /// @dev Who has a place, and what he had enrolled when he took it; in one word, so that looking for the least is cheap.
    struct Place {
        address account;
        uint96 weight;
    }

    /// @param mix Exclusive or of a hash of every secret revealed: the same in whichever order they come. The order is the
    /// block proposers' and the last to reveal would have it for free.
    /// @param revealed Secrets revealed.
    /// @param burned Whether the bonds of the others are burned.
    struct Round {
        bytes32 mix;
        uint8 revealed;
        bool burned;
        Place[] places;
        mapping(address account => bytes32 commitment) commitments;
    }

    /// @inheritdoc ICommitRevealBeacon
    uint64 public immutable override commitBlocks;

    /// @inheritdoc ICommitRevealBeacon
    uint64 public immutable override roundBlocks;

    /// @inheritdoc ICommitRevealBeacon
    uint256 public immutable override bond;

    /// @inheritdoc ICommitRevealBeacon
    uint8 public immutable override places;

    mapping(uint64 round => Round) private _rounds;

    /// @dev Rounds in which somebody revealed, each as key and value; they come in order.
    Checkpoints.Trace208 private _answered;

    /// @param token_ What bonds are paid in.
    /// @param commitBlocks_ Blocks of a round's commit part; at least 1.
    /// @param revealBlocks_ Blocks of its reveal part; at least 1.
    /// @param bond_ Bond of a secret; at least 1.
    /// @param places_ Most secrets of a round; at least 1.
    constructor(
        IERC20 token_,
        uint32 commitBlocks_,
        uint32 revealBlocks_,
        uint128 bond_,
        uint8 places_
    ) Credits(token_) Binding(1) {
        if (address(token_) == address(0)) revert ZeroAddress();
        if (commitBlocks_ == 0 || revealBlocks_ == 0) revert NoBlocks();
        if (bond_ == 0) revert NoBond();
        if (places_ == 0) revert NoPlaces();
        commitBlocks = commitBlocks_;
        roundBlocks = uint64(commitBlocks_) + revealBlocks_;
        bond = bond_;
        places = places_;
    }

    /// @inheritdoc ICommitRevealBeacon
    function commit(uint64 round, bytes32 commitment) external override nonReentrant {
        (uint64 current, bool committing) = currentRound();
        if (round != current || !committing) revert NotCommitting(round, block.number);
        if (commitment == 0) revert ZeroCommitment();
        Round storage r = _rounds[round];
        if (r.commitments[msg.sender] != 0) revert AlreadyCommitted(round, msg.sender);
        Place memory own = Place(msg.sender, _weightOf(msg.sender));
        r.commitments[msg.sender] = commitment;
        if (r.places.length < places) r.places.push(own);
        else _displace(round, r, own);
        emit Committed(round, msg.sender, commitment, own.weight);
        token.pull(bond);
    }

    /// @inheritdoc ICommitRevealBeacon
    function reveal(uint64 round, bytes32 secret) external override {
        (uint64 current, bool committing) = currentRound();
        if (round != current || committing) revert NotRevealing(round, block.number);
        Round storage r = _rounds[round];
        bytes32 expected = r.commitments[msg.sender];
        if (expected == 0) revert NoCommitment(round, msg.sender);
        bytes32 given = commitmentOf(round, msg.sender, secret);
        if (given != expected) revert WrongSecret(expected, given);
        delete r.commitments[msg.sender];
        if (r.revealed == 0) _answered.push(uint256(round).toUint48(), round);
        ++r.revealed;
        r.mix ^= keccak256(abi.encode(msg.sender, secret));
        emit SecretRevealed(round, msg.sender, secret);
        _credit(msg.sender, bond, CreditReason.Bond, round);
    }

    /// @inheritdoc ICommitRevealBeacon
    function burn(uint64 round) external override nonReentrant {
        uint256 end = _endOf(round);
        if (block.number < end) revert RoundOpen(round, end);
        Round storage r = _rounds[round];
        uint256 kept = r.places.length - r.revealed;
        if (kept == 0 || r.burned) revert NothingToBurn(round);
        r.burned = true;
        emit BondsBurned(round, kept, kept * bond);
        token.burn(kept * bond);
    }

    /// @inheritdoc IBeacon
    /// @dev The end of the next round. Of the one that runs some blocks are there: who asks for its word may have seen that nobody
    /// else takes part, and know it already. All of the next one's commitments come after the request, from whoever sees it.
    function targetBlock() external view override returns (uint64) {
        (uint64 round, ) = currentRound();
        return (round + 2) * roundBlocks;
    }

    /// @inheritdoc IBeacon
    function wordOf(uint64 target) external view override returns (bytes32) {
        uint64 answering = answeringRound(target);
        return answering == 0 ? bytes32(0) : keccak256(abi.encode(target, _rounds[answering].mix));
    }

    /// @inheritdoc ICommitRevealBeacon
    function commitmentIn(uint64 round, address account) external view override returns (bytes32) {
        return _rounds[round].commitments[account];
    }

    /// @inheritdoc ICommitRevealBeacon
    function secretsOf(uint64 round) external view override returns (uint256 committed, uint256 revealed) {
        return (_rounds[round].places.length, _rounds[round].revealed);
    }

    /// @inheritdoc ICommitRevealBeacon
    /// @dev Rounds reveal in their order, so what is found never changes: no earlier round can begin to answer.
    function answeringRound(uint64 target) public view override returns (uint64) {
        if (target == 0 || target % roundBlocks != 0 || block.number < target) return 0;
        uint64 answering = uint64(_answered.lowerLookup(uint256(target / roundBlocks - 1).toUint48()));
        return block.number < _endOf(answering) ? 0 : answering;
    }

    /// @inheritdoc ICommitRevealBeacon
    function currentRound() public view override returns (uint64 round, bool committing) {
        round = uint64(block.number / roundBlocks);
        committing = block.number % roundBlocks < commitBlocks;
    }

    /// @inheritdoc ICommitRevealBeacon
    function commitmentOf(uint64 round, address account, bytes32 secret) public pure override returns (bytes32) {
        return keccak256(abi.encode(round, account, secret));
    }

    /// @dev Gives the place of whoever has the least enrolled to one who has more.
    function _displace(uint64 round, Round storage r, Place memory own) private {
        uint256 least;
        Place memory last = r.places[0];
        for (uint256 i = 1; i < places; ++i) {
            Place memory place = r.places[i];
            if (place.weight < last.weight) (least, last) = (i, place);
        }
        if (own.weight <= last.weight) revert RoundFull(round, own.weight, last.weight);
        r.places[least] = own;
        delete r.commitments[last.account];
        emit Displaced(round, last.account, own.account);
        _credit(last.account, bond, CreditReason.Bond, round);
    }

    /// @dev What an account has enrolled, cut to 96 bits. ASSUMES: stake that is resigned takes longer than a round to leave
    /// IStaking, so that the same stake cannot take two places.
    function _weightOf(address account) private view returns (uint96) {
        address verification = bound[0];
        if (verification == address(0)) revert Unbound();
        uint256 enrolled = IVerification(verification).verifier(account).enrolled;
        if (enrolled == 0) revert IVerification.NotEnrolled(account);
        return uint96(Math.min(enrolled, type(uint96).max));
    }

    /// @dev The first block after a round.
    function _endOf(uint64 round) private view returns (uint256) {
        return (uint256(round) + 1) * roundBlocks;
    }
}
