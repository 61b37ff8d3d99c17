import type { Address, Hex } from "viem";
import { OperatorError, sha256, toHex, wordsOf } from "../common/index.ts";
import type { Bytes } from "../common/index.ts";
import {
  commitTensor,
  decodeProgram,
  openDataset,
  programCommitment,
  sourceLeaves,
  readStateRoot,
  type Program,
  type ProgramCommitment,
} from "../engine/index.ts";
import {
  arbiterAbi,
  decodeManifest,
  explained,
  maxManifestBytes,
  obtainArtifact,
  obtainFile,
  type ArtifactStore,
  type Chain,
  type Manifest,
  type Terms,
} from "../protocol/index.ts";

/** UNITS: bytes; a program of 65,535 operators of ordinary length has 10 MiB. */
const maxProgramBytes = 64 * 1024 * 1024;

/** Questions to the deployed validator that travel together. */
const validationBatch = 100;

export interface Bundle {
  readonly program: Program;
  readonly commitment: ProgramCommitment;
  readonly manifest: Manifest;
}

export interface ObtainOptions {
  readonly store: ArtifactStore;
  readonly terms: Pick<Terms, "programRoot" | "datasetRoot" | "initialStateRoot" | "manifestHash">;
  /** Where the bundle is served. */
  readonly uri: string;
  /** No declaration says how many samples a dataset has. UNITS: bytes. */
  readonly maxDatasetBytes: number;
  /** Sees the program before anything that it declares is fetched; what it throws ends the fetching. */
  readonly check?: (program: Program) => void;
  readonly signal?: AbortSignal;
}

/**
 * A job's whole bundle in the store, every byte checked against the root that commits to it before it is kept, and never
 * more bytes read than the declarations allow.
 * @throws as `obtainArtifact`; OperatorError `bad-manifest`, `manifest-mismatch`
 */
export async function obtainBundle(options: ObtainOptions): Promise<Bundle> {
  const { store, terms, uri: base, maxDatasetBytes, signal } = options;
  const obtain = (root: Hex, maxBytes: number, rootOf: (bytes: Uint8Array) => Uint8Array) =>
    obtainArtifact(store, { base, root, maxBytes, rootOf: (bytes) => toHex(rootOf(bytes)), signal });

  const manifest = decodeManifest(await obtain(terms.manifestHash, maxManifestBytes, (bytes) => sha256(bytes)));
  checkManifest(manifest, terms);
  let decoded: { program: Program; commitment: ProgramCommitment } | undefined;
  await obtain(terms.programRoot, maxProgramBytes, (bytes) => {
    const program = decodeProgram(bytes);
    decoded = { program, commitment: programCommitment(program) };
    return decoded.commitment.root;
  });
  const { program, commitment } = decoded!;
  options.check?.(program);
  for (const { root, words, dtype } of program.constants) {
    await obtain(toHex(root), words * 4, (bytes) => commitTensor(wordsOf(bytes), dtype).root);
  }
  await obtainState({ store, program, root: terms.initialStateRoot, uri: base, signal });
  const rootOf = (bytes: Bytes) => toHex(openDataset(bytes).commitment.root);
  const dataset = { base, root: terms.datasetRoot, maxBytes: maxDatasetBytes, rootOf, signal };
  (await obtainFile(store, dataset)).close();
  return { program, commitment, manifest };
}

/** A state of a program in the store, checked against its root. @throws as `obtainArtifact` */
export async function obtainState(options: {
  readonly store: ArtifactStore;
  readonly program: Program;
  readonly root: Hex;
  readonly uri: string;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const { store, program, root, uri: base, signal } = options;
  const maxBytes = program.states.reduce((sum, { words }) => sum + words * 4, 0);
  const rootOf = (bytes: Uint8Array) => toHex(readStateRoot(bytes, program));
  await obtainArtifact(store, { base, root, maxBytes, rootOf, signal });
}

/** The manifest is for readers, but one that names other roots than the terms describes another job. */
function checkManifest({ roots }: Manifest, terms: ObtainOptions["terms"]): void {
  const pairs = {
    program: terms.programRoot,
    dataset: terms.datasetRoot,
    initialState: terms.initialStateRoot,
  } as const;
  for (const [name, expected] of Object.entries(pairs)) {
    const given = roots[name as keyof typeof pairs];
    if (given.toLowerCase() === expected.toLowerCase()) continue;
    const message = `The manifest's ${name} root is not that of the job's terms.`;
    throw new OperatorError("manifest-mismatch", message, { name, given, expected });
  }
}

/**
 * Has the deployed arbiter validate every operator: it is the one that judges, whatever this engine thinks.
 * @throws OperatorError `validator-refuses` with operator and code; TransientError `rpc-unreachable`
 */
export async function validateOnChain(
  chain: Chain,
  { program, commitment }: Pick<Bundle, "program" | "commitment">,
): Promise<void> {
  const { header, records } = commitment.encoded;
  const first = program.states.length + program.fields.length + program.constants.length;
  for (let from = 0; from < program.operators.length; from += validationBatch) {
    const batch = program.operators.slice(from, from + validationBatch);
    const codes = await Promise.all(
      batch.map((_operator, index) => {
        const j = from + index;
        const record = records[first + j]!;
        const sources = sourceLeaves(header, j, record)!.map((leaf) => records[leaf]!);
        return askValidator(chain, chain.deployment.arbiter, header, j, record, sources);
      }),
    );
    const refused = codes.findIndex((code) => code !== 0);
    if (refused < 0) continue;
    const facts = { operator: from + refused, code: codes[refused] };
    throw new OperatorError(
      "validator-refuses",
      `The arbiter refuses operator ${facts.operator} with code ${facts.code}.`,
      facts,
    );
  }
}

function askValidator(
  { client }: Chain,
  address: Address,
  header: Uint8Array,
  j: number,
  record: Uint8Array,
  sources: readonly Uint8Array[],
): Promise<number> {
  const args = [toHex(header), j, toHex(record), sources.map((source) => toHex(source))] as const;
  return explained(client.readContract({ address, abi: arbiterAbi, functionName: "validate", args }));
}
