import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

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

/** Unpacks Debian packages, with those they need and this system lacks, below `root`. */
async function unpack(packages: readonly string[], work: string, root: string): Promise<void> {
  const apt = aptOptions(work);
  const debs = join(work, "debs");
  mkdirSync(debs);
  await exec("apt-get", [...apt, "update"]);
  const plan = await exec("apt-get", [...apt, "install", "--no-install-recommends", "--dry-run", ...packages]);
  const missing = [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? "");
  await exec("apt-get", [...apt, "download", ...new Set([...packages, ...missing])], { cwd: debs });
  for (const deb of globSync("*.deb", { cwd: debs })) await exec("dpkg-deb", ["-x", join(debs, deb), root]);
}

/**
 * Fetches Debian packages into `folder` without root, whole or not at all; several processes may do so at once. `isThere` tells
 * whether another one was faster. Rejects with what apt said where there is no apt, no network or no such package.
 */
export async function fetchDebian(packages: readonly string[], folder: string, isThere: () => boolean): Promise<void> {
  mkdirSync(join(folder, ".."), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    const root = join(work, "root");
    await unpack(packages, work, root);
    if (!isThere()) renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true });
  }
}
