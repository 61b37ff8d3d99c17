// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {console} from "hardhat/console.sol";
import {Phase} from "../../../contracts/types/Game.sol";
import {Status} from "../../../contracts/types/Job.sol";
import {Outcome} from "../../../contracts/types/Verification.sol";
import {Walker} from "./Walker.sol";

/// @title What a walk reached, printed and asserted
/// @notice An invariant that holds because nothing happened is worth nothing.
abstract contract Reach {
    /// @notice Something happened too seldom.
    error Unreached(string what, uint256 count, uint256 least);

    string[17] private _phases = [
        "None",
        "GridReveal",
        "GridPick",
        "CellReveal",
        "CellPick",
        "TraceReveal",
        "SidePick",
        "OperatorReveal",
        "OperatorPick",
        "TensorReveal",
        "ChunkPick",
        "ChunksReveal",
        "ChunkReveal",
        "Judgement",
        "ChallengerWon",
        "DefenderWon",
        "Void"
    ];
    string[9] private _statuses = [
        "None",
        "Open",
        "Running",
        "Closing",
        "Settled",
        "Expired",
        "Cancelled",
        "Convicted",
        "Ended"
    ];
    string[9] private _kinds = ["", "Sample", "Schedule", "View", "Map", "Dot", "Fold", "Gather", "Scatter"];
    string[5] private _reasons = ["", "Element", "Record", "Declaration", "Padding"];

    /// @notice The moves' transitions of spec/game.md, and the openings.
    Phase[2][] private _moves = [
        [Phase.None, Phase.GridReveal],
        [Phase.None, Phase.CellReveal],
        [Phase.None, Phase.TraceReveal],
        [Phase.GridReveal, Phase.GridPick],
        [Phase.GridPick, Phase.CellReveal],
        [Phase.GridPick, Phase.TraceReveal],
        [Phase.CellReveal, Phase.CellPick],
        [Phase.CellPick, Phase.TraceReveal],
        [Phase.TraceReveal, Phase.SidePick],
        [Phase.SidePick, Phase.OperatorReveal],
        [Phase.SidePick, Phase.TensorReveal],
        [Phase.OperatorReveal, Phase.OperatorPick],
        [Phase.OperatorPick, Phase.OperatorReveal],
        [Phase.OperatorPick, Phase.TensorReveal],
        [Phase.TensorReveal, Phase.ChunkPick],
        [Phase.TensorReveal, Phase.ChunkReveal],
        [Phase.ChunkPick, Phase.ChunksReveal],
        [Phase.ChunkPick, Phase.ChunkReveal],
        [Phase.ChunksReveal, Phase.ChunkPick],
        [Phase.ChunkReveal, Phase.Judgement],
        [Phase.Judgement, Phase.ChallengerWon],
        [Phase.Judgement, Phase.DefenderWon]
    ];

    /// @notice The transitions of spec/market.md.
    Status[2][] private _changes = [
        [Status.None, Status.Open],
        [Status.Open, Status.Running],
        [Status.Open, Status.Cancelled],
        [Status.Running, Status.Closing],
        [Status.Running, Status.Convicted],
        [Status.Closing, Status.Settled],
        [Status.Closing, Status.Expired],
        [Status.Closing, Status.Ended],
        [Status.Closing, Status.Convicted]
    ];

    string[10] private _outcomes = [
        "None",
        "Right",
        "Obeyed",
        "Challenged",
        "Void",
        "Wrong",
        "Disobeyed",
        "Missing",
        "Hidden",
        "Unchallenged"
    ];

    string[15] private _calls = [
        "deposit",
        "unbond",
        "withdraw stake",
        "submit",
        "cancel",
        "accept",
        "commit",
        "end",
        "expire",
        "settle",
        "withdraw credit",
        "open",
        "move",
        "timeout",
        "reclaim"
    ];

    string[11] private _seatCalls = [
        "enroll",
        "resign",
        "seal",
        "attest",
        "accuse",
        "openState",
        "reveal",
        "proveAccusation",
        "forfeit",
        "closeSeat",
        "closeAccusation"
    ];
    string[4] private _demandCalls = ["demand", "answer", "forfeitDemand", "voidDemand"];
    string[6] private _wrongs = [
        "wrong position",
        "wrong mover",
        "wrong bit",
        "wrong move",
        "move after the end",
        "trespass"
    ];

    /// @dev Prints all counts and reverts where one is below what it must be: `least` for transitions and calls, `few` for
    /// what happens in one phase, to one kind of operator, or by mistake, `rare` for what becomes of seats.
    function _report(Walker spine, uint256 least, uint256 few, uint256 rare) internal view {
        _reportMoves(spine, least);
        _reportEnds(spine, few);
        _reportVerdicts(spine, least, few);
        _reportJobs(spine, least);
        _reportSeats(spine, rare);
        _reportSeatCalls(spine, rare);
        _reportCalls(spine, least, few);
    }

    function _reportMoves(Walker spine, uint256 least) private view {
        for (uint256 i; i < _moves.length; ++i) {
            (Phase from, Phase to) = (_moves[i][0], _moves[i][1]);
            uint256 count = spine.phaseCount(from, to);
            if (to == Phase.ChallengerWon || to == Phase.DefenderWon) {
                count = 0;
                for (uint256 reason; reason < _reasons.length; ++reason) count += spine.reasonCount(reason, to);
            }
            string memory name = string.concat(_phases[uint8(from)], " > ", _phases[uint8(to)]);
            console.log("%d  %s", count, name);
            _require(name, count, least);
        }
    }

    function _reportEnds(Walker spine, uint256 few) private view {
        for (uint8 phase = 1; phase < uint8(Phase.ChallengerWon); ++phase) {
            uint256 late = spine.timeoutCount(Phase(phase));
            uint256 ended = spine.voidCount(Phase(phase));
            console.log("%d timeouts, %d void in %s", late, ended, _phases[phase]);
            _require("timeouts", late, few);
            _require("void games", ended, few);
        }
        (uint256 paid, uint256 unpaid) = (spine.refundCount(true), spine.refundCount(false));
        console.log("void: gas of %d repaid, of %d not", paid, unpaid);
        _require("void games without refund", unpaid, few);
    }

    function _reportVerdicts(Walker spine, uint256 least, uint256 few) private view {
        for (uint256 reason = 1; reason < _reasons.length; ++reason) {
            uint256 count = spine.reasonCount(reason, Phase.ChallengerWon);
            console.log("%d convicted for %s", count, _reasons[reason]);
            _require(_reasons[reason], count, least);
        }
        for (uint256 kind = 1; kind < _kinds.length; ++kind) {
            uint256 convicted = spine.kindCount(kind, Phase.ChallengerWon);
            uint256 acquitted = spine.kindCount(kind, Phase.DefenderWon);
            console.log("%d convicted, %d acquitted: %s", convicted, acquitted, _kinds[kind]);
            _require(_kinds[kind], convicted < acquitted ? convicted : acquitted, few);
        }
    }

    function _reportJobs(Walker spine, uint256 least) private view {
        for (uint256 i; i < _changes.length; ++i) {
            (Status from, Status to) = (_changes[i][0], _changes[i][1]);
            string memory name = string.concat(_statuses[uint8(from)], " > ", _statuses[uint8(to)]);
            console.log("%d  %s", spine.statusCount(from, to), name);
            _require(name, spine.statusCount(from, to), least);
        }
    }

    function _reportSeats(Walker spine, uint256 rare) private view {
        for (uint8 outcome = 1; outcome < _outcomes.length; ++outcome) {
            uint256 count = spine.outcomeCount(Outcome(outcome));
            console.log("%d seats %s", count, _outcomes[outcome]);
            _require(_outcomes[outcome], count, rare);
        }
        (uint256 proved, uint256 burned) = (spine.accusationCount(true, false), spine.accusationCount(false, true));
        console.log("%d accusations proved, %d burned, %d void", proved, burned, spine.accusationCount(false, false));
        console.log("%d jackpots, %d bounties shared", spine.jackpots(), spine.sharedBounties());
        _require("accusations proved", proved, rare);
        _require("accusations burned", burned, rare);
        _require("jackpots", spine.jackpots(), rare);
        _require("shared bounties", spine.sharedBounties(), rare);
    }

    function _reportSeatCalls(Walker spine, uint256 rare) private view {
        for (uint256 i; i < _seatCalls.length; ++i) _reportCall(spine, _seatCalls[i], rare);
        for (uint256 i; i < _demandCalls.length; ++i) _reportCall(spine, _demandCalls[i], rare);
    }

    function _reportCall(Walker spine, string memory name, uint256 rare) private view {
        (uint256 made, uint256 refused) = (spine.made(name), spine.refused(name));
        console.log("%d made, %d refused: %s", made, refused, name);
        _require(name, made < refused ? made : refused, rare);
    }

    function _reportCalls(Walker spine, uint256 least, uint256 few) private view {
        for (uint256 i; i < _calls.length; ++i) {
            (uint256 made, uint256 refused) = (spine.made(_calls[i]), spine.refused(_calls[i]));
            console.log("%d made, %d refused: %s", made, refused, _calls[i]);
            _require(_calls[i], made, least);
            _require(_calls[i], refused, few);
        }
        for (uint256 i; i < _wrongs.length; ++i) {
            console.log("%d refused: %s", spine.refused(_wrongs[i]), _wrongs[i]);
            _require(_wrongs[i], spine.refused(_wrongs[i]), least);
        }
    }

    function _require(string memory what, uint256 count, uint256 least) private pure {
        if (count < least) revert Unreached(what, count, least);
    }
}
