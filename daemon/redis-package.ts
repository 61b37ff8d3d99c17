import { execFile } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

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

/** State and cache of apt in a folder of our own: needs no root and changes nothing on the system. */
function aptOptions(work: string): string[] {
  for (const folder of ["state/lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const options = {
    "Dir::State": join(work, "state"),
    "Dir::State::status": "/var/lib/dpkg/status",
    "Dir::Cache": join(work, "cache"),
    "Debug::NoLocking": "1",
    "APT::Sandbox::User": "",
  };
  return ["-qq", ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}

/** Unpacks Debian's redis-server, with the libraries that this system lacks, below `root`. */
async function unpack(work: string, root: string): Promise<void> {
  const apt = aptOptions(work);
  const debs = join(work, "debs");
  mkdirSync(debs);
  await exec("apt-get", [...apt, "update"]);
  const plan = await exec("apt-get", [...apt, "install", "--no-install-recommends", "--dry-run", "redis-server"]);
  const names = [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? "");
  await exec("apt-get", [...apt, "download", ...names], { cwd: debs });
  for (const deb of globSync("*.deb", { cwd: debs })) await exec("dpkg-deb", ["-x", join(debs, deb), root]);
}

/**
 * Fetches Debian's Redis into `folder`, whole or not at all; several processes may do so at once. Rejects with what
 * apt said where there is no apt, no network or no such package.
 */
export async function fetchRedisPackage(folder: string): Promise<RedisBinary | undefined> {
  mkdirSync(join(folder, ".."), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    const root = join(work, "root");
    await unpack(work, root);
    if (cachedRedis(folder) === undefined) renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true });
  }
  return cachedRedis(folder);
}
