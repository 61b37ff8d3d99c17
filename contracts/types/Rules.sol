// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev Gas that a call of `timeout` is repaid, at the job's gas rate. UNITS: gas. SPEC: spec/game.md, Clocks.
uint256 constant TIMEOUT_GAS = 250_000;

/// @dev What a judgement costs its caller after his gas is measured: conviction, slash, credits. UNITS: gas.
uint256 constant SETTLEMENT_GAS = 125_000;

/// @dev Games of a job, counted as they are opened, whose challengers' gas is repaid when another game convicts.
uint256 constant REFUNDED_GAMES = 16;

/// @dev Most moves of a game: 2 grid, 2 cell, 2 trace, 6 operators (16 levels), 8 chunks (23 levels), 2 at the end.
uint256 constant MAX_MOVES = 22;

/// @dev Where burned money goes.
address constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

/// @dev Levels that one reveal opens. SPEC: spec/game.md, Descents.
uint256 constant REVEAL_LEVELS = 6;
