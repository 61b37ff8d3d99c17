import { encodeAbiParameters, keccak256, type Hex } from "viem";

/** Levels of a verifier's tree of secrets. */
const levels = 12;

function pair(left: Hex, right: Hex): Hex {
  return keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bytes32" }], [left, right]));
}

/** A verifier's secrets, all made from one seed, and the tree over them. SPEC: spec/verification.md, Secrets. */
export class SecretTree {
  /** Whoever has it knows which seats are told to attest wrongly. */
  readonly seed: Hex;
  /** From the leaves up; the last level is the root alone. */
  readonly #nodes: readonly (readonly Hex[])[];

  constructor(seed: Hex) {
    this.seed = seed;
    const nodes: Hex[][] = [Array.from({ length: 1 << levels }, (_, place) => keccak256(this.#secret(place)))];
    while (nodes.length <= levels) {
      const below = nodes.at(-1)!;
      nodes.push(Array.from({ length: below.length / 2 }, (_, i) => pair(below[2 * i]!, below[2 * i + 1]!)));
    }
    this.#nodes = nodes;
  }

  get root(): Hex {
    return this.#nodes[levels]![0]!;
  }

  /** The secret of the seat on segment k of a job, and the siblings that join it to the root. */
  at(jobId: bigint, k: number): { readonly secret: Hex; readonly proof: readonly Hex[] } {
    const types = [{ type: "uint64" }, { type: "uint256" }] as const;
    const place = Number(BigInt(keccak256(encodeAbiParameters(types, [jobId, BigInt(k)]))) & BigInt((1 << levels) - 1));
    const proof = Array.from({ length: levels }, (_, level) => this.#nodes[level]![(place >> level) ^ 1]!);
    return { secret: this.#secret(place), proof };
  }

  #secret(place: number): Hex {
    const types = [{ type: "bytes32" }, { type: "uint256" }] as const;
    return keccak256(encodeAbiParameters(types, [this.seed, BigInt(place)]));
  }
}
