import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseEther } from "viem";
import { OperatorError } from "../../common/index.ts";
import { deploy } from "../../ignition/index.ts";
import {
  ArtifactStore,
  connect,
  devAccount,
  devKey,
  mintTokens,
  serveArtifacts,
  startAnvil,
  startMining,
  type Chain,
} from "../../protocol/index.ts";
import { startDaemon, type Daemon } from "./processes.ts";

/** Development accounts by what they do; 0 deploys. */
export const roles = { submitter: 1, solver: 2, dishonest: 3, verifier1: 4, verifier2: 5 } as const;
export type Role = keyof typeof roles;

/** A chain, an indexer, two verifiers and the submitter's server, each with its own folder. */
export interface Network {
  readonly chain: Chain;
  readonly rpc: string;
  readonly indexerUrl: string;
  /** The submitter's artifacts, and where they are served. */
  readonly store: ArtifactStore;
  readonly bundleUrl: string;
  /** Role by address, in lower case. */
  readonly names: ReadonlyMap<string, string>;
  /** Process id by name, every process that ran. */
  readonly processes: Map<string, number>;
  startSolver(role: "solver" | "dishonest", ...args: readonly string[]): Promise<Daemon>;
  stop(): Promise<void>;
}

export async function startNetwork(folder: string, say: (text: string) => void): Promise<Network> {
  say("Starting a chain and deploying the contracts");
  const anvil = await startAnvil();
  const { rpc } = anvil;
  const addresses = Object.values(roles).map((index) => devAccount(index).address);
  const { deployment, file: deploymentFile } = await deploy({
    rpc,
    beaconDelay: 2n,
    folder: join(folder, "deployments"),
  });
  const chain = await connect(rpc, deployment);
  await mintTokens(chain, devAccount(0), addresses, parseEther("1000000"));
  await startMining(rpc, 1);
  const store = new ArtifactStore(join(folder, "submitter", "artifacts"));
  const server = await serveArtifacts({ store });
  const processes = new Map<string, number>([
    ["submitter", process.pid],
    ["chain", anvil.pid],
  ]);
  const daemons: Daemon[] = [];

  async function start(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<Daemon> {
    const dataDir = join(folder, name);
    mkdirSync(dataDir, { recursive: true });
    const common = ["--rpc", rpc, "--deployment", deploymentFile, "--data", dataDir];
    const daemon = startDaemon({ name, args: [...args, ...common], env, folder: join(folder, "logs") });
    daemons.push(daemon);
    processes.set(name, daemon.pid);
    return daemon;
  }

  const stop = async (): Promise<void> => {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    await server.close();
    await anvil.stop();
  };
  try {
    say("Starting an indexer and two verifiers");
    const indexer = await start("indexer", ["indexer", "--port", "0"]);
    for (const role of ["verifier1", "verifier2"] as const) {
      const verifier = await start(role, ["verifier", "--poll", "500"], { PINPOINT_KEY: devKey(roles[role]) });
      await verifier.first("started");
    }
    const { url } = await indexer.first("started");
    if (typeof url !== "string") throw new OperatorError("no-indexer", "The indexer did not say where it serves.");
    const names = new Map(
      (Object.keys(roles) as Role[]).map((role) => [devAccount(roles[role]).address.toLowerCase(), role]),
    );
    const startSolver: Network["startSolver"] = async (role, ...args) => {
      const solver = await start(role, ["solver", "--poll", "500", ...args], { PINPOINT_KEY: devKey(roles[role]) });
      await solver.first("started");
      return solver;
    };
    return { chain, rpc, indexerUrl: url, store, bundleUrl: server.url, names, processes, startSolver, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
