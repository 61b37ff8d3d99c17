// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBinding} from "../../../contracts/interfaces/IBinding.sol";
import {IJobMarket} from "../../../contracts/interfaces/IJobMarket.sol";
import {IPinpoint} from "../../../contracts/interfaces/IPinpoint.sol";
import {IStaking} from "../../../contracts/interfaces/IStaking.sol";
import {IAvailability} from "../../../contracts/interfaces/IAvailability.sol";
import {IVerification} from "../../../contracts/interfaces/IVerification.sol";
import {BeaconDouble} from "../../../contracts/test/BeaconDouble.sol";
import {Phase} from "../../../contracts/types/Game.sol";
import {Status, Terms} from "../../../contracts/types/Job.sol";
import {Book, Training} from "./Book.sol";
import {Ledger, Pot} from "./Ledger.sol";
import {vm} from "./Vm.sol";

/// @notice The development token.
interface IMintable is IERC20 {
    /// @notice Makes new tokens.
    function mint(address to, uint256 amount) external;
}

/// @title The contracts, and beside them what the specification says they hold
abstract contract Model is Ledger {
    /// @notice A stake beside its amount.
    struct StakeModel {
        uint256 locked;
        uint256 unbonding;
        uint256 unbondedAt;
    }

    /// @notice A job. From checkpoint `garbageFrom` on, the solver commits roots that he cannot defend; from `lazyFrom` on,
    /// none. Few dispute a calm one. `checkedHash` is of the finished job.
    struct JobModel {
        Status status;
        address submitter;
        address solver;
        uint16 training;
        uint32 run;
        uint16 checkpoints;
        uint16 committed;
        uint16 convictedAt;
        uint16 garbageFrom;
        uint16 lazyFrom;
        bool calm;
        bool ended;
        bool hasWord;
        uint32 openGames;
        uint32 gamesEver;
        uint32 refundable;
        uint32 attested;
        uint32 held;
        uint64 drawBlock;
        uint256 openedAt;
        uint256 unitPrice;
        uint256 deadline;
        uint256 snapshotAt;
        uint256 windowEnd;
        bytes32 word;
        bytes32 termsHash;
        bytes32 checkedHash;
    }

    /// @notice A game. Its side to move gives up before move `quitsAt`. `script` 0: on a claim without scripts.
    struct GameModel {
        uint64 jobId;
        uint16 checkpoint;
        Phase phase;
        uint32 script;
        uint8 moves;
        uint8 quitsAt;
        bool refunded;
        address challenger;
        uint256 openedAt;
        uint256 lastMoveAt;
        uint256 defenderClock;
        uint256 challengerClock;
        bytes32 checkedHash;
    }

    /// @notice A verifier's stake in the draws. Every secret of his is the same.
    struct VerifierModel {
        uint256 enrolled;
        uint256 reserved;
        bytes32 secret;
        uint256 secretsAt;
    }

    /// @notice What was enrolled from a time on.
    struct Weight {
        uint256 time;
        uint256 amount;
    }

    /// @notice A seat.
    struct SeatModel {
        bool taken;
        bool attested;
        bool revealed;
        bool forced;
        bool over;
        uint256 accusations;
        uint256 catches;
        uint256 jackpot;
        bytes32 root;
        bytes32 truth;
    }

    /// @notice A drawn segment.
    struct SegmentModel {
        uint256 seats;
        uint256 attested;
        bytes32 opened;
        address[] failed;
    }

    /// @notice An accusation of a seat.
    struct AccusationModel {
        bool made;
        bool proved;
        bool over;
        bytes32 truth;
    }

    /// @notice A demand. `answerPage` 0: nobody can answer it.
    struct DemandModel {
        uint64 jobId;
        uint16 checkpoint;
        uint32 answerPage;
        address demander;
        uint256 answerBy;
    }

    /// @notice A call went otherwise than the model says.
    error Unexpected(string call, bool succeeds, bytes answer);
    /// @notice An invariant is broken.
    error Broken(string invariant, uint256 subject, uint256 actual, uint256 expected);

    uint64 internal constant UNBONDING = 2_000;
    uint256 internal constant SUPPLY = 1e30;
    uint256 internal constant ACTORS = 6;

    IMintable internal token;
    IStaking internal staking;
    IJobMarket internal market;
    IPinpoint internal pinpoint;
    IVerification internal verification;
    IAvailability internal availability;
    BeaconDouble internal beacon;

    address[] internal actors;
    mapping(address actor => StakeModel) internal stakes;
    mapping(uint64 jobId => JobModel) internal jobs;
    mapping(uint64 jobId => Terms) internal termsOf;
    mapping(uint64 jobId => mapping(uint256 k => bytes32)) internal endRoots;
    mapping(address actor => VerifierModel) internal verifiers;
    mapping(address actor => Weight[]) internal weights;
    Weight[] internal totalWeights;
    mapping(uint64 jobId => mapping(uint256 k => SegmentModel)) internal segments;
    mapping(uint64 jobId => mapping(uint256 k => mapping(address verifier => SeatModel))) internal seats;
    mapping(bytes32 accusation => AccusationModel) internal accusations;
    mapping(uint64 jobId => mapping(uint256 k => mapping(address actor => bool))) internal challenged;
    uint256 internal jackpotsKept;
    /// @dev Jobs whose seats and accusations may still be closed.
    uint64[] internal seatedJobs;
    /// @dev Who wants to resign, and so takes on nothing new.
    address internal leaving;
    mapping(uint64 gameId => GameModel) internal games;
    mapping(uint64 demandId => DemandModel) internal demands;
    uint64 internal jobCount;
    uint64 internal demandCount;
    uint64 internal gameCount;
    uint64[] internal liveJobs;
    uint64[] internal liveGames;
    /// @dev Demands whose price is not credited.
    uint64[] internal liveDemands;

    /// @dev Time of the block, kept here: a block's time does not outlive the call that sets it in every runner.
    uint256 internal time = 1_800_000_000;
    /// @dev Number of the block: another for every job that closes.
    uint64 internal number = 1_000;
    /// @dev Gas of the last call.
    uint256 internal spent;
    uint256 private _dice;

    constructor() {
        vm.warp(time);
        vm.roll(number);
        token = IMintable(_deploy("TestToken", ""));
        staking = IStaking(_deploy("Staking", abi.encode(token, UNBONDING)));
        beacon = BeaconDouble(_deploy("BeaconDouble", ""));
        market = IJobMarket(_deploy("JobMarket", abi.encode(token, staking, beacon)));
        address arbiter = _deploy("Arbiter", "");
        pinpoint = IPinpoint(_deploy("Pinpoint", abi.encode(token, market, arbiter)));
        verification = IVerification(_deploy("Verification", abi.encode(market, staking, pinpoint, beacon)));
        availability = IAvailability(_deploy("Availability", abi.encode(token, market, pinpoint)));
        _bind(address(staking), address(market), address(verification));
        _bind(address(pinpoint), address(verification), address(availability));
        address[] memory three = new address[](3);
        (three[0], three[1], three[2]) = (address(pinpoint), address(verification), address(availability));
        IBinding(address(market)).bind(three);
        for (uint160 i; i < ACTORS; ++i) _enter(address(0xac70000000000000 + i));
    }

    function _bind(address target, address first, address second) private {
        address[] memory two = new address[](2);
        (two[0], two[1]) = (first, second);
        IBinding(target).bind(two);
    }

    function _deploy(string memory name, bytes memory arguments) private returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(string.concat(name, ".sol:", name)), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0), name);
    }

    function _enter(address actor) private {
        actors.push(actor);
        token.mint(actor, SUPPLY);
        _mint(actor, SUPPLY);
        address[4] memory spenders = [address(staking), address(market), address(pinpoint), address(availability)];
        for (uint256 i; i < spenders.length; ++i) {
            vm.prank(actor);
            token.approve(spenders[i], type(uint256).max);
        }
    }

    function _shuffle(uint256 seed) internal {
        _dice = seed;
    }

    /// @dev 0 … sides − 1.
    function _roll(uint256 sides) internal returns (uint256) {
        _dice = uint256(keccak256(abi.encode(_dice)));
        return _dice % sides;
    }

    /// @dev True once in `sides` times.
    function _rarely(uint256 sides) internal returns (bool) {
        return _roll(sides) == 0;
    }

    function _actor() internal returns (address) {
        return actors[_roll(ACTORS)];
    }

    /// @dev Calls, and insists on the call going as the model says. The answer of a call that reverts as it should is empty.
    function _call(
        string memory name,
        address from,
        address target,
        bytes memory data,
        bool succeeds
    ) internal returns (bytes memory) {
        vm.prank(from);
        uint256 gasBefore = gasleft();
        (bool success, bytes memory answer) = target.call(data);
        spent = gasBefore - gasleft();
        if (success != succeeds) revert Unexpected(name, success, answer);
        _count(name, success);
        return success ? answer : bytes("");
    }

    /// @dev Told of every call.
    function _count(string memory name, bool success) internal virtual;

    function _free(address actor) internal view returns (uint256) {
        return held[Pot.Stake][_key(actor)] - stakes[actor].locked - stakes[actor].unbonding;
    }

    function _training(uint64 jobId) internal view returns (Training memory) {
        return Book.trainings()[jobs[jobId].training];
    }

    function _isLive(Status status) internal pure returns (bool) {
        return status == Status.Running || status == Status.Closing;
    }

    /// @dev A checkpoint may be disputed now.
    function _isDisputable(uint64 jobId, uint256 k) internal view returns (bool) {
        JobModel storage j = jobs[jobId];
        bool inTime = j.status == Status.Running || (j.status == Status.Closing && time < j.windowEnd);
        return inTime && k < j.committed;
    }

    function _remove(uint64[] storage list, uint64 id) internal {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] != id) continue;
            list[i] = list[list.length - 1];
            list.pop();
            return;
        }
    }

    function _same(string memory invariant, uint256 subject, uint256 actual, uint256 expected) internal pure {
        if (actual != expected) revert Broken(invariant, subject, actual, expected);
    }

    function _atMost(string memory invariant, uint256 subject, uint256 actual, uint256 most) internal pure {
        if (actual > most) revert Broken(invariant, subject, actual, most);
    }

    /// @dev Hash of all that the market says of a job.
    function _jobHash(uint64 jobId) internal view virtual returns (bytes32);
}
