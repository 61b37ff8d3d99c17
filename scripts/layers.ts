import type { Layers } from "./layer-rules.ts";

/**
 * The tree: which top-level folder may import which others. A folder that has no row here may not exist.
 * The rows with `"*"` import any other row and are imported by none.
 */
export const LAYERS: Layers = {
  spec: [],
  docs: [],
  examples: ["common", "engine"],
  contracts: [],
  deployments: [],
  common: [],
  engine: ["common"],
  protocol: ["common"],
  dispute: ["common", "engine", "protocol"],
  daemon: ["common", "engine", "protocol", "dispute"],
  indexer: ["common", "protocol"],
  solver: ["common", "engine", "protocol", "dispute", "daemon"],
  verifier: ["common", "engine", "protocol", "dispute", "daemon"],
  submitter: ["common", "engine", "protocol"],
  simulation: ["common"],
  adversary: ["common", "engine", "protocol", "dispute"],
  cli: [
    "common",
    "engine",
    "protocol",
    "dispute",
    "daemon",
    "indexer",
    "solver",
    "verifier",
    "submitter",
    "simulation",
    "adversary",
    "ignition",
  ],
  web: ["common", "engine", "protocol"],
  ignition: ["common", "protocol"],
  scripts: "*",
  test: "*",
  bench: "*",
};
