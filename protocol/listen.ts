import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";
import { OperatorError } from "../common/index.ts";

export interface HttpServer {
  /** Base address, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves over HTTP; port 0, the default, takes a free one. Only this machine reaches the default host.
 * Errors: OperatorError `listen` when the address is taken or not allowed.
 */
export function listen(
  app: Hono,
  { host = "127.0.0.1", port = 0 }: { readonly host?: string | undefined; readonly port?: number | undefined } = {},
): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port });
    server.once("error", (cause) => {
      const message = `Cannot listen on ${host}:${port} (${cause.message}): choose another port.`;
      reject(new OperatorError("listen", message, { host, port }, { cause }));
    });
    server.once("listening", () => {
      const address = server.address() as AddressInfo;
      const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
      const close = (): Promise<void> =>
        new Promise((done) => {
          server.close(() => done());
          if ("closeAllConnections" in server) server.closeAllConnections();
        });
      resolve({ url: `http://${name}:${address.port}`, port: address.port, close });
    });
  });
}
