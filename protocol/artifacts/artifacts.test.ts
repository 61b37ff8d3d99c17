import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Hex } from "viem";
import { OperatorError, TransientError } from "../../common/index.ts";
import type { Bytes } from "../../common/index.ts";
import type { HttpServer } from "../listen.ts";
import { fetchArtifact, obtainArtifact, obtainFile } from "./fetch.ts";
import { artifactName } from "./name.ts";
import { serveArtifacts } from "./server.ts";
import { ArtifactStore } from "./store.ts";

const rootOf = (bytes: Uint8Array): Hex => `0x${createHash("sha256").update(bytes).digest("hex")}`;
const bytes = new Uint8Array(randomBytes(300_000));
const root = rootOf(bytes);
const other = rootOf(new Uint8Array([1]));

async function failure(promise: Promise<unknown>): Promise<OperatorError | TransientError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof OperatorError || error instanceof TransientError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("artifacts", () => {
  let directory: string;
  let store: ArtifactStore;
  let server: HttpServer;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "pinpoint-artifacts-"));
    store = new ArtifactStore(directory);
    await store.put(root, bytes);
    server = await serveArtifacts({ store });
  });
  after(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  describe("store", () => {
    it("keeps bytes under their root and leaves no draft", async () => {
      expect(await store.get(root)).to.satisfy((kept: Uint8Array) => Buffer.compare(kept, bytes) === 0);
      expect(await store.size(root)).to.equal(bytes.length);
      expect(await store.get(other)).to.equal(undefined);
      expect(readdirSync(directory)).to.deep.equal([artifactName(root)]);
    });
    it("shows nothing of an interrupted write, and sweeps it away", async () => {
      const killed = new ArtifactStore(directory, {
        onDraft: () => {
          // As a kill would, it keeps the draft: the store's own cleaning up finds it gone.
          for (const name of readdirSync(directory).filter((each) => each.endsWith(".draft")))
            renameSync(join(directory, name), join(directory, `kept-${name}`));
        },
      });
      await failure(killed.put(other, new Uint8Array([1])));
      expect(await killed.has(other)).to.equal(false);
      expect(readdirSync(directory)).to.have.length(2);
      await killed.sweep();
      expect(readdirSync(directory)).to.deep.equal([artifactName(root)]);
      await new ArtifactStore(join(directory, "none")).sweep();
    });
    it("refuses what is not a root", () => {
      for (const bad of ["0x", "0x../../etc/passwd", `0x${"g".repeat(64)}`, "ab".repeat(32), `${root}/`] as Hex[]) {
        expect(() => store.path(bad), bad).to.throw(OperatorError, "is not a root");
      }
    });
    it("says why it cannot write", async () => {
      const file = join(directory, "file");
      writeFileSync(file, "");
      const error = await failure(new ArtifactStore(join(file, "below")).put(root, bytes));
      rmSync(file);
      expect(error).to.be.instanceOf(OperatorError).with.property("code", "artifact-disk");
    });
  });

  describe("server", () => {
    it("answers GET and HEAD for ever and lists nothing", async () => {
      const got = await fetch(`${server.url}/${artifactName(root)}`);
      expect(new Uint8Array(await got.arrayBuffer())).to.deep.equal(bytes);
      expect(got.headers.get("cache-control")).to.contain("immutable");
      const head = await fetch(`${server.url}/${artifactName(root)}`, { method: "HEAD" });
      expect(head.headers.get("content-length")).to.equal(String(bytes.length));
      expect((await head.arrayBuffer()).byteLength).to.equal(0);
      for (const path of ["", artifactName(other), "..%2f..%2fetc%2fpasswd", artifactName(root).toUpperCase(), "a/b"]) {
        const missing = await fetch(`${server.url}/${path}`);
        expect([missing.status, (await missing.text()).trim().endsWith(".") || path !== ""], path).to.deep.equal([
          404,
          true,
        ]);
      }
      expect((await fetch(`${server.url}/${artifactName(root)}`, { method: "POST" })).status).to.equal(404);
    });
    it("says that a port is taken", async () => {
      const error = await failure(serveArtifacts({ store, port: server.port }));
      expect(error).to.be.instanceOf(OperatorError).with.property("code", "listen");
    });
  });

  describe("fetch", () => {
    const peers: Server[] = [];
    /** A peer that answers as the test says; the base address. */
    async function peer(answer: Parameters<typeof createServer>[1]): Promise<string> {
      const hostile = createServer(answer as never);
      peers.push(hostile);
      await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(hostile.address() as AddressInfo).port}/base/`;
    }
    after(() => {
      for (const hostile of peers) {
        hostile.closeAllConnections();
        hostile.close();
      }
    });
    const from = (base: string, maxBytes = bytes.length) =>
      failure(fetchArtifact({ base, root, maxBytes, rootOf, timeoutMs: 5_000 }));

    it("returns checked bytes and keeps them", async () => {
      const local = new ArtifactStore(join(directory, "local"));
      const options = { base: `${server.url}/`, root, maxBytes: bytes.length, rootOf };
      expect(await obtainArtifact(local, options)).to.deep.equal(bytes);
      expect(await local.has(root)).to.equal(true);
      const offline = { ...options, base: "http://127.0.0.1:1" };
      expect(Buffer.compare(await obtainArtifact(local, offline), bytes)).to.equal(0);
      writeFileSync(local.path(root), "rotten");
      expect(await obtainArtifact(local, options)).to.deep.equal(bytes);
    });
    it("streams a file into the store, checked before it has its name, and reads it there", async () => {
      const local = new ArtifactStore(join(directory, "streamed"));
      const rootOfFile = (file: Bytes): Hex => rootOf(file.subarray(0, file.length));
      const options = { base: server.url, root, maxBytes: bytes.length, rootOf: rootOfFile };
      expect((await obtainFile(local, options)).subarray(7, bytes.length)).to.deep.equal(bytes.subarray(7));
      expect(readdirSync(local.directory)).to.deep.equal([artifactName(root)]);
      const offline = { ...options, base: "http://127.0.0.1:1" };
      expect((await obtainFile(local, offline)).length).to.equal(bytes.length);
      writeFileSync(local.path(root), "rotten");
      expect(await failure(obtainFile(local, offline))).to.have.property("code", "artifact-unreachable");
      expect((await obtainFile(local, options)).length).to.equal(bytes.length);
      const fresh = new ArtifactStore(join(directory, "refused"));
      const wrong = await peer((_request, response) => response.end("wrong"));
      const cut = await peer((_request, response) => {
        response.writeHead(200, { "content-length": "1000" }).write("x", () => response.destroy());
      });
      for (const [base, maxBytes, code] of [
        [wrong, 10, "artifact-wrong"],
        [server.url, bytes.length - 1, "artifact-too-large"],
        [cut, 1_000, "artifact-unreachable"],
      ] as const)
        expect(await failure(obtainFile(fresh, { ...options, base, maxBytes }))).to.have.property("code", code);
      expect(readdirSync(fresh.directory)).to.deep.equal([]);
    });
    it("refuses wrong bytes, and bytes of no form", async () => {
      const base = await peer((_request, response) => response.end("wrong"));
      expect(await from(base))
        .to.be.instanceOf(OperatorError)
        .with.property("code", "artifact-wrong");
      const malformed = () => {
        throw new OperatorError("bad-program", "No program.");
      };
      const error = await failure(fetchArtifact({ base, root, maxBytes: 10, rootOf: malformed }));
      expect(error).to.have.property("code", "artifact-wrong");
    });
    it("gives up a length or a body above the limit", async () => {
      expect(await from(server.url, bytes.length - 1)).to.have.property("code", "artifact-too-large");
      let sent = 0;
      const base = await peer((_request, response) => {
        const block = Buffer.alloc(65_536);
        const more = () => {
          while (!response.destroyed && response.write(block)) sent += block.length;
        };
        response.on("drain", more);
        more();
      });
      expect(await from(base))
        .to.be.instanceOf(OperatorError)
        .with.property("code", "artifact-too-large");
      expect(sent).to.be.below(64 * 1024 * 1024);
    });
    it("calls for another try when the peer is away, slow, failing or not ready", async () => {
      const slow = await peer((_request, response) => response.write("x"));
      const options = { base: slow, root, maxBytes: 10, rootOf, timeoutMs: 50 };
      expect(await failure(fetchArtifact(options)))
        .to.be.instanceOf(TransientError)
        .with.property("code", "artifact-timeout");
      const away = await from("http://127.0.0.1:1");
      expect(away).to.be.instanceOf(TransientError).with.property("code", "artifact-unreachable");
      const status = (code: number) => peer((_request, response) => void response.writeHead(code).end());
      expect(await from(await status(503)))
        .to.be.instanceOf(TransientError)
        .with.property("code", "artifact-server");
      expect(await from(await status(404)))
        .to.be.instanceOf(TransientError)
        .with.property("code", "artifact-missing");
      expect(await from(await status(403)))
        .to.be.instanceOf(OperatorError)
        .with.property("code", "artifact-refused");
    });
    it("follows no redirect and speaks only HTTP", async () => {
      const base = await peer((request, response) => {
        response.writeHead(302, { location: `${server.url}/${request.url?.split("/").pop()}` }).end();
      });
      expect(await from(base)).to.have.property("code", "artifact-refused");
      expect(await from("file:///etc")).to.have.property("code", "artifact-address");
      expect(await from("nonsense")).to.have.property("code", "artifact-address");
    });
  });
});
