// Completes package-lock.json after an `npm install` that changed it: `npm run lock`.
//
// A registry may lack packages for other platforms. npm then writes a lock without them, and the next
// `npm ci` refuses that lock ("Missing: … from lock file"). A stub entry that names version and platform is enough
// for npm on this platform; on the others npm resolves the package from the registry as usual.

import { readFileSync, writeFileSync } from "node:fs";

const OPERATING_SYSTEMS = new Map(
  Object.entries({ windows: "win32", win: "win32" }).concat(
    ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"].map((os) => [
      os,
      os,
    ]),
  ),
);
const PROCESSORS = new Map(
  Object.entries({ amd64: "x64", x86_64: "x64", aarch64: "arm64", armhf: "arm", armv7: "arm", x86: "ia32" }).concat(
    ["arm", "arm64", "ia32", "loong64", "ppc64", "ppc64le", "riscv64", "s390x", "wasm32", "x64"].map((cpu) => [
      cpu,
      cpu,
    ]),
  ),
);

/** Looks a dependency up as Node does: beside the package that asks, then one `node_modules` further out each time. */
function isLocked(packages, location, name) {
  for (let folder = location; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (packages[`${folder ? `${folder}/` : ""}node_modules/${name}`]) return true;
    if (!folder) return false;
  }
}

/** Platform as the name spells it, such as `edr-linux-x64-gnu`. An unknown system becomes one that no machine is. */
function stub(name, version, dev) {
  const words = name.split(/[-/]/);
  const os = words.map((word) => OPERATING_SYSTEMS.get(word)).find(Boolean);
  const cpu = words.map((word) => PROCESSORS.get(word)).find(Boolean);
  return { version, ...(cpu && { cpu: [cpu] }), ...(dev && { dev: true }), optional: true, os: [os ?? "none"] };
}

const file = process.argv[2] ?? "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));
const packages = lock.packages;
const added = [];

for (const [location, entry] of Object.entries({ ...packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(packages, location, name)) continue;
    if (!/^\d+\.\d+\.\d+[^ |]*$/.test(range)) {
      console.error(
        `lockfix: ${name} is missing, and ${location} asks for a range (${range}), which no stub can stand for`,
      );
      process.exitCode = 1;
      continue;
    }
    packages[`node_modules/${name}`] = stub(name, range, entry.dev);
    added.push(`${name}@${range}`);
  }
}

// npm keeps the entries in this order too, so an unchanged lock stays byte for byte the same.
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`lockfix: ${added.length} stubs added${added.length > 0 ? `: ${added.join(", ")}` : ""}`);
