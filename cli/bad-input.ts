import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { writeOnnx, type TensorData } from "../engine/index.ts";

/** What the table of bad input, cli/bad-input.test.ts, is made of. */

/** A command line that cannot succeed, and all that it may leave behind: a status and one line. */
export interface Row {
  readonly name: string;
  readonly words: () => readonly string[];
  readonly env?: () => Readonly<Record<string, string>>;
  /** 1 if left out. */
  readonly exit?: number;
  /** Of the error; absent where commander refuses the command line itself. */
  readonly code?: string;
  /** What was found, what was expected, what to do. */
  readonly says: readonly string[];
}

const zeros = (...shape: number[]): TensorData => ({
  dtype: "f32",
  shape,
  values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

/** A linear classifier of two numbers. */
export function linear(
  options: { shape?: (number | string)[]; weights?: number[]; opType?: string; opset?: number } = {},
) {
  const { shape = ["batch", 2], weights = [2, 3], opType = "MatMul", opset = 17 } = options;
  return writeOnnx({
    name: "linear",
    opset,
    inputs: [{ name: "x", dtype: "f32", shape }],
    outputs: [{ name: "y", dtype: "f32" }],
    initialisers: { w: zeros(...weights) },
    nodes: [{ opType, inputs: ["x", "w"], output: "y" }],
  });
}

/** Names and bytes of all files below a folder. */
export function hashOf(folder: string): string {
  const hash = createHash("sha256");
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.toSorted()) hash.update(file).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

interface Head {
  readonly number: string;
  readonly timestamp: string;
}

interface RpcCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface RpcAnswer {
  readonly id: number;
  result: unknown;
}

function listOf<T>(json: unknown): T[] {
  return (Array.isArray(json) ? json : [json]) as T[];
}

/** The answer of a node whose newest block is another one; other answers stay. */
function changed({ method, params }: RpcCall, result: unknown, behind: (head: Head) => Partial<Head>): unknown {
  if (method === "eth_blockNumber") return behind({ number: result as string, timestamp: "0x0" }).number ?? result;
  if (method !== "eth_getBlockByNumber" || params[0] !== "latest") return result;
  return { ...(result as Head), ...behind(result as Head) };
}

/** A node that is behind: the chain of another one, its newest block changed as `behind` says. */
export function lagging(rpc: string, behind: (head: Head) => Partial<Head>): RequestListener {
  const headers = { "content-type": "application/json" };
  return (request, response) => {
    void (async () => {
      const body = await text(request);
      const calls = listOf<RpcCall>(JSON.parse(body));
      const answers = listOf<RpcAnswer>(await (await fetch(rpc, { method: "POST", body, headers })).json());
      for (const answer of answers) {
        const call = calls.find(({ id }) => id === answer.id);
        if (call !== undefined) answer.result = changed(call, answer.result, behind);
      }
      response.end(JSON.stringify(body.startsWith("[") ? answers : answers[0]));
    })();
  };
}
