import { fileURLToPath } from "node:url";
import ignition from "@nomicfoundation/hardhat-ignition-viem";
import mocha from "@nomicfoundation/hardhat-mocha";
import networkHelpers from "@nomicfoundation/hardhat-network-helpers";
import viem from "@nomicfoundation/hardhat-viem";
import viemAssertions from "@nomicfoundation/hardhat-viem-assertions";
import { defineConfig } from "hardhat/config";

/** The compiler comes from the lock file: naming a path is what keeps Hardhat from downloading one. */
const soljson = fileURLToPath(import.meta.resolve("solc/soljson.js"));

function compiler(runs: number, viaIR = true) {
  return {
    version: "0.8.37",
    path: soljson,
    settings: {
      evmVersion: "osaka",
      viaIR,
      optimizer: { enabled: true, runs },
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  };
}

/** Optimizer runs for sources that would exceed the 24 KiB code limit at the usual setting. */
const runsBySource: Record<string, number> = { "contracts/JobMarket.sol": 200, "contracts/Pinpoint.sol": 200 };

/** Compiled the fast way: it takes the bytes of what it tests from their artifacts. */
const suite = "test/invariants/suites/Spine.t.sol";

/** One profile under two names, so that what is tested and what is deployed are the same bytes. */
const profile = {
  isolated: false,
  compilers: [compiler(10_000)],
  overrides: {
    ...Object.fromEntries(Object.entries(runsBySource).map(([source, runs]) => [source, compiler(runs)])),
    [suite]: compiler(200, false),
  },
};

const deep = process.env.PINPOINT_DEEP === "1";
const simulated = { type: "edr-simulated", chainType: "l1", chainId: 31337, hardfork: "osaka" } as const;

export default defineConfig({
  plugins: [mocha, viem, viemAssertions, networkHelpers, ignition],
  paths: { sources: "contracts", tests: { mocha: "test/contracts", solidity: "test/invariants/suites" } },
  solidity: { splitTestsCompilation: true, profiles: { default: profile, production: profile } },
  networks: {
    default: simulated,
    node: simulated,
    local: { type: "http", chainType: "l1", url: process.env.PINPOINT_RPC ?? "http://127.0.0.1:8545" },
  },
  test: {
    mocha: { timeout: 300_000, reporter: process.env.PINPOINT_MOCHA_REPORTER ?? "spec" },
    solidity: {
      fsPermissions: { readFile: ["build/games.bin"] },
      fuzz: { runs: 256, seed: "0x1352a33" },
      invariant: deep ? { runs: 64, depth: 1_000, failOnRevert: true } : { runs: 8, depth: 250, failOnRevert: true },
    },
  },
});
