import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Prng } from "../../../common/index.ts";

export interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * What befalls a connection. At a request: `unsent`, it breaks before the node has it; `unanswered`, after the node did what was
 * asked. At any time: `cut`, every connection breaks; `refused`, none can be made; `silent`, nothing is answered for a while.
 */
export type Trouble =
  | { readonly kind: "unsent" | "unanswered"; readonly method: string; readonly passage: number }
  | { readonly kind: "cut" | "refused" | "silent"; readonly afterMs: number; readonly forMs: number };

export function nameOfTrouble(trouble: Trouble): string {
  if ("method" in trouble) return `${trouble.kind} ${trouble.method}`;
  return trouble.kind === "cut" ? "cut" : `${trouble.kind} for ${trouble.forMs} ms`;
}

/** So many of each, in an order by chance. */
export function drawTroubles(
  prng: Prng,
  atRequests: readonly (readonly ["unsent" | "unanswered", string, number])[],
  timed: Readonly<Record<"cut" | "refused" | "silent", number>>,
): Trouble[] {
  const troubles: Trouble[] = atRequests.flatMap(([kind, method, count]) =>
    Array.from({ length: count }, () => ({ kind, method, passage: 1 + prng.below(3) })),
  );
  for (const kind of ["cut", "refused", "silent"] as const) {
    for (let i = 0; i < timed[kind]; i++)
      troubles.push({ kind, afterMs: 50 + prng.below(700), forMs: 200 + prng.below(1_500) });
  }
  for (let i = troubles.length - 1; i > 0; i--) {
    const j = prng.below(i + 1);
    [troubles[i], troubles[j]] = [troubles[j]!, troubles[i]!];
  }
  return troubles;
}

/** Stands between a daemon and its node: passes everything on, and breaks or changes what a test wants broken or changed. */
export class NodeProxy {
  readonly #target: string;
  #server: Server;
  #port = 0;
  #awaited: { trouble: Trouble; passages: number; met: () => void } | undefined;
  #silent: Promise<void> | undefined;
  /** Changes a request on its way to the node. */
  ask: (request: RpcRequest) => RpcRequest = (request) => request;
  /** Changes the result on its way back. */
  answer: (request: RpcRequest, result: unknown) => unknown = (_request, result) => result;

  private constructor(target: string) {
    this.#target = target;
    this.#server = this.#serve();
  }

  static async start(target: string): Promise<NodeProxy> {
    const proxy = new NodeProxy(target);
    await proxy.#listen();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Settles when the trouble came and is over; a trouble at a request waits for that request. */
  async suffer(trouble: Trouble, signal: AbortSignal): Promise<boolean> {
    if ("method" in trouble) return this.#await(trouble, signal);
    await delay(trouble.afterMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return false;
    if (trouble.kind === "refused") {
      this.#server.close();
      this.#server.closeAllConnections();
      await delay(trouble.forMs);
      this.#server = this.#serve();
      await this.#listen();
      return true;
    }
    if (trouble.kind === "silent") {
      const silence = Promise.withResolvers<void>();
      this.#silent = silence.promise;
      await delay(trouble.forMs);
      this.#silent = undefined;
      silence.resolve();
    }
    this.#server.closeAllConnections();
    return true;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #await(trouble: Trouble, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (met: boolean): void => {
        this.#awaited = undefined;
        resolve(met);
      };
      signal.addEventListener("abort", () => end(false), { once: true });
      this.#awaited = { trouble, passages: 0, met: () => end(true) };
    });
  }

  #serve(): Server {
    return createServer((request, response) => void this.#pass(request, response).catch(() => response.destroy()));
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as { port: number }).port;
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString()) as RpcRequest | RpcRequest[];
    const requests = [body].flat().map((request) => this.ask(request));
    const trouble = this.#troubleOf(requests);
    if (trouble === "unsent") return void response.destroy();
    const answers = await this.#forward(requests);
    if (this.#silent !== undefined) {
      await this.#silent;
      return void response.destroy();
    }
    if (trouble === "unanswered") return void response.destroy();
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
  }

  async #forward(requests: readonly RpcRequest[]): Promise<object[]> {
    const headers = { "content-type": "application/json" };
    const sent = await fetch(this.#target, { method: "POST", headers, body: JSON.stringify(requests) });
    const answers = (await sent.json()) as { id: number; result?: unknown }[];
    return answers.map((answer) => {
      const request = requests.find(({ id }) => id === answer.id)!;
      return answer.result === undefined ? answer : { ...answer, result: this.answer(request, answer.result) };
    });
  }

  #troubleOf(requests: readonly RpcRequest[]): "unsent" | "unanswered" | undefined {
    const awaited = this.#awaited;
    if (awaited === undefined || !("method" in awaited.trouble)) return undefined;
    const { kind, method, passage } = awaited.trouble;
    awaited.passages += requests.filter((request) => request.method === method).length;
    if (awaited.passages < passage) return undefined;
    awaited.met();
    return kind;
  }
}
