/** Writes protocol/abi/*.ts from the compiled contracts: `node scripts/write-abis.ts`. With `--check` it only compares. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Abi } from "viem";
import { OperatorError } from "../common/index.ts";

const root = dirname(import.meta.dirname);

/** File → the contract whose ABI it holds, then contracts whose errors its calls may revert with. */
const abis: Readonly<Record<string, readonly string[]>> = {
  arbiter: ["Arbiter"],
  availability: ["Availability", "JobMarket", "Pinpoint", "Staking", "TestToken"],
  jobMarket: ["JobMarket", "Staking", "TestToken"],
  modelRegistry: ["ModelRegistry", "JobMarket"],
  pinpoint: ["Pinpoint", "JobMarket", "Staking", "Arbiter", "TestToken"],
  commitRevealBeacon: ["CommitRevealBeacon", "TestToken"],
  prevrandaoBeacon: ["PrevrandaoBeacon"],
  staking: ["Staking", "TestToken"],
  testToken: ["TestToken"],
  verification: ["Verification", "JobMarket", "Pinpoint", "Staking", "TestToken"],
};

function artifactAbi(contract: string): Abi {
  const path = globSync(join(root, "artifacts", "contracts", "**", `${contract}.sol`, `${contract}.json`))[0];
  if (path === undefined) {
    const message = `${contract} is not compiled: run \`npx hardhat build\` first.`;
    throw new OperatorError("not-compiled", message, { contract });
  }
  return (JSON.parse(readFileSync(path, "utf8")) as { abi: Abi }).abi;
}

/** The first contract's ABI, and the errors of the others that it does not declare itself. */
function mergedAbi([first = "", ...others]: readonly string[]): Abi {
  const own = artifactAbi(first);
  const errors = others.flatMap((contract) => artifactAbi(contract).filter((item) => item.type === "error"));
  const known = new Map([...own, ...errors].map((item) => [JSON.stringify(item), item]));
  return [...known.values()];
}

function source(name: string, contracts: readonly string[]): string {
  const calls = contracts.slice(1);
  const errors = calls.length === 0 ? "" : `, with the errors of what it calls: ${calls.join(", ")}`;
  const doc = `/** ABI of contracts/${contracts[0]}.sol${errors}. Made by scripts/write-abis.ts. */`;
  const items = mergedAbi(contracts).map((item) => `  ${JSON.stringify(item)},\n`);
  return `${doc}\nexport const ${name}Abi = [\n${items.join("")}] as const;\n`;
}

const folder = join(root, "protocol", "abi");
mkdirSync(folder, { recursive: true });
const stale: string[] = [];
for (const [name, contracts] of Object.entries(abis)) {
  const path = join(folder, `${name}.ts`);
  const text = source(name, contracts);
  const present = globSync(path).length > 0 ? readFileSync(path, "utf8") : "";
  if (present === text) continue;
  if (process.argv.includes("--check")) stale.push(path);
  else writeFileSync(path, text);
}
for (const path of stale) console.error(`${path}: is not what the contracts say; run node scripts/write-abis.ts`);
process.exitCode = stale.length === 0 ? 0 : 1;
