import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createTestClient, http, parseEther, zeroHash, type Address, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Heads, putExampleBundle, type ExampleBundle } from "../../daemon/index.ts";
import {
  ArtifactStore,
  connect,
  deployContracts,
  finishedStatuses,
  payers,
  readCredit,
  readJob,
  partStart,
  readOpenedState,
  readSampling,
  readSeat,
  readSeatsTaken,
  serveArtifacts,
  startAnvil,
  type Anvil,
  type Chain,
  type HttpServer,
  type Job,
  type Part,
  type Seat,
} from "../../protocol/index.ts";
import {
  completeTerms,
  prepareJob,
  submitJob,
  type JobSource,
  type NewJob,
  type PreparedJob,
  type TermChoices,
} from "../../submitter/index.ts";

export const roles = ["submitter", "honest", "dishonest", "verifier", "witness"] as const;
export type Role = (typeof roles)[number];
/** Roles of daemons; the witness is a second verifier. */
export type DaemonRole = Exclude<Role, "submitter">;

/** UNITS: ms between two looks at the chain. */
export const pollMs = 50;

/** A window that no test misses on a busy machine; `settle` moves the chain past it. */
const windowSeconds = 900;

/** UNITS: ms after which a test stops waiting, if it did not end before. */
const patienceMs = 600_000;

/** One line of a daemon's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event?: string };

/** A daemon in a process of its own. */
export class DaemonProcess {
  readonly lines: LogLine[] = [];
  readonly pid: number;
  /** Settles when it ended, however. */
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;
  #heard = Promise.withResolvers<void>();

  constructor(kind: "solver" | "verifier", options: object, key: Hex, more: NodeJS.ProcessEnv = {}) {
    const script = join(import.meta.dirname, "daemon.ts");
    const env = { ...process.env, ...more, PINPOINT_KEY: key };
    const args = [script, kind, JSON.stringify(options)];
    this.#child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "pipe"], env });
    this.pid = this.#child.pid ?? 0;
    this.ended = once(this.#child, "exit");
    createInterface(this.#child.stderr!).on("line", (line) => {
      if (process.env.PINPOINT_TEST_LOG !== undefined) console.error(line);
      if (!line.startsWith("{")) return;
      this.lines.push(JSON.parse(line) as LogLine);
      this.#heard.resolve();
      this.#heard = Promise.withResolvers();
    });
  }

  /** The first log line, past or to come, that fits. */
  async line(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (let seen = 0; ; seen++) {
      while (seen >= this.lines.length) await this.#heard.promise;
      if (fits(this.lines[seen]!)) return this.lines[seen]!;
    }
  }

  /** Ends it, and says how it ended: its status, or the signal. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | string> {
    this.#child.kill(signal);
    await this.ended;
    return this.status!;
  }

  /** How it ended: its status, or the signal; undefined while it runs. */
  get status(): number | string | undefined {
    return this.#child.exitCode ?? this.#child.signalCode ?? undefined;
  }
}

/** A chain with the contracts, accounts with money, and a bundle that is served. */
export class Network {
  readonly chain: Chain;
  /** Address of the chain's node. */
  readonly rpc: string;
  readonly bundle: ExampleBundle;
  readonly folder: string;
  readonly keys: Readonly<Record<Role, Hex>>;
  readonly #daemons = new Set<DaemonProcess>();
  readonly #anvil: Anvil;
  readonly #bundles: HttpServer;

  private constructor(parts: Pick<Network, "chain" | "bundle" | "folder" | "keys">, anvil: Anvil, bundles: HttpServer) {
    ({ chain: this.chain, bundle: this.bundle, folder: this.folder, keys: this.keys } = parts);
    this.#anvil = anvil;
    this.rpc = anvil.rpc;
    this.#bundles = bundles;
  }

  /** @param mining four blocks a second, or one whenever it is asked for once the daemons may start */
  static async start(seed: number, { mining = "timed" }: { mining?: "timed" | "asked" } = {}): Promise<Network> {
    const folder = mkdtempSync(join(tmpdir(), "pinpoint-network-"));
    const anvil = await startAnvil({ blockTime: 0.25 });
    const test = createTestClient({ mode: "anvil", transport: http(anvil.rpc) });
    const keys = Object.fromEntries(roles.map((role) => [role, generatePrivateKey()])) as Record<Role, Hex>;
    const deployer = privateKeyToAccount(generatePrivateKey());
    const fund = roles.map((role) => privateKeyToAccount(keys[role]).address);
    const value = parseEther("1000");
    for (const address of [deployer.address, ...fund]) await test.setBalance({ address, value });
    const deployment = await deployContracts({ rpc: anvil.rpc, deployer, fund });
    writeFileSync(join(folder, "deployment.json"), JSON.stringify(deployment));
    const store = new ArtifactStore(join(folder, "bundles"));
    const bundle = await putExampleBundle(store, seed);
    const parts = { chain: await connect(anvil.rpc, deployment), bundle, folder, keys };
    const network = new Network(parts, anvil, await serveArtifacts({ store }));
    if (mining === "asked") await network.request("evm_setIntervalMining", 0);
    return network;
  }

  /** Kills the daemons that still run, and ends the chain. */
  async stop(): Promise<void> {
    for (const daemon of this.#daemons) await daemon.end("SIGKILL");
    await this.#bundles.close();
    await this.#anvil.stop();
    rmSync(this.folder, { recursive: true });
  }

  address(role: Role): Address {
    return privateKeyToAccount(this.keys[role]).address;
  }

  /** Options of a daemon, the same for the same role. */
  options(role: Role) {
    const deployment = join(this.folder, "deployment.json");
    return { rpcUrl: this.#anvil.rpc, deployment, dataDir: join(this.folder, role), pollMs };
  }

  /** Starts a daemon in a process of its own, with a private Redis unless `env` names one. */
  spawn(role: DaemonRole, more: object = {}, env: NodeJS.ProcessEnv = {}): DaemonProcess {
    const kind = role === "verifier" || role === "witness" ? "verifier" : "solver";
    const daemon = new DaemonProcess(kind, { ...this.options(role), ...more }, this.keys[role], env);
    this.#daemons.add(daemon);
    void daemon.ended.then(() => this.#daemons.delete(daemon));
    return daemon;
  }

  /** Compiles a job into the folder that is served. */
  prepare(source: JobSource): Promise<NewJob> {
    return prepareJob(source, new ArtifactStore(join(this.folder, "bundles")));
  }

  #example(): Pick<PreparedJob, "roots" | "workUnitsPerStep" | "manifest"> {
    const { workUnitsPerStep, manifest, constantRoots: _constants, ...roots } = this.bundle;
    return { roots, workUnitsPerStep, manifest };
  }

  /** Submits a job, the example if none is given: 24 steps in three segments if not told otherwise. */
  async submit(
    choices: Partial<TermChoices> = {},
    job: Parameters<typeof completeTerms>[1] = this.#example(),
  ): Promise<bigint> {
    const { timestamp } = await this.chain.client.getBlock();
    const usual = {
      steps: 24,
      interval: 8,
      grid: 3,
      clock: 120,
      extension: 30,
      floorPrice: 10n ** 12n,
      auction: 0,
      attestors: 2,
      heartbeat: 3_600,
      window: windowSeconds,
    };
    const all = { ...usual, unitPrice: 10n ** 12n, uri: this.#bundles.url, ...choices };
    const terms = await completeTerms(this.chain, job, all, timestamp);
    const account = privateKeyToAccount(this.keys.submitter);
    return (await submitJob({ chain: this.chain, rpc: this.#anvil.rpc, account }, terms)).jobId;
  }

  /** Asks the chain's node for what only a development chain does. */
  request(method: string, ...params: unknown[]): Promise<unknown> {
    return this.chain.client.request({ method, params } as never);
  }

  /** Moves the chain's clock. UNITS: seconds. */
  async pass(seconds: number): Promise<void> {
    await createTestClient({ mode: "anvil", transport: http(this.rpc) }).increaseTime({ seconds });
  }

  /** Follows blocks until the condition holds. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    const heads = new Heads({ client: this.chain.client, pollMs, signal: AbortSignal.timeout(patienceMs) });
    for (let known: Hex | undefined; !(await condition());) known = (await heads.after(known)).hash;
  }

  /** Moves the chain to a part of a closing job's window, or past it. */
  async passTo(jobId: bigint, part: Exclude<Part, "None"> | "end"): Promise<void> {
    const { closedAt, window } = await readSampling(this.chain, jobId);
    const target = closedAt + BigInt(part === "end" ? window : partStart(part, window));
    const { timestamp } = await this.chain.client.getBlock();
    if (target > timestamp) await this.pass(Number(target - timestamp));
  }

  /** The seats of a closing or finished job's drawn segments that a verifier holds. */
  async seats(jobId: bigint, ...verifiers: Role[]): Promise<Seat[]> {
    const { committed } = await readJob(this.chain, jobId);
    const all = verifiers.flatMap((role) =>
      Array.from({ length: committed }, (_, k) => readSeat(this.chain, jobId, k, this.address(role))),
    );
    return (await Promise.all(all)).filter(({ seal }) => seal !== zeroHash);
  }

  /** Takes a job that is trained through the parts of its window, each as soon as these verifiers have done theirs, to its end. */
  async verify(jobId: bigint, count: number, ...verifiers: Role[]): Promise<void> {
    const every = (fits: (seat: Seat) => boolean) => async (): Promise<boolean> => {
      const seats = await this.seats(jobId, ...verifiers);
      return seats.length === count && seats.every(fits);
    };
    await this.until(async () => (await readJob(this.chain, jobId)).status === "Closing");
    await this.until(every(() => true));
    await this.passTo(jobId, "Attest");
    await this.until(every(({ attested }) => attested));
    await this.passTo(jobId, "Open");
    await this.until(every(({ revealed }) => revealed));
    await this.until(async () => {
      const { committed } = await readJob(this.chain, jobId);
      const opened = Array.from({ length: committed }, async (_, k) => {
        return (await readSeatsTaken(this.chain, jobId, k)) === 0n || (await readOpenedState(this.chain, jobId, k));
      });
      return (await Promise.all(opened)).every(Boolean);
    });
    await this.passTo(jobId, "end");
    await this.until(every(({ outcome }) => outcome !== "None"));
  }

  /** Waits until a job takes no more commitments, moves the chain past its window, waits for the end. */
  async settle(jobId: bigint, ...takers: Role[]): Promise<Job> {
    await this.until(async () => (await readJob(this.chain, jobId)).status === "Closing");
    await this.passTo(jobId, "end");
    return this.finished(jobId, ...takers);
  }

  /** Follows blocks until a job is finished and the daemons of these roles took their money. */
  async finished(jobId: bigint, ...takers: Role[]): Promise<Job> {
    const owed = () =>
      takers.flatMap((role) => payers.map((contract) => readCredit(this.chain, contract, this.address(role))));
    await this.until(async () => {
      const { status } = await readJob(this.chain, jobId);
      return finishedStatuses.includes(status) && (await Promise.all(owed())).every((credit) => credit === 0n);
    });
    return readJob(this.chain, jobId);
  }
}
