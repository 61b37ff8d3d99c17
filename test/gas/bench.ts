/** Prints what every call, move, judgement and game costs, and writes bench/results/gas.json: `npm run bench:gas`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultGasCap } from "../../submitter/index.ts";
import { measureGas } from "./measure.ts";

const figures = await measureGas();
for (const [group, rows] of Object.entries(figures)) {
  console.log(`\n${group}`);
  for (const { name, gas, bytes } of rows as (typeof figures)["calls"]) {
    const size = bytes === undefined ? "" : `${bytes.toLocaleString("en")} bytes`.padStart(14);
    console.log(`${gas.toLocaleString("en").padStart(11)}${size}  ${name}`);
  }
}
console.log(`\nA side of a game is repaid ${defaultGasCap.toLocaleString("en")} at most, by the default terms.`);
const folder = join(import.meta.dirname, "..", "..", "bench", "results");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "gas.json"), `${JSON.stringify(figures, null, 2)}\n`);
