import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { Hono } from "hono";
import { listen, type HttpServer } from "../listen.ts";
import { isArtifactName } from "./name.ts";
import type { ArtifactStore } from "./store.ts";

/** GET and HEAD of `/<name>`; no listing. Bytes under a root never change, so a cache may keep them for ever. */
export function artifactRoutes(store: ArtifactStore): Hono {
  const app = new Hono();
  app.get("/:name", async (context) => {
    const name = context.req.param("name");
    if (!isArtifactName(name)) return context.text("An artifact's name is 64 lower-case hexadecimal digits.\n", 404);
    const size = await store.size(`0x${name}`);
    if (size === undefined) return context.text(`There is no artifact ${name} here.\n`, 404);
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(size),
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      "access-control-allow-origin": "*",
      etag: `"${name}"`,
    };
    if (context.req.header("if-none-match") === headers.etag) return context.body(null, 304, { etag: headers.etag });
    if (context.req.method === "HEAD") return context.body(null, 200, headers);
    const stream = Readable.toWeb(createReadStream(store.path(`0x${name}`)));
    return context.body(stream as ReadableStream, 200, headers);
  });
  app.notFound((context) => context.text("Ask for an artifact by its name: GET /<64 hexadecimal digits>.\n", 404));
  app.onError((_error, context) => context.text("The artifact cannot be read.\n", 500));
  return app;
}

/** Serves a store over HTTP. Errors: as `listen`. */
export function serveArtifacts(options: {
  readonly store: ArtifactStore;
  readonly host?: string;
  readonly port?: number;
}): Promise<HttpServer> {
  return listen(artifactRoutes(options.store), options);
}
