// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

// Codes of the program encoding. SPEC: spec/program.md, Codes.

uint256 constant F32 = 1;
uint256 constant I32 = 2;

uint256 constant SAMPLE = 1;
uint256 constant SCHEDULE = 2;
uint256 constant VIEW = 3;
uint256 constant MAP = 4;
uint256 constant DOT = 5;
uint256 constant FOLD = 6;
uint256 constant GATHER = 7;
uint256 constant SCATTER = 8;
uint256 constant STATE = 16;
uint256 constant FIELD = 17;
uint256 constant CONSTANT = 18;

uint256 constant SAMPLE_DATASET = 0;
uint256 constant SAMPLE_RANDOM = 1;
uint256 constant FOLD_SUM = 1;
uint256 constant FOLD_MAX = 2;
uint256 constant FOLD_DOT = 3;

uint256 constant SPACE_STATE = 1;
uint256 constant SPACE_FIELD = 2;
uint256 constant SPACE_CONSTANT = 3;
uint256 constant SPACE_OPERATOR = 4;

uint256 constant ORDER_SEQUENTIAL = 1;
uint256 constant ORDER_SHUFFLED = 2;
