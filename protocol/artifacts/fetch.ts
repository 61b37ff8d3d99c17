import type { Hex } from "viem";
import { OperatorError, TransientError } from "../../common/index.ts";
import { artifactName } from "./name.ts";
import type { ArtifactStore } from "./store.ts";

export interface FetchOptions {
  /** Base address; the artifact is at `<base>/<name>`. */
  readonly base: string;
  readonly root: Hex;
  /** A longer body is given up as soon as it shows. UNITS: bytes. */
  readonly maxBytes: number;
  /** For the whole transfer. UNITS: ms; 60,000 if not given. */
  readonly timeoutMs?: number;
  /** The root that commits to these bytes, recomputed; whatever it throws counts as wrong bytes. */
  readonly rootOf: (bytes: Uint8Array) => Hex | Promise<Hex>;
  readonly signal?: AbortSignal;
}

function artifactUrl(base: string, root: Hex): URL {
  const url = URL.parse(`${base.replace(/\/+$/, "")}/${artifactName(root)}`);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new OperatorError("artifact-address", `"${base}" is not an http or https address.`, { base });
  }
  return url;
}

function tooLarge(url: URL, maxBytes: number): OperatorError {
  const message = `${url.href} is larger than the ${maxBytes} bytes that its declaration allows.`;
  return new OperatorError("artifact-too-large", message, { url: url.href, maxBytes });
}

/** The body, given up at the first byte above the limit. */
async function readBody(response: Response, url: URL, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(url, maxBytes);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.byteLength;
    if (length > maxBytes) throw tooLarge(url, maxBytes);
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

function checkStatus(response: Response, url: URL): void {
  const facts = { url: url.href, status: response.status };
  if (response.status === 200) return;
  if (response.status === 404) throw new TransientError("artifact-missing", `${url.href} is not there (yet).`, facts);
  const message = `${url.href} answered ${response.status} instead of the artifact.`;
  if (response.status >= 500 || response.status === 408 || response.status === 429) {
    throw new TransientError("artifact-server", message, facts);
  }
  throw new OperatorError("artifact-refused", message, facts);
}

async function transfer(url: URL, options: FetchOptions): Promise<Uint8Array> {
  const { maxBytes, timeoutMs = 60_000 } = options;
  const timer = AbortSignal.timeout(timeoutMs);
  const stop = new AbortController();
  const signal = AbortSignal.any([timer, stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  try {
    // SAFETY: a redirect could name an address that only this machine reaches, so none is followed.
    const response = await fetch(url, { signal, redirect: "manual" });
    checkStatus(response, url);
    return await readBody(response, url, maxBytes);
  } catch (cause) {
    if (cause instanceof OperatorError || cause instanceof TransientError) throw cause;
    const facts = { url: url.href };
    if (timer.aborted) {
      throw new TransientError("artifact-timeout", `${url.href} did not arrive in ${timeoutMs} ms.`, facts, { cause });
    }
    const reason =
      cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause).message : String(cause);
    throw new TransientError("artifact-unreachable", `${url.href} cannot be reached: ${reason}.`, facts, { cause });
  } finally {
    // Closes the connection of a body that was given up.
    stop.abort();
  }
}

/** The root that commits to the bytes, undefined where they are not even of the right form. */
async function tryRoot(options: FetchOptions, bytes: Uint8Array): Promise<{ root?: Hex; cause?: unknown }> {
  try {
    return { root: await options.rootOf(bytes) };
  } catch (cause) {
    return { cause };
  }
}

/**
 * Fetches one artifact and checks it against its root before anyone sees a byte.
 * Errors: TransientError `artifact-unreachable`, `artifact-timeout`, `artifact-missing` (404), `artifact-server` (5xx,
 * 408, 429); OperatorError `artifact-address`, `artifact-refused` (other answers), `artifact-too-large`,
 * `artifact-wrong` (bytes that the root does not commit to).
 */
export async function fetchArtifact(options: FetchOptions): Promise<Uint8Array> {
  const url = artifactUrl(options.base, options.root);
  const bytes = await transfer(url, options);
  const { root, cause } = await tryRoot(options, bytes);
  if (root?.toLowerCase() === options.root.toLowerCase()) return bytes;
  const message = `${url.href} served ${bytes.length} bytes that its name does not commit to.`;
  throw new OperatorError("artifact-wrong", message, { url: url.href, length: bytes.length, root }, { cause });
}

/**
 * From the store if it is there, else fetched, checked and kept. What the store holds is checked too: a file that a
 * failing disk changed is fetched again. Errors: those of `fetchArtifact` and of the store.
 */
export async function obtainArtifact(store: ArtifactStore, options: FetchOptions): Promise<Uint8Array> {
  const kept = await store.get(options.root);
  if (kept !== undefined && (await tryRoot(options, kept)).root?.toLowerCase() === options.root.toLowerCase())
    return kept;
  const bytes = await fetchArtifact(options).catch((error: unknown) => {
    if (kept === undefined || !(error instanceof TransientError)) throw error;
    const message = `${store.path(options.root)} is damaged, and another copy is not to be had: ${error.message}`;
    throw new TransientError(error.code, message, error.facts, { cause: error });
  });
  await store.put(options.root, bytes);
  return bytes;
}
