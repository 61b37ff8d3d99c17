// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {vm} from "./Vm.sol";

/// @notice What a job trains. `runs` are pages.
struct Training {
    bytes32 programRoot;
    bytes32 datasetRoot;
    bytes32 startRoot;
    uint32 steps;
    uint32 interval;
    uint8 grid;
    uint32 seed;
    uint8 order;
    bytes header;
    bytes32 recordTree;
    uint32[] runs;
}

/// @notice What one solver commits, checkpoint by checkpoint.
struct Run {
    bool honest;
    ScriptedClaim[] claims;
}

/// @notice A claim, the states on its grid, the pages of games on it, and answers to demands for chunks of its end.
struct ScriptedClaim {
    bytes32 endRoot;
    bytes32 segmentRoot;
    bytes32[] states;
    uint32[] scripts;
    ScriptedAnswer[] answers;
}

/// @notice A chunk, and the page of the calldata that answers a demand for it (the demand zero).
struct ScriptedAnswer {
    uint16 tensor;
    uint32 chunk;
    uint32 calldataPage;
}

/// @notice A game from its opening to its judgement: codes of the last phase, the verdict's reason, the culprit's kind.
struct Script {
    uint8 outcome;
    uint8 reason;
    uint8 kind;
    ScriptedMove[] moves;
}

/// @notice A move: the phase it answers, the page of its calldata (game and position zero), and bits of the calldata each
/// of which, flipped alone, makes a move to be refused.
struct ScriptedMove {
    uint8 phase;
    uint32 calldataPage;
    uint32[] flips;
}

/// @title Whole games, written by test/invariants/games/write-games.ts and played here move by move
library Book {
    /// @dev Pages are the code of accounts from here on, behind one byte: reading one costs no storage.
    uint160 private constant FIRST_PAGE = 0xb00c000000000000;

    /// @notice Reads the book into accounts.
    function load() internal {
        bytes[] memory pages = abi.decode(vm.readFileBinary("build/games.bin"), (bytes[]));
        for (uint256 i; i < pages.length; ++i)
            vm.etch(address(FIRST_PAGE + uint160(i)), bytes.concat(hex"00", pages[i]));
    }

    /// @notice One page.
    function page(uint256 number) internal view returns (bytes memory text) {
        address account = address(FIRST_PAGE + uint160(number));
        text = new bytes(account.code.length - 1);
        assembly ("memory-safe") {
            extcodecopy(account, add(text, 32), 1, mload(text))
        }
    }

    /// @notice All trainings.
    function trainings() internal view returns (Training[] memory) {
        return abi.decode(page(0), (Training[]));
    }

    /// @notice A run.
    function run(uint256 number) internal view returns (Run memory) {
        return abi.decode(page(number), (Run));
    }

    /// @notice A script.
    function script(uint256 number) internal view returns (Script memory) {
        return abi.decode(page(number), (Script));
    }
}
