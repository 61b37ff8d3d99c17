import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { fetchDebian } from "./debian.ts";

export interface RedisBinary {
  binary: string;
  /** Folder for `LD_LIBRARY_PATH`, when the libraries are not where the system looks. */
  libraryPath?: string;
}

/** The copy that an earlier run unpacked below `folder`, if any. */
export function cachedRedis(folder: string): RedisBinary | undefined {
  const binary = join(folder, "usr", "bin", "redis-server");
  const [libraryPath] = globSync(join(folder, "usr", "lib", "*-linux-gnu*"));
  return existsSync(binary) ? { binary, ...(libraryPath !== undefined && { libraryPath }) } : undefined;
}

/** Fetches Debian's Redis into `folder`. @throws as `fetchDebian` */
export async function fetchRedisPackage(folder: string): Promise<RedisBinary | undefined> {
  await fetchDebian(["redis-server"], folder, () => cachedRedis(folder) !== undefined);
  return cachedRedis(folder);
}
