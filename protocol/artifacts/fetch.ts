import type { Hex } from "viem";
import { FileBytes, OperatorError, TransientError } from "../../common/index.ts";
import type { Bytes } from "../../common/index.ts";
import { artifactName } from "./name.ts";
import { diskError, type ArtifactStore } from "./store.ts";

export interface FetchOptions<Content extends Bytes = Uint8Array> {
  /** Base address; the artifact is at `<base>/<name>`. */
  readonly base: string;
  readonly root: Hex;
  /** A longer body is given up as soon as it shows. UNITS: bytes. */
  readonly maxBytes: number;
  /** For the transfer, begun anew with every 64 MiB that arrive. UNITS: ms; 60,000 if not given. */
  readonly timeoutMs?: number;
  /** The root that commits to these bytes, recomputed; whatever it throws counts as wrong bytes. */
  readonly rootOf: (bytes: Content) => Hex | Promise<Hex>;
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

/** UNITS: bytes that must arrive within the timeout, unless they are the last ones: a slow line is a megabyte a second. */
const bytesPerTimeout = 2 ** 26;

/** Takes a body's parts, one after the other. */
type Sink = (part: Uint8Array) => void | Promise<void>;

/** Hands on the body, given up at the first byte above the limit. @returns its bytes */
async function readBody(response: Response, url: URL, maxBytes: number, sink: Sink): Promise<number> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(url, maxBytes);
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.byteLength;
    if (length > maxBytes) throw tooLarge(url, maxBytes);
    await sink(part);
  }
  return length;
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

async function transfer(url: URL, options: FetchOptions<never>, sink: Sink): Promise<number> {
  const { maxBytes, timeoutMs = 60_000 } = options;
  const timedOut = new AbortController();
  const timer = setTimeout(() => timedOut.abort(), timeoutMs);
  const stop = new AbortController();
  const signals = [timedOut.signal, stop.signal, ...(options.signal === undefined ? [] : [options.signal])];
  let sinceTimer = 0;
  const timed: Sink = (part) => {
    sinceTimer += part.byteLength;
    if (sinceTimer >= bytesPerTimeout) timer.refresh();
    sinceTimer %= bytesPerTimeout;
    return sink(part);
  };
  try {
    // SAFETY: a redirect could name an address that only this machine reaches, so none is followed.
    const response = await fetch(url, { signal: AbortSignal.any(signals), redirect: "manual" });
    checkStatus(response, url);
    return await readBody(response, url, maxBytes, timed);
  } catch (cause) {
    if (cause instanceof OperatorError || cause instanceof TransientError) throw cause;
    const facts = { url: url.href };
    if (timedOut.signal.aborted) {
      throw new TransientError("artifact-timeout", `${url.href} did not arrive in ${timeoutMs} ms.`, facts, { cause });
    }
    const reason =
      cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause).message : String(cause);
    throw new TransientError("artifact-unreachable", `${url.href} cannot be reached: ${reason}.`, facts, { cause });
  } finally {
    clearTimeout(timer);
    // Closes the connection of a body that was given up.
    stop.abort();
  }
}

/** The root that commits to the bytes, undefined where they are not even of the right form. */
async function tryRoot<Content extends Bytes>(
  options: FetchOptions<Content>,
  bytes: Content,
): Promise<{ root?: Hex; cause?: unknown }> {
  try {
    return { root: await options.rootOf(bytes) };
  } catch (cause) {
    return { cause };
  }
}

/** Refuses bytes that their name does not commit to. */
async function checkBytes<Content extends Bytes>(
  url: URL,
  options: FetchOptions<Content>,
  bytes: Content,
): Promise<void> {
  const { root, cause } = await tryRoot(options, bytes);
  if (root?.toLowerCase() === options.root.toLowerCase()) return;
  const message = `${url.href} served ${bytes.length} bytes that its name does not commit to.`;
  throw new OperatorError("artifact-wrong", message, { url: url.href, length: bytes.length, root }, { cause });
}

/**
 * Fetches one artifact and checks it against its root before anyone sees a byte.
 * Errors: TransientError `artifact-unreachable`, `artifact-timeout`, `artifact-missing` (404), `artifact-server` (5xx,
 * 408, 429); OperatorError `artifact-address`, `artifact-refused` (other answers), `artifact-too-large`,
 * `artifact-wrong` (bytes that the root does not commit to).
 */
export async function fetchArtifact(options: FetchOptions): Promise<Uint8Array> {
  const url = artifactUrl(options.base, options.root);
  const parts: Uint8Array[] = [];
  const bytes = new Uint8Array(await transfer(url, options, (part) => void parts.push(part)));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  await checkBytes(url, options, bytes);
  return bytes;
}

/** Fetches one artifact into a store without holding it in memory. Errors: those of `fetchArtifact` and of the store. */
async function fetchFile(store: ArtifactStore, options: FetchOptions<FileBytes>): Promise<void> {
  const url = artifactUrl(options.base, options.root);
  await store.write(async ({ file, path }) => {
    const append = (part: Uint8Array) =>
      file.appendFile(part).catch((cause: unknown) => {
        throw diskError("write", path, cause);
      });
    const length = await transfer(url, options, append);
    await checkBytes(url, options, new FileBytes(file.fd, path, length));
    return options.root;
  });
}

/** What `fetch` brings where what is kept is missing or wrong. Errors: those of `fetch`. */
async function obtain<Content extends Bytes>(
  store: ArtifactStore,
  options: FetchOptions<Content>,
  kept: Content | undefined,
  fetched: () => Promise<Content>,
): Promise<Content> {
  if (kept !== undefined && (await tryRoot(options, kept)).root?.toLowerCase() === options.root.toLowerCase())
    return kept;
  return fetched().catch((error: unknown) => {
    if (kept === undefined || !(error instanceof TransientError)) throw error;
    const message = `${store.path(options.root)} is damaged, and another copy is not to be had: ${error.message}`;
    throw new TransientError(error.code, message, error.facts, { cause: error });
  });
}

/**
 * From the store if it is there, else fetched, checked and kept. What the store holds is checked too: a file that a
 * failing disk changed is fetched again. Errors: those of `fetchArtifact` and of the store.
 */
export async function obtainArtifact(store: ArtifactStore, options: FetchOptions): Promise<Uint8Array> {
  return obtain(store, options, await store.get(options.root), async () => {
    const bytes = await fetchArtifact(options);
    await store.put(options.root, bytes);
    return bytes;
  });
}

/** As `obtainArtifact`, but neither the transfer nor the check holds it in memory: its bytes are those of the store's file. */
export async function obtainFile(store: ArtifactStore, options: FetchOptions<FileBytes>): Promise<FileBytes> {
  return obtain(store, options, await store.open(options.root), async () => {
    await fetchFile(store, options);
    return FileBytes.open(store.path(options.root));
  });
}
