// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Where money is. Wallet, Stake, MarketCredit, GameCredit, DemandCredit: of an account. Escrow, Fees, JackpotFee: of a job. Reserve: kept
/// back by a convicted job. Bond: of a game. Demand: of a demand. Pool, Burned: account 0.
enum Pot {
    Wallet,
    Stake,
    MarketCredit,
    GameCredit,
    DemandCredit,
    Escrow,
    Fees,
    JackpotFee,
    Pool,
    Reserve,
    Bond,
    Demand,
    Burned
}

/// @title The money as the specification moves it, by double entry
/// @notice Nothing here reads the contracts: an amount that is not where the rules say underflows.
abstract contract Ledger {
    mapping(Pot pot => mapping(uint256 owner => uint256 amount)) internal held;
    mapping(Pot pot => uint256 amount) internal total;

    function _move(Pot from, uint256 payer, Pot to, uint256 payee, uint256 amount) internal {
        held[from][payer] -= amount;
        total[from] -= amount;
        held[to][payee] += amount;
        total[to] += amount;
    }

    function _burn(Pot from, uint256 payer, uint256 amount) internal {
        _move(from, payer, Pot.Burned, 0, amount);
    }

    function _mint(address owner, uint256 amount) internal {
        held[Pot.Wallet][_key(owner)] += amount;
        total[Pot.Wallet] += amount;
    }

    function _key(address owner) internal pure returns (uint256) {
        return uint160(owner);
    }
}
