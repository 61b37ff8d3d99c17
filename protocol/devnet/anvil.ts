import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { arch, platform } from "node:process";
import { OperatorError } from "../../common/index.ts";

export interface AnvilOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** UNITS: seconds between blocks; without it every transaction is mined at once. */
  readonly blockTime?: number;
  /** Further command line arguments. */
  readonly args?: readonly string[];
}

export interface Anvil {
  readonly rpc: string;
  readonly port: number;
  /** Process id. */
  readonly pid: number;
  /** Settles when the process ends by itself, with its exit status or signal. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * The chain's program itself: the wrapper in `node_modules/.bin` would leave it running when it is killed.
 * Errors: OperatorError `anvil-missing`.
 */
export function anvilProgram(): string {
  const name = `@foundry-rs/anvil-${platform}-${architectures[arch] ?? arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/anvil${platform === "win32" ? ".exe" : ""}`);
  } catch (cause) {
    const message = `No development chain for this platform: npm did not install ${name}.`;
    throw new OperatorError("anvil-missing", message, { name }, { cause });
  }
}

/** The port that the process says it listens on. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (part: Buffer): void => {
      output += part.toString();
      const match = /Listening on \S+:(\d+)/.exec(output);
      if (match?.[1] === undefined) return;
      // It prints a line a request: what is kept and searched would grow as long as it runs.
      for (const stream of [child.stdout, child.stderr]) stream?.off("data", read).resume();
      resolve(Number(match[1]));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", (status) => {
      const reason = output.trim().split("\n").at(-1) ?? "";
      const message = `The development chain ended with status ${status}: ${reason}`;
      reject(new OperatorError("anvil-ended", message, { status, reason }));
    });
  });
}

/**
 * Starts a development chain on this machine, with the hard fork the contracts are compiled for. It ends with this process.
 * Errors: OperatorError `anvil-missing`, `anvil-ended` (a taken port, for example).
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const { port = 0, blockTime, args = [] } = options;
  const interval = blockTime === undefined ? [] : ["--block-time", String(blockTime)];
  const words = ["--host", "127.0.0.1", "--port", String(port), "--hardfork", "osaka", ...interval, ...args];
  const child = spawn(anvilProgram(), words, { stdio: ["ignore", "pipe", "pipe"] });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<string>((resolve) => {
    child.once("close", (status, signal) => {
      process.off("exit", kill);
      resolve(signal ?? String(status));
    });
  });
  const bound = await listening(child);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  return { rpc: `http://127.0.0.1:${bound}`, port: bound, pid: child.pid ?? 0, ended, stop };
}
