/** Writes the snapshots of compiled contracts: `npm run snapshots`. */
import { writeFileSync } from "node:fs";
import { snapshotPath, snapshots, type SnapshotName } from "./snapshot.ts";

for (const name of Object.keys(snapshots) as SnapshotName[]) {
  writeFileSync(snapshotPath(name), `${JSON.stringify(await snapshots[name](), null, 2)}\n`);
}
