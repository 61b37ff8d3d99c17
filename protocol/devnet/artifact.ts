import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Abi, Hex } from "viem";
import { OperatorError } from "../../common/index.ts";

/** A compiled contract as Hardhat writes it. */
export interface ContractArtifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
  /** As it lies on the chain, with zeros where immutables go. */
  readonly deployedBytecode: Hex;
  /** Where immutables go, by the compiler's number. UNITS: bytes. */
  readonly immutableReferences: Readonly<
    Record<string, readonly { readonly start: number; readonly length: number }[]>
  >;
}

const root = join(dirname(dirname(import.meta.dirname)), "artifacts", "contracts");

/** Errors: OperatorError `not-built`. */
export function readContractArtifact(name: string): ContractArtifact {
  const path = globSync(join("**", `${name}.sol`, `${name}.json`), { cwd: root })[0];
  if (path === undefined) {
    const message = `The contract ${name} is not compiled: run \`npm run build\` first.`;
    throw new OperatorError("not-built", message, { name });
  }
  return JSON.parse(readFileSync(join(root, path), "utf8")) as ContractArtifact;
}
