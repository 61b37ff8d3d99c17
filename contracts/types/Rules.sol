// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev Gas that a call of `timeout` is repaid, at the job's gas rate. UNITS: gas. SPEC: spec/game.md, Clocks.
uint256 constant TIMEOUT_GAS = 250_000;

/// @dev Gas of a demanded chunk's answer that its demander pays, at the job's gas rate: the dearest one. UNITS: gas.
uint256 constant ANSWER_GAS = 160_000;

/// @dev What a judgement costs its caller after his gas is measured: conviction, slash, credits. UNITS: gas.
uint256 constant SETTLEMENT_GAS = 150_000;

/// @dev Games of a job, counted as they are opened, whose challengers' gas is repaid when another game convicts.
uint256 constant REFUNDED_GAMES = 16;

/// @dev Most moves of a game: 2 grid, 2 cell, 2 trace, 6 operators (16 levels), 8 chunks (23 levels), 2 at the end.
uint256 constant MAX_MOVES = 22;

/// @dev Where burned money goes.
address constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

/// @dev Levels that one reveal opens. SPEC: spec/game.md, Descents.
uint256 constant REVEAL_LEVELS = 6;

/// @dev A seat of so many is told by its secret to attest wrongly. SPEC: spec/verification.md, Forced errors.
uint256 constant FORCED_ONE_IN = 32;

/// @dev Equal parts of the window, and the first of them in which seats are no longer sealed, attested, accused, opened, proved.
uint256 constant WINDOW_PARTS = 8;
uint256 constant SEAL_EIGHTHS = 3;
uint256 constant ATTEST_EIGHTHS = 4;
uint256 constant ACCUSE_EIGHTHS = 5;
uint256 constant OPEN_EIGHTHS = 6;
uint256 constant PROVE_EIGHTHS = 7;

/// @dev Levels of a verifier's tree of secrets.
uint256 constant SECRET_LEVELS = 12;

/// @dev Most accusations of one seat.
uint256 constant MAX_ACCUSATIONS = 8;
