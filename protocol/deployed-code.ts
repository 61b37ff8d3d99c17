import { hexToBytes, type Address } from "viem";
import { availabilityAbi } from "./abi/availability.ts";
import { jobMarketAbi } from "./abi/jobMarket.ts";
import { modelRegistryAbi } from "./abi/modelRegistry.ts";
import { pinpointAbi } from "./abi/pinpoint.ts";
import { stakingAbi } from "./abi/staking.ts";
import { verificationAbi } from "./abi/verification.ts";
import type { Chain } from "./chain.ts";
import { readContractArtifact, type ContractArtifact } from "./devnet/artifact.ts";
import { explained } from "./explain-error.ts";
import { read } from "./reads/read.ts";

/** Our contracts, by their members of a deployment; the beacon is one of two. The token may be anybody's. */
const contracts = {
  staking: ["Staking"],
  beacon: ["PrevrandaoBeacon", "CommitRevealBeacon"],
  jobMarket: ["JobMarket"],
  arbiter: ["Arbiter"],
  pinpoint: ["Pinpoint"],
  verification: ["Verification"],
  availability: ["Availability"],
  modelRegistry: ["ModelRegistry"],
} as const;
export type OwnContract = keyof typeof contracts;

export interface CodeFinding {
  readonly contract: OwnContract;
  readonly address: Address;
  readonly code: "same" | "differs" | "none";
}

function withoutImmutables(code: Uint8Array, { immutableReferences }: ContractArtifact): string {
  const masked = code.slice();
  for (const { start, length } of Object.values(immutableReferences).flat()) masked.fill(0, start, start + length);
  return Buffer.from(masked).toString("hex");
}

function isCodeOf(code: Uint8Array, artifact: ContractArtifact): boolean {
  const own = hexToBytes(artifact.deployedBytecode);
  return code.length === own.length && withoutImmutables(code, artifact) === withoutImmutables(own, artifact);
}

/**
 * Whether the code at the addresses of a deployment is this build's. What a constructor writes into it, the immutables, is
 * left out: `wiringProblems` looks at those.
 * Errors: OperatorError `not-built`; TransientError `rpc-unreachable`.
 */
export function compareCode({ client, deployment }: Chain): Promise<CodeFinding[]> {
  const entries = Object.entries(contracts) as [OwnContract, readonly string[]][];
  return Promise.all(
    entries.map(async ([contract, names]): Promise<CodeFinding> => {
      const address = deployment[contract];
      const code = await explained(client.getCode({ address }));
      if (code === undefined) return { contract, address, code: "none" };
      const same = names.map(readContractArtifact).some((artifact) => isCodeOf(hexToBytes(code), artifact));
      return { contract, address, code: same ? "same" : "differs" };
    }),
  );
}

/** Contracts of a deployment that name another one than it does, one sentence each. ASSUMES: their code is ours. */
export async function wiringProblems(chain: Chain): Promise<string[]> {
  const { deployment } = chain;
  const staking = { address: deployment.staking, abi: stakingAbi } as const;
  const market = { address: deployment.jobMarket, abi: jobMarketAbi } as const;
  const pinpoint = { address: deployment.pinpoint, abi: pinpointAbi } as const;
  const verification = { address: deployment.verification, abi: verificationAbi } as const;
  const availability = { address: deployment.availability, abi: availabilityAbi } as const;
  const registry = { address: deployment.modelRegistry, abi: modelRegistryAbi } as const;
  const named = await Promise.all([
    ["staking", "token", read(chain, staking, "token", [])],
    ["staking", "jobMarket", read(chain, staking, "bound", [0n])],
    ["staking", "verification", read(chain, staking, "bound", [1n])],
    ["jobMarket", "token", read(chain, market, "token", [])],
    ["jobMarket", "staking", read(chain, market, "staking", [])],
    ["jobMarket", "beacon", read(chain, market, "beacon", [])],
    ["jobMarket", "pinpoint", read(chain, market, "bound", [0n])],
    ["jobMarket", "verification", read(chain, market, "bound", [1n])],
    ["jobMarket", "availability", read(chain, market, "bound", [2n])],
    ["pinpoint", "token", read(chain, pinpoint, "token", [])],
    ["pinpoint", "jobMarket", read(chain, pinpoint, "market", [])],
    ["pinpoint", "arbiter", read(chain, pinpoint, "arbiter", [])],
    ["pinpoint", "verification", read(chain, pinpoint, "bound", [0n])],
    ["pinpoint", "availability", read(chain, pinpoint, "bound", [1n])],
    ["availability", "token", read(chain, availability, "token", [])],
    ["availability", "jobMarket", read(chain, availability, "market", [])],
    ["availability", "pinpoint", read(chain, availability, "pinpoint", [])],
    ["verification", "jobMarket", read(chain, verification, "market", [])],
    ["verification", "staking", read(chain, verification, "staking", [])],
    ["verification", "pinpoint", read(chain, verification, "pinpoint", [])],
    ["verification", "beacon", read(chain, verification, "beacon", [])],
    ["modelRegistry", "jobMarket", read(chain, registry, "market", [])],
  ].map(async ([from, to, address]) => [from, to, await address] as [OwnContract, OwnContract | "token", Address])); // prettier-ignore
  return named
    .filter(([, to, address]) => address.toLowerCase() !== deployment[to].toLowerCase())
    .map(([from, to, address]) => `${from} works with ${address} as its ${to}, not with ${deployment[to]}`);
}
