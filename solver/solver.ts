import type { Address } from "viem";
import {
  Endings,
  identityOf,
  openSession,
  playable,
  Play,
  sameAddress,
  unfinishedDemands,
  unfinishedGames,
  unfinishedJobs,
  watchRisk,
  withdrawCredits,
  type Daemon,
  type Head,
  type Session,
  type SolverConfig,
} from "../daemon/index.ts";
import { finishedStatuses, serveArtifacts, type Job } from "../protocol/index.ts";
import { tryAccept, type Declined } from "./accept.ts";
import { answer } from "./demands.ts";
import { openStates, register } from "./proof.ts";
import { Training } from "./training.ts";

/** Blocks between two looks at the credits while no job ends. */
const blocksBetweenLooks = 64n;

export interface Solver extends Daemon {
  readonly address: Address;
  /** Where checkpoints and bundles are served; what `accept` writes on the chain. */
  readonly artifactUrl: string;
  /** Where `/metrics` and `/health` are served; undefined where they are not. */
  readonly statusUrl: string | undefined;
}

/**
 * Starts a solver: it accepts jobs that pay, trains them, commits and serves checkpoints, defends them and takes its money.
 * @throws OperatorError of the configuration (deployment, chain, Redis, port); TransientError `rpc-unreachable`
 */
export async function startSolver(config: SolverConfig): Promise<Solver> {
  const session = await openSession("solver", config);
  try {
    return await run(session, config);
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function run(session: Session, config: SolverConfig): Promise<Solver> {
  const { address, log } = session;
  const server = await serve(session, config);
  const artifactUrl = config.artifacts.publicUrl ?? server.url;
  const training = await Training.open(session, config.workers, config.diverge).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  log.info(
    { event: "started", address, artifactUrl, engine: session.engine },
    `Solver ${address} serves ${artifactUrl}`,
  );
  const done = session.run(loop(session, config, training, artifactUrl));
  const stop = async (): Promise<void> => {
    await server.close();
    await session.close();
    log.info({ event: "stopped" }, "Solver stopped");
  };
  return { address, artifactUrl, statusUrl: session.statusUrl, done, stop };
}

/** The port of the first start is kept: the chain holds the address for as long as the jobs last. */
async function serve({ store, journal }: Session, { artifacts }: SolverConfig) {
  const { host, port } = artifacts;
  const server = await serveArtifacts({ store, host, port: port || (journal.kept<number>("artifact-port") ?? 0) });
  journal.keep("artifact-port", server.port);
  return server;
}

/** What a solver does about every new block: read, decide, start what is missing. */
function loop(
  session: Session,
  config: SolverConfig,
  training: Training,
  artifactUrl: string,
): (head: Head) => Promise<void> {
  const { address, tasks } = session;
  const [jobs, games, demands] = [unfinishedJobs(session), unfinishedGames(session), unfinishedDemands(session)];
  const endings = new Endings(session);
  const declined: Declined = new Set();
  const accepting = new Set<bigint>();
  const risk = watchRisk(session, "defender");
  const play = new Play({ session, side: "defender", flip: (jobId) => training.divergence(jobId) });
  return async (head) => {
    const [allJobs, allGames, asked] = await Promise.all([jobs.refresh(), games.refresh(), demands.refresh()]);
    risk(allGames, head);
    for (const view of playable(allGames, allJobs)) play.tend(view, head);
    const own = allJobs.filter(({ solver }) => sameAddress(solver, address));
    for (const job of own) {
      if (job.status === "Running") await training.tend(job);
      if (job.status === "Closing") tasks.start(`open/${job.id}`, () => openStates(session, job, head));
      endings.tend(job, head);
    }
    for (const demand of asked) {
      const job = own.find(({ id, status }) => id === demand.jobId && (status === "Running" || status === "Closing"));
      if (job !== undefined && demand.status === "Open" && head.timestamp <= demand.answerBy)
        tasks.start(`answer/${demand.id}`, () => answer(session, job, demand));
    }
    for (const job of own.filter(({ status }) => status === "Settled"))
      tasks.start(`register/${job.id}`, () => register(session, job));
    const running = own.filter(({ status }) => status === "Running").length;
    const open = allJobs.filter((job) => job.status === "Open" && !declined.has(identityOf(job)));
    // Another one comes first with every block, so that one whose bundle is away holds nobody up.
    const first = open.length === 0 ? 0 : Number(head.number % BigInt(open.length));
    for (const job of [...open.slice(first), ...open.slice(0, first)]) {
      if (running + accepting.size >= config.maxJobs || session.breaker.broken) break;
      tasks.start(`accept/${job.id}`, async () => {
        accepting.add(job.id);
        await tryAccept(session, config, job, artifactUrl, declined, head).finally(() => accepting.delete(job.id));
      });
    }
    if (own.some(isOver) || head.number % blocksBetweenLooks === 0n)
      tasks.start("withdraw", () => withdrawCredits(session));
  };
}

/** Whether all that a job ever credits is credited. */
function isOver({ status }: Job): boolean {
  return finishedStatuses.includes(status) && status !== "Cancelled";
}
