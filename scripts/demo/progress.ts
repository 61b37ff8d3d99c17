import { SingleBar } from "cli-progress";
import { readAttestedSeats, type Chain, type Job } from "../../protocol/index.ts";
import { watchJob } from "../../submitter/index.ts";

/** Follows a job to its end with a bar on a terminal, lines elsewhere. Answers the finished job. */
export async function followJob(chain: Chain, jobId: bigint, signal: AbortSignal): Promise<Job> {
  const tty = process.stderr.isTTY;
  const bar = new SingleBar({
    format: `  job ${jobId} {bar} {value}/{total} checkpoints, {attested} attested, {games} games open, {status}`,
    hideCursor: true,
  });
  let last: Job | undefined;
  for await (const job of watchJob(chain, jobId, { pollMs: 500, signal })) {
    const attested = Number(await readAttestedSeats(chain, job.id));
    const payload = { attested, games: job.openGames, status: job.status };
    if (!tty) console.log(`  job ${jobId}: ${line(job, attested)}`);
    else if (last === undefined) bar.start(job.checkpoints, job.committed, payload);
    else bar.update(job.committed, payload);
    last = job;
  }
  if (tty) bar.stop();
  if (last === undefined || signal.aborted) throw signal.reason;
  return last;
}

function line(job: Job, attested: number): string {
  const { committed, checkpoints, openGames, status } = job;
  return `${status.padEnd(9)} ${committed} of ${checkpoints} checkpoints, ${attested} attestations, ${openGames} games open`;
}
