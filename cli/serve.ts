import { Command } from "commander";
import { ArtifactStore, serveArtifacts } from "../protocol/index.ts";
import { print, untilStopped, type Io } from "./io.ts";
import { integer, storeOption, withJson } from "./options.ts";

interface Options {
  readonly bundle: string;
  readonly host: string;
  readonly port: number;
  readonly json?: boolean;
}

async function run({ bundle, host, port, json }: Options, io: Io): Promise<void> {
  const server = await serveArtifacts({ store: new ArtifactStore(bundle), host, port });
  print(io, json, { url: server.url, bundle }, ({ url }) => [`Serving ${bundle} at ${url} (Ctrl-C to stop).`]);
  await untilStopped(io);
  await server.close();
}

/** `pinpoint serve`: artifacts of a folder over HTTP. */
export function serveCommand(io: Io): Command {
  return withJson(
    new Command("serve")
      .description("serve the artifacts of a folder, in the foreground")
      .addOption(storeOption("--bundle <folder>", "folder of artifacts", "PINPOINT_BUNDLE"))
      .option("--host <address>", "address to serve on", "127.0.0.1")
      .option("--port <number>", "port to serve on; 0 takes a free one", integer(0, 65_535), 8_600),
  )
    .addHelpText("after", "\nExamples:\n  pinpoint serve\n  pinpoint serve --bundle ./bundle --host 0.0.0.0 --port 80")
    .action((options: Options) => run(options, io));
}
