import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { OperatorError } from "../../common/index.ts";
import type { Reply, Request, Sample } from "./subject.ts";

/** The library whose contenders are ours. */
export const OURS = "pinpoint";

/** How a process is started, and what it is told: it answers when it is ready. */
export interface Launch {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly task: unknown;
}

/** Something that is measured, in a process of its own: so each has its own V8 flags and memory, and is kept warm between its turns. */
export interface Contender {
  readonly name: string;
  /** Ours are compared with every library, in that of its forms which is fastest with as many threads. */
  readonly library: string;
  readonly threads: number;
  /** Rejects with what keeps the contender from being there. */
  readonly launch: () => Launch | Promise<Launch>;
}

/** The process of a contender. */
export class Running {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = "";

  private constructor({ command, env }: Launch) {
    const [program, ...args] = command as [string, ...string[]];
    this.#child = spawn(program, args, { env: { ...process.env, ...env } });
    this.#child.stderr.on("data", (data: Buffer) => (this.#errors = (this.#errors + data.toString()).slice(-2_000)));
    // A process that cannot be started, or ends, shows as an end of its lines.
    this.#child.on("error", (error) => (this.#errors += error.message));
    this.#child.stdin.on("error", () => {});
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** @throws OperatorError `contender-absent` */
  static async start(contender: Contender): Promise<Running> {
    const launch = await contender.launch();
    const running = new Running(launch);
    const reply = await running.#ask({ prepare: launch.task });
    if (!("absent" in reply)) return running;
    running.end();
    throw new OperatorError("contender-absent", reply.absent);
  }

  async sample(run: string, leastMs: number): Promise<Sample> {
    return (await this.#ask({ run, leastMs })) as Sample;
  }

  async facts(): Promise<Readonly<Record<string, unknown>>> {
    return ((await this.#ask({ facts: true })) as { facts: Readonly<Record<string, unknown>> }).facts;
  }

  async #ask(request: Request): Promise<Reply> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done !== true) return JSON.parse(value) as Reply;
    const last = this.#errors.trim().split("\n").at(-1) ?? "";
    throw new OperatorError("contender-ended", `The process ended: ${last}`, { output: this.#errors });
  }

  /** The end of its input ends the process. */
  end(): void {
    this.#child.stdin.end();
  }
}
