// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAvailability} from "../interfaces/IAvailability.sol";
import {ICredits} from "../interfaces/ICredits.sol";
import {IJobMarket} from "../interfaces/IJobMarket.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IPinpoint} from "../interfaces/IPinpoint.sol";
import {IStaking, StakeAccount} from "../interfaces/IStaking.sol";
import {IVerification} from "../interfaces/IVerification.sol";
import {Demand, DemandId} from "../types/Demand.sol";
import {Game} from "../types/Game.sol";
import {GameId, JobId} from "../types/Ids.sol";
import {Job} from "../types/Job.sol";
import {Model} from "../types/Model.sol";
import {BURN_ADDRESS} from "../types/Rules.sol";
import {Accusation, Seat, Verifier} from "../types/Verification.sol";

/// @title All that the contracts say, in one call
/// @notice Words in a fixed order, for the comparison with the model in test/contracts/twin/.
contract Census {
    /// @notice A seat that is asked about; an accuser besides where it is about an accusation.
    struct Asked {
        JobId jobId;
        uint16 k;
        address account;
        address accuser;
    }

    IERC20 private immutable _token;
    IStaking private immutable _staking;
    IJobMarket private immutable _market;
    IPinpoint private immutable _pinpoint;
    IVerification private immutable _verification;
    IAvailability private immutable _availability;
    IModelRegistry private immutable _registry;

    constructor(
        IERC20 token,
        IStaking staking,
        IJobMarket market,
        IPinpoint pinpoint,
        IVerification verification,
        IAvailability availability,
        IModelRegistry registry
    ) {
        (_token, _staking, _market) = (token, staking, market);
        (_pinpoint, _verification, _registry) = (pinpoint, verification, registry);
        _availability = availability;
    }

    /// @notice Sums and counts, then accounts, jobs, games, demands, seats and accusations.
    function words(address[] calldata accounts, Asked[] calldata asked) external view returns (bytes memory all) {
        (uint64 jobs, uint64 games) = (_market.jobCount(), _pinpoint.gameCount());
        uint64 demands = _availability.demandCount();
        all = abi.encode(jobs, games, demands, _market.jackpotPool(), _token.balanceOf(BURN_ADDRESS));
        for (uint256 i; i < accounts.length; ++i) all = bytes.concat(all, _account(accounts[i]));
        for (uint64 id = 1; id <= jobs; ++id) all = bytes.concat(all, _job(JobId.wrap(id)));
        for (uint64 id = 1; id <= games; ++id) all = bytes.concat(all, _game(GameId.wrap(id)));
        for (uint64 id = 1; id <= demands; ++id) all = bytes.concat(all, _demand(DemandId.wrap(id)));
        for (uint256 i; i < asked.length; ++i) all = bytes.concat(all, _asked(asked[i]));
    }

    function _account(address account) private view returns (bytes memory) {
        StakeAccount memory s = _staking.account(account);
        Verifier memory v = _verification.verifier(account);
        return
            abi.encode(
                _token.balanceOf(account),
                s.staked,
                s.locked,
                s.unbonding,
                s.unbondedAt,
                v.enrolled,
                v.reserved,
                v.secretsAt,
                ICredits(address(_market)).credit(account),
                ICredits(address(_pinpoint)).credit(account),
                ICredits(address(_availability)).credit(account)
            );
    }

    function _job(JobId id) private view returns (bytes memory) {
        Job memory j = _market.job(id);
        Model memory m = _registry.model(id);
        bytes memory times = abi.encode(j.openedAt, j.deadline, j.snapshotAt, j.windowEnd, j.drawBlock);
        bytes memory model = abi.encode(m.steps, m.generation, m.parent);
        return
            bytes.concat(
                abi.encode(
                    j.status,
                    j.checkpoints,
                    j.committed,
                    j.convictedCheckpoint,
                    j.openGames,
                    j.ended,
                    j.submitter,
                    j.solver,
                    j.unitPrice,
                    _verification.attestedSeats(id)
                ),
                times,
                model
            );
    }

    function _game(GameId id) private view returns (bytes memory) {
        Game memory g = _pinpoint.game(id);
        return
            bytes.concat(
                abi.encode(g.phase, g.moves, g.lastMoveAt, g.defenderClock, g.challengerClock, g.defenderGas),
                abi.encode(g.challengerGas, g.gasRefunded, g.challenger, g.defender, g.jobId, g.checkpoint)
            );
    }

    function _demand(DemandId id) private view returns (bytes memory) {
        Demand memory d = _availability.demandOf(id);
        return abi.encode(d.status, d.answerBy, d.demander, d.jobId, d.checkpoint, d.chunk);
    }

    function _asked(Asked calldata a) private view returns (bytes memory) {
        if (a.accuser != address(0)) {
            Accusation memory c = _verification.accusation(a.jobId, a.k, a.account, a.accuser);
            return abi.encode(c.seal, c.proved, c.closed);
        }
        Seat memory s = _verification.seat(a.jobId, a.k, a.account);
        return
            bytes.concat(
                abi.encode(s.seal, s.attested, s.revealed, s.forced, s.accusations, s.catches, s.outcome),
                abi.encode(s.jackpot, s.root, s.truthHash, s.truth, _verification.seatsTaken(a.jobId, a.k)),
                abi.encode(_verification.failed(a.jobId, a.k).length)
            );
    }
}
