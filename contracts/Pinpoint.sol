// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Binding} from "./Binding.sol";
import {Credits} from "./Credits.sol";
import {IArbiter} from "./interfaces/IArbiter.sol";
import {IJobMarket} from "./interfaces/IJobMarket.sol";
import {IPinpoint} from "./interfaces/IPinpoint.sol";
import {IVerification} from "./interfaces/IVerification.sol";
import {Merkle} from "./libraries/Merkle.sol";
import {Records} from "./libraries/Records.sol";
import {RevealedNodes} from "./libraries/RevealedNodes.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {CreditReason} from "./types/CreditReason.sol";
import {Evidence} from "./types/Evidence.sol";
import {Game, Move, Mover, Phase, Roots, Side} from "./types/Game.sol";
import {GameId, JobId} from "./types/Ids.sol";
import {Claim, GameTerms} from "./types/Job.sol";
import {Claimed, Reason, Step, Verdict} from "./types/Judgement.sol";
import {Header} from "./types/Program.sol";
import {REFUNDED_GAMES, REVEAL_LEVELS, SETTLEMENT_GAS, TIMEOUT_GAS} from "./types/Rules.sol";

/// @title The pinpoint game
/// INVARIANT: the token balance is at least all credits, plus the bond of every running game, plus gasCap · gasRate for every
/// running game of a convicted job that is among the job's first REFUNDED_GAMES.
contract Pinpoint is IPinpoint, Binding, Credits {
    using Tokens for IERC20;

    /// @dev Of a job: games ever opened; those among the first REFUNDED_GAMES that run; whether a game convicted it.
    struct JobGames {
        uint64 opened;
        uint64 refundable;
        bool convicted;
    }

    /// @dev Places of the bound contracts.
    uint256 private constant VERIFICATION = 0;
    uint256 private constant AVAILABILITY = 1;

    uint256 private constant MAX_OPERATORS = 65_535;

    /// @dev A byte for each phase in order: the mover in its upper half, the move in its lower.
    bytes17 private constant EXPECTED_MOVES = hex"0011221122132415261726151829000000";

    /// @notice Whose claims are disputed.
    IJobMarket public immutable market;

    /// @notice Who judges.
    IArbiter public immutable arbiter;

    /// @inheritdoc IPinpoint
    uint64 public override gameCount;

    mapping(GameId gameId => Game) private _games;
    mapping(JobId jobId => JobGames) private _jobGames;

    /// @inheritdoc IPinpoint
    mapping(JobId jobId => mapping(uint16 k => mapping(address account => bool))) public override challenged;

    /// @dev Everything that every move checks and does; the body checks what the move says and changes the game and the roots.
    modifier move(GameId gameId, bytes32 position, Roots memory roots, Move made) {
        uint256 gasAtStart = gasleft();
        (Mover mover, uint256 left) = _begin(gameId, position, roots, made);
        _;
        _end(gameId, roots, mover, left, gasAtStart);
    }

    /// @param token_ The token that the market pays in.
    /// @param market_ Whose claims are disputed; must be bound to this contract afterwards.
    /// @param arbiter_ Who judges.
    constructor(IERC20 token_, IJobMarket market_, IArbiter arbiter_) Credits(token_) Binding(2) {
        market = market_;
        arbiter = arbiter_;
    }

    /// @inheritdoc IPinpoint
    function open(
        JobId jobId,
        uint16 checkpoint,
        bytes32 endRoot,
        bytes32 proposedRoot
    ) external override nonReentrant returns (GameId gameId) {
        (Claim memory claim, GameTerms memory terms) = market.openDispute(jobId, checkpoint);
        if (endRoot != claim.endRoot) revert WrongEndRoot(claim.endRoot, endRoot);
        if (proposedRoot == endRoot) revert NothingDisputed(endRoot);
        gameId = GameId.wrap(++gameCount);
        JobGames storage games = _jobGames[jobId];
        bool gasRefunded = games.opened < REFUNDED_GAMES;
        ++games.opened;
        if (gasRefunded) ++games.refundable;
        challenged[jobId][checkpoint][msg.sender] = true;

        Game storage g = _games[gameId];
        g.phase = _firstPhase(claim);
        g.lastMoveAt = uint64(block.timestamp);
        g.defenderClock = terms.clock;
        g.challengerClock = terms.clock;
        g.firstStep = claim.firstStep;
        g.steps = claim.steps;
        g.extension = terms.extension;
        g.gasCap = terms.gasCap;
        g.gasRefunded = gasRefunded;
        g.challenger = msg.sender;
        g.jobId = jobId;
        g.checkpoint = checkpoint;
        g.grid = claim.grid;
        g.defender = terms.solver;
        g.defended = jobId;
        bytes32 node = g.phase == Phase.GridReveal ? claim.segmentRoot : bytes32(0);
        g.position = _position(gameId, g, jobId, Roots({from: claim.startRoot, to: endRoot, left: 0, node: node}));

        uint256 bond = _bond(terms);
        emit GameOpened(gameId, jobId, checkpoint, msg.sender, terms.solver, endRoot, proposedRoot, bond);
        token.pull(bond);
    }

    /// @inheritdoc IPinpoint
    function revealSteps(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        bytes32[] calldata revealed
    ) external override move(gameId, position, roots, Move.RevealSteps) {
        Game storage g = _games[gameId];
        bool onGrid = g.phase == Phase.GridReveal;
        uint256 count = Math.ceilDiv(g.steps, onGrid ? g.grid : 1);
        if (revealed.length != count) revert WrongCount(count, revealed.length);
        bytes32 last = revealed[count - 1];
        if (last != roots.to) revert WrongLastRoot(roots.to, last);
        bytes32 root = RevealedNodes.root(revealed, Merkle.depthOf(count), 0);
        if (onGrid) Merkle.requireRoot(root, roots.node);
        else roots.node = root;
        g.phase = onGrid ? Phase.GridPick : Phase.CellPick;
        emit StepsRevealed(gameId, revealed);
    }

    /// @inheritdoc IPinpoint
    function pickStep(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        uint32 index,
        bytes32 before,
        bytes32 at,
        bytes32[] calldata proof
    ) external override move(gameId, position, roots, Move.PickStep) {
        Game storage g = _games[gameId];
        uint256 spacing = g.phase == Phase.GridPick ? g.grid : 1;
        uint256 range = g.steps;
        uint256 count = Math.ceilDiv(range, spacing);
        if (index != 0) Merkle.checkPair(before, at, index - 1, count, proof, roots.node);
        else if (before != roots.from) revert WrongBefore(roots.from, before);
        else Merkle.check(at, 0, count, proof, roots.node);
        uint256 skipped = index * spacing;
        uint256 steps = Math.min(spacing, range - skipped);
        g.firstStep += uint32(skipped);
        g.steps = uint32(steps);
        roots.from = before;
        roots.to = at;
        roots.node = 0;
        g.phase = steps > 1 ? Phase.CellReveal : Phase.TraceReveal;
        emit StepPicked(gameId, index, before, at);
    }

    /// @inheritdoc IPinpoint
    function revealTrace(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        bytes calldata header,
        bytes32 recordTree,
        bytes32 left
    ) external override move(gameId, position, roots, Move.RevealTrace) {
        Game storage g = _games[gameId];
        if (header.length != Records.HEADER_BYTES) revert WrongCount(Records.HEADER_BYTES, header.length);
        bytes32 programRoot = market.claim(g.jobId, g.checkpoint).programRoot;
        Merkle.requireRoot(Merkle.programRoot(header, recordTree), programRoot);
        Header memory h = Records.header(header);
        if (h.operators > MAX_OPERATORS || h.states == 0 || h.states > Math.min(Records.MAX_STATES, h.operators)) {
            revert CountsOutOfRange(h.operators, h.states);
        }
        if (h.operators == h.states && left != 0) revert LeftNotEmpty(left);
        roots.left = left;
        g.leftLeaves = uint16(h.operators - h.states);
        g.rightLeaves = uint16(h.states);
        g.phase = Phase.SidePick;
        emit TraceRevealed(gameId, left);
    }

    /// @inheritdoc IPinpoint
    function pickSide(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        bool right
    ) external override move(gameId, position, roots, Move.PickSide) {
        Game storage g = _games[gameId];
        uint256 leaves = right ? g.rightLeaves : g.leftLeaves;
        if (leaves == 0) revert SideEmpty();
        g.side = right ? Side.Right : Side.Left;
        roots.node = right ? roots.to : roots.left;
        g.leaves = uint32(leaves);
        g.levels = uint8(Merkle.depthOf(leaves));
        emit SidePicked(gameId, right);
        if (g.levels > 0) g.phase = Phase.OperatorReveal;
        else _atOperator(g);
    }

    /// @inheritdoc IPinpoint
    function revealNodes(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        bytes32[] calldata nodes
    ) external override move(gameId, position, roots, Move.RevealNodes) {
        Game storage g = _games[gameId];
        Merkle.requireRoot(_rootOf(nodes, g.leaves, g.levels, g.index), roots.node);
        g.phase = g.phase == Phase.OperatorReveal ? Phase.OperatorPick : Phase.ChunkPick;
        emit NodesRevealed(gameId, nodes);
    }

    /// @inheritdoc IPinpoint
    function pickNode(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        uint32 index,
        bytes32 node,
        bytes32[] calldata proof
    ) external override move(gameId, position, roots, Move.PickNode) {
        Game storage g = _games[gameId];
        uint256 down = Math.min(REVEAL_LEVELS, g.levels);
        uint256 height = g.levels - down;
        uint256 count = RevealedNodes.count(g.leaves, g.levels, g.index, height);
        if (index >= count) revert Merkle.LeafOutOfRange(index, count);
        Merkle.check(node, index, 1 << down, proof, roots.node);
        roots.node = node;
        g.levels = uint8(height);
        g.index = uint32((uint256(g.index) << down) + index);
        emit NodePicked(gameId, index, node);
        bool operators = g.phase == Phase.OperatorPick;
        if (height > 0) g.phase = operators ? Phase.OperatorReveal : Phase.ChunksReveal;
        else if (operators) _atOperator(g);
        else g.phase = Phase.ChunkReveal;
    }

    /// @inheritdoc IPinpoint
    function openTensor(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        uint32 words,
        uint8 dtype,
        bytes32[] calldata nodes
    ) external override move(gameId, position, roots, Move.OpenTensor) {
        Game storage g = _games[gameId];
        if (words == 0 || words >= Records.TENSOR_LIMIT || dtype == 0 || dtype > 2) revert NoSuchTensor(words, dtype);
        uint256 leaves = Math.ceilDiv(words, Merkle.CHUNK_WORDS);
        uint256 levels = Merkle.depthOf(leaves);
        bytes32 chunkTree = _rootOf(nodes, leaves, levels, 0);
        Merkle.requireRoot(Merkle.tensorRoot(words, dtype, chunkTree), roots.node);
        g.words = words;
        g.dtype = dtype;
        roots.node = chunkTree;
        g.leaves = uint32(leaves);
        g.levels = uint8(levels);
        g.index = 0;
        g.phase = levels > 0 ? Phase.ChunkPick : Phase.ChunkReveal;
        emit TensorOpened(gameId, words, dtype, nodes);
    }

    /// @inheritdoc IPinpoint
    function revealChunk(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        bytes calldata chunk
    ) external override move(gameId, position, roots, Move.RevealChunk) {
        Game storage g = _games[gameId];
        if (chunk.length != Merkle.CHUNK_BYTES) revert WrongCount(Merkle.CHUNK_BYTES, chunk.length);
        Merkle.requireRoot(Merkle.leaf(1, chunk), roots.node);
        g.phase = Phase.Judgement;
        emit ChunkRevealed(gameId, chunk);
    }

    /// @inheritdoc IPinpoint
    function judge(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        Evidence calldata evidence
    ) external override nonReentrant {
        uint256 gasAtStart = gasleft();
        (Mover mover, uint256 left) = _begin(gameId, position, roots, Move.Judge);
        Game storage g = _games[gameId];
        Verdict verdict = _judge(gameId, g, roots, evidence);
        g.phase = verdict == Verdict.DefenderWrong ? Phase.ChallengerWon : Phase.DefenderWon;
        _end(gameId, roots, mover, left, gasAtStart);
        _settle(gameId, g, 0);
    }

    /// @inheritdoc IPinpoint
    function timeout(GameId gameId) external override nonReentrant {
        Game storage g = _running(gameId);
        if (_jobGames[g.jobId].convicted) revert GameIsVoid(gameId);
        (Mover loser, ) = expectedMove(g.phase);
        (uint256 elapsed, uint256 left) = _clock(g, loser);
        if (elapsed <= left) revert ClockRunning(gameId, elapsed, left);
        uint256 tip = TIMEOUT_GAS * market.gameTerms(g.jobId).gasRate;
        g.phase = loser == Mover.Defender ? Phase.ChallengerWon : Phase.DefenderWon;
        emit TimedOut(gameId, loser, msg.sender, tip);
        _credit(msg.sender, tip, CreditReason.TimeoutTip, GameId.unwrap(gameId));
        _settle(gameId, g, tip);
    }

    /// @inheritdoc IPinpoint
    function reclaim(GameId gameId) external override nonReentrant {
        Game storage g = _running(gameId);
        JobGames storage games = _jobGames[g.jobId];
        if (!games.convicted) revert GameNotVoid(gameId);
        GameTerms memory terms = market.gameTerms(g.jobId);
        uint256 bond = _bond(terms);
        uint256 gasUsed = g.gasRefunded ? g.challengerGas : 0;
        uint256 reserved = g.gasRefunded ? uint256(terms.gasCap) * terms.gasRate : 0;
        uint256 gasPaid = gasUsed * terms.gasRate;
        if (g.gasRefunded) --games.refundable;
        g.phase = Phase.Void;
        _credit(g.challenger, bond, CreditReason.Bond, GameId.unwrap(gameId));
        _credit(g.challenger, gasPaid, CreditReason.Gas, GameId.unwrap(gameId));
        emit GameEnded(gameId, Phase.Void, uint32(gasUsed), bond + gasPaid);
        _burn(gameId, reserved - gasPaid);
    }

    /// @inheritdoc IPinpoint
    function forfeit(JobId jobId, uint16 k, address caller) external override onlyEither(VERIFICATION, AVAILABILITY) {
        GameTerms memory terms = market.gameTerms(jobId);
        JobGames storage games = _jobGames[jobId];
        uint256 tip = TIMEOUT_GAS * terms.gasRate;
        games.convicted = true;
        emit Forfeited(jobId, k, caller, tip);
        _credit(caller, tip, CreditReason.ForfeitTip, JobId.unwrap(jobId));
        market.convict(jobId, k, false, tip + _reserve(games, terms));
    }

    /// @inheritdoc IPinpoint
    function game(GameId gameId) external view override returns (Game memory) {
        return _games[gameId];
    }

    /// @inheritdoc IPinpoint
    function positionOf(GameId gameId) external view override returns (bytes32) {
        Game storage g = _games[gameId];
        if (g.phase == Phase.None) revert UnknownGame(gameId);
        return g.position;
    }

    /// @inheritdoc IPinpoint
    function timeLeft(GameId gameId) external view override returns (uint256) {
        Game storage g = _running(gameId);
        (Mover mover, ) = expectedMove(g.phase);
        (uint256 elapsed, uint256 left) = _clock(g, mover);
        return Math.saturatingSub(left, elapsed);
    }

    /// @inheritdoc IPinpoint
    function bondOf(JobId jobId) external view override returns (uint256) {
        return _bond(market.gameTerms(jobId));
    }

    /// @inheritdoc IPinpoint
    function timeoutGas() external pure override returns (uint256) {
        return TIMEOUT_GAS;
    }

    /// @inheritdoc IPinpoint
    /// @dev SPEC: spec/game.md, Phases and moves; the same table as `expectedMove` in protocol/game.ts.
    function expectedMove(Phase phase) public pure override returns (Mover mover, Move made) {
        uint8 entry = uint8(EXPECTED_MOVES[uint256(phase)]);
        return (Mover(entry >> 4), Move(entry & 15));
    }

    /// @dev First phase of a game about a segment of that many steps.
    function _firstPhase(Claim memory claim) private pure returns (Phase) {
        if (claim.steps == 1) return Phase.TraceReveal;
        return claim.steps <= claim.grid ? Phase.CellReveal : Phase.GridReveal;
    }

    /// @dev Checks that the caller may make this move now.
    /// @return mover Whose move it is.
    /// @return left Seconds that his clock has left.
    function _begin(
        GameId gameId,
        bytes32 position,
        Roots memory roots,
        Move made
    ) private view returns (Mover mover, uint256 left) {
        Game storage g = _games[gameId];
        Phase phase = g.phase;
        Move expected;
        (mover, expected) = expectedMove(phase);
        if (made != expected) revert WrongPhase(gameId, phase, made);
        (address account, JobId jobId) = mover == Mover.Defender ? (g.defender, g.defended) : (g.challenger, g.jobId);
        if (msg.sender != account) revert NotMover(gameId, msg.sender, account);
        if (_jobGames[jobId].convicted) revert GameIsVoid(gameId);
        bytes32 actual = g.position;
        if (position != actual) revert WrongPosition(gameId, actual, position);
        bytes32 given = _position(gameId, g, jobId, roots);
        if (given != actual) revert WrongRoots(gameId, actual, given);
        uint256 elapsed;
        (elapsed, left) = _clock(g, mover);
        if (elapsed > left) revert ClockExpired(gameId, elapsed, left);
        unchecked {
            left -= elapsed;
        }
    }

    /// @dev Counts the move, stores the new position, stops the mover's clock at `left`, gives the side that comes to move its
    /// extension, and meters the mover's gas, the settlement's included where the game is over. ORDER: last of all that a move
    /// does, so that little is left unmetered; the writes stand together because they share a slot.
    function _end(GameId gameId, Roots memory roots, Mover mover, uint256 left, uint256 gasAtStart) private {
        Game storage g = _games[gameId];
        bool byDefender = mover == Mover.Defender;
        (Mover next, ) = expectedMove(g.phase);
        ++g.moves;
        if (next != Mover.None) g.position = _position(gameId, g, byDefender ? g.defended : g.jobId, roots);
        uint256 defenderClock = byDefender ? left : g.defenderClock;
        uint256 challengerClock = byDefender ? g.challengerClock : left;
        if (next == Mover.Defender) defenderClock = Math.max(defenderClock, g.extension);
        if (next == Mover.Challenger) challengerClock = Math.max(challengerClock, g.extension);
        uint256 gasUsed = byDefender ? g.defenderGas : g.challengerGas;
        // Gas is far below what a word holds.
        unchecked {
            if (next == Mover.None) gasUsed += SETTLEMENT_GAS;
            gasUsed += gasAtStart - gasleft() + 21_000 + 16 * msg.data.length;
        }
        gasUsed = Math.min(gasUsed, g.gasCap);
        g.lastMoveAt = uint64(block.timestamp);
        g.defenderClock = uint32(defenderClock);
        g.challengerClock = uint32(challengerClock);
        if (byDefender) g.defenderGas = uint32(gasUsed);
        else g.challengerGas = uint32(gasUsed);
    }

    /// @dev The node in dispute is an operator's tensor root.
    function _atOperator(Game storage g) private {
        g.operator = uint16(g.side == Side.Right ? g.leftLeaves + g.index : g.index);
        g.phase = Phase.TensorReveal;
    }

    /// @dev Asks the arbiter.
    function _judge(
        GameId gameId,
        Game storage g,
        Roots memory roots,
        Evidence calldata evidence
    ) private returns (Verdict) {
        Claim memory claim = market.claim(g.jobId, g.checkpoint);
        Step memory step = Step({
            programRoot: claim.programRoot,
            datasetRoot: claim.datasetRoot,
            from: roots.from,
            left: roots.left,
            to: roots.to,
            step: g.firstStep,
            seed: claim.seed,
            order: claim.order
        });
        Claimed memory claimed = Claimed({
            chunkNode: roots.node,
            operator: g.operator,
            chunkIndex: g.index,
            words: g.words,
            dtype: g.dtype,
            leftLeaves: g.leftLeaves,
            rightLeaves: g.rightLeaves
        });
        (Verdict verdict, Reason reason, uint32 claimedWord, uint32 expectedWord) = arbiter.judge(
            step,
            claimed,
            evidence
        );
        if (verdict == Verdict.None) revert NoVerdict();
        uint64 element = uint64(g.index) * uint64(Merkle.CHUNK_WORDS) + evidence.word;
        emit Judged(gameId, g.operator, element, verdict, reason, claimedWord, expectedWord);
        return verdict;
    }

    /// @dev Pays out a game whose phase has just become ChallengerWon or DefenderWon. `tip` is credited already.
    function _settle(GameId gameId, Game storage g, uint256 tip) private {
        JobGames storage games = _jobGames[g.jobId];
        if (g.gasRefunded) --games.refundable;
        GameTerms memory terms = market.gameTerms(g.jobId);
        if (g.phase == Phase.ChallengerWon) _payChallenger(gameId, g, games, terms, tip);
        else _payDefender(gameId, g, terms, tip);
    }

    /// @dev Convicts the job: bond back; gas, bounty, tip and the reserve for void games out of the stake.
    function _payChallenger(
        GameId gameId,
        Game storage g,
        JobGames storage games,
        GameTerms memory terms,
        uint256 tip
    ) private {
        uint64 subject = GameId.unwrap(gameId);
        uint256 bond = _bond(terms);
        uint256 gasPaid = uint256(g.challengerGas) * terms.gasRate;
        games.convicted = true;
        _credit(g.challenger, bond, CreditReason.Bond, subject);
        _credit(g.challenger, gasPaid, CreditReason.Gas, subject);
        uint256 bounty = _payBounty(g, terms.bounty, subject);
        emit GameEnded(gameId, Phase.ChallengerWon, g.challengerGas, bond + gasPaid + bounty);
        uint256 paid = gasPaid + terms.bounty + tip + _reserve(games, terms);
        market.convict(g.jobId, g.checkpoint, true, paid);
    }

    /// @dev The bounty goes to the drawn verifiers who attested before anybody could know it from the game that the segment
    /// fails, in equal parts, else to the challenger, who also gets what the division leaves. UNITS: at most 32 parts.
    /// @return own What the challenger got.
    function _payBounty(Game storage g, uint256 bounty, uint64 subject) private returns (uint256 own) {
        address[] memory failed = IVerification(bound[VERIFICATION]).failed(g.jobId, g.checkpoint);
        own = bounty;
        if (failed.length != 0) {
            uint256 part = bounty / failed.length;
            for (uint256 i; i < failed.length; ++i) {
                if (failed[i] == g.challenger) continue;
                own -= part;
                _credit(failed[i], part, CreditReason.Bounty, subject);
            }
        }
        _credit(g.challenger, own, CreditReason.Bounty, subject);
    }

    /// @dev What is kept back for the gas of the void games that are repaid.
    function _reserve(JobGames storage games, GameTerms memory terms) private view returns (uint256) {
        return uint256(games.refundable) * terms.gasCap * terms.gasRate;
    }

    /// @dev Gas, compensation and tip out of the bond; the rest is burned.
    function _payDefender(GameId gameId, Game storage g, GameTerms memory terms, uint256 tip) private {
        uint64 subject = GameId.unwrap(gameId);
        uint256 gasPaid = uint256(g.defenderGas) * terms.gasRate;
        uint256 paid = gasPaid + terms.replayCompensation;
        _credit(g.defender, gasPaid, CreditReason.Gas, subject);
        _credit(g.defender, terms.replayCompensation, CreditReason.ReplayCompensation, subject);
        emit GameEnded(gameId, Phase.DefenderWon, g.defenderGas, paid);
        market.closeDispute(g.jobId);
        _burn(gameId, _bond(terms) - paid - tip);
    }

    function _burn(GameId gameId, uint256 amount) private {
        if (amount == 0) return;
        emit Burned(gameId, amount);
        token.burn(amount);
    }

    /// @dev A game that is not finished.
    function _running(GameId gameId) private view returns (Game storage g) {
        g = _games[gameId];
        if (g.phase == Phase.None) revert UnknownGame(gameId);
        if (g.phase >= Phase.ChallengerWon) revert GameFinished(gameId, g.phase);
    }

    /// @dev Seconds since the last move, and what the mover had then.
    function _clock(Game storage g, Mover mover) private view returns (uint256 elapsed, uint256 left) {
        elapsed = block.timestamp - g.lastMoveAt;
        left = mover == Mover.Defender ? g.defenderClock : g.challengerClock;
    }

    /// @dev SPEC: spec/game.md, position. Roots alone do not tell a place: two steps, operators or jobs may share them.
    function _position(GameId gameId, Game storage g, JobId jobId, Roots memory roots) private view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    block.chainid,
                    address(this),
                    gameId,
                    jobId,
                    g.moves,
                    g.phase,
                    g.firstStep,
                    g.operator,
                    g.index,
                    roots.from,
                    roots.to,
                    roots.left,
                    roots.node
                )
            );
    }

    /// @dev Root that the real nodes up to REVEAL_LEVELS below a node give.
    function _rootOf(
        bytes32[] calldata nodes,
        uint256 leaves,
        uint256 levels,
        uint256 index
    ) private view returns (bytes32) {
        uint256 down = Math.min(REVEAL_LEVELS, levels);
        uint256 count = RevealedNodes.count(leaves, levels, index, levels - down);
        if (nodes.length != count) revert WrongCount(count, nodes.length);
        return RevealedNodes.root(nodes, down, levels - down);
    }

    function _bond(GameTerms memory terms) private pure returns (uint256) {
        return (uint256(terms.gasCap) + TIMEOUT_GAS) * terms.gasRate + terms.replayCompensation;
    }
}
