import { isAddress, isHash, type Address, type Hex } from "viem";
import { z } from "zod";
import { OperatorError } from "../common/index.ts";
import type { Divergence } from "../dispute/index.ts";
import { engineChoices } from "../engine/index.ts";
import { defaultGasCost } from "../protocol/index.ts";
import { readKey, type SigningKey } from "./keys.ts";
import { logLevels } from "./log.ts";

type Environment = Record<string, string | undefined>;

const amount = z.union([z.bigint(), z.int(), z.string().regex(/^\d+$/)]).transform((value) => BigInt(value));

const address = z.custom<Address>(
  (value) => typeof value === "string" && isAddress(value),
  "an address is 0x and 40 hex digits",
);

const root = z.custom<Hex>((value) => typeof value === "string" && isHash(value), "a root is 0x and 64 hex digits");

const daemon = z.object({
  rpcUrl: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:8545"),
  /** Path of the deployment file. */
  deployment: z.string().min(1),
  /** Encrypted key of the account; the next two as `readKey` reads them. */
  keystore: z.string().optional(),
  passwordFile: z.string().optional(),
  keyFile: z.string().optional(),
  /** Whom the contracts pay what they owe the account; the account itself if not given. */
  payout: address.optional(),
  dataDir: z.string().min(1),
  /** UNITS: ms between two looks at the chain. */
  pollMs: z.int().min(10).max(60_000).default(1_000),
  /** UNITS: seconds; nothing is done about a newest block that is older. Left out: ten minutes, any age on a development chain. */
  maxLagSeconds: z.int().positive().optional(),
  engine: z.enum(engineChoices).default("best"),
  /** Segments that are trained or replayed at the same time. */
  workers: z.int().min(1).max(64).default(1),
  /** Threads of each. */
  threads: z.int().min(1).max(64).default(1),
  logLevel: z.enum(logLevels).default("info"),
  /** Of `/metrics` and `/health`, on this machine only; 0 takes a free one, false serves none. */
  metricsPort: z.union([z.int().min(0).max(65_535), z.literal(false)]).default(0),
  /** Of the disk: a dataset stays there. UNITS: bytes; jobs with larger datasets are left. */
  maxDatasetBytes: z
    .int()
    .positive()
    .default(2 ** 34),
  /** UNITS: wei a gas; a replacement transaction never offers more. */
  maxFeePerGas: amount.default(500_000_000_000n),
});

const artifacts = z.object({
  host: z.string().default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(0),
  /** What others reach the server by, where that is not its own address. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
});

const solver = daemon.extend({
  artifacts: artifacts.prefault({}),
  /** UNITS: the token's smallest unit for a work unit; jobs that pay less are left. */
  minUnitPrice: amount.default(0n),
  /** UNITS: the token's smallest unit for a whole job. */
  minPrice: amount.default(0n),
  /** UNITS: the token's smallest unit; jobs that promise less, by the three costs below, are left. Not asked if not given. */
  minProfit: amount.optional(),
  /** What a unit of gas costs, as terms reckon it if not given. UNITS: the token's smallest unit. */
  gasCost: amount.default(defaultGasCost),
  /** What a work unit, and what an hour of training costs. UNITS: the token's smallest unit. */
  costPerUnit: amount.default(0n),
  costPerHour: amount.default(0n),
  /** UNITS: the token's smallest unit; jobs that lock more are left. */
  maxStake: amount.default(10n ** 30n),
  maxWorkUnits: amount.default(2n ** 128n - 1n),
  /** Of one execution, with what of its dataset is held in memory. UNITS: bytes. */
  maxMemoryBytes: z
    .int()
    .positive()
    .default(2 ** 32),
  /** Of a state or a constant. UNITS: bytes. */
  maxArtifactBytes: z
    .int()
    .positive()
    .default(2 ** 31),
  /** Whose jobs, and which programs' jobs are taken; everybody's and all if empty. */
  submitters: z.array(address).default([]),
  programs: z.array(root).default([]),
  /** UNITS: seconds; jobs whose games leave less for a move are left. */
  minExtension: z.int().positive().default(20),
  /** UNITS: gas; jobs that repay less of a game are left. A whole defence takes up to a million. */
  minGasCap: z.int().min(0).default(1_000_000),
  /** UNITS: the token's smallest unit for a unit of gas; jobs that repay a game's gas at less are left. */
  minGasRate: amount.default(0n),
  /** Jobs trained at the same time. */
  maxJobs: z.int().positive().default(4),
  diverge: z.string().optional(),
});

/** A flip in the first step of the n-th segment that a process replays; the rest as in `DivergeAt`. */
const fault = z.object({
  execution: z.int().positive(),
  operator: z.int().min(0),
  element: z.int().min(0),
  bit: z.int().min(0).max(31),
});

const verifier = daemon.extend({
  /** What is put into the draws; 0 to attest nothing. UNITS: the token's smallest. */
  enroll: amount.default(10n ** 21n),
  /**
   * Which committed checkpoints are replayed: all of them, those of the seats that a draw gives, or of closing jobs these and
   * whatever promises more than it costs.
   */
  replay: z.enum(["all", "drawn", "rewarding"]).default("all"),
  /**
   * Share of segments taken to be false, where only rewarding ones are replayed. As terms are recommended, with the bounty at
   * the price and 100 segments, a replay is worth what the job pays for it from 0.01 on if nobody else looks, from 0.02 on if
   * one does.
   */
  lieRate: z.number().min(0).max(1).default(0.02),
  /** What replaying a work unit costs; what the job pays for it if not given. UNITS: the token's smallest. */
  replayCost: amount.optional(),
  /** Bits that flip in replays, as on a machine with bad memory: for tests of what such a machine must not do. */
  faults: z.array(fault).default([]),
  /** UNITS: seconds; jobs whose games leave less for a move are left. */
  minExtension: z.int().positive().default(20),
  /** UNITS: the token's smallest unit; jobs whose games take a larger bond are left. */
  maxBond: amount.default(10n ** 30n),
  /** UNITS: work units; jobs whose segments take more to replay are left. */
  maxSegmentUnits: amount.default(10n ** 15n),
});

interface Secrets extends SigningKey {
  /** A Redis that runs already; else a private one is started. */
  readonly redisUrl: string | undefined;
}

export type DaemonConfig = Readonly<z.output<typeof daemon>> & Secrets;
export type SolverConfig = Readonly<Omit<z.output<typeof solver>, "diverge">> &
  Secrets & { readonly diverge: DivergeAt | undefined };
export type VerifierConfig = Readonly<z.output<typeof verifier>> & Secrets;
export type SolverOptions = z.input<typeof solver>;
export type VerifierOptions = z.input<typeof verifier>;

/** Where a dishonest solver flips a bit: a checkpoint's segment, and in it a step from its start. */
export interface DivergeAt {
  readonly checkpoint: number;
  /** From the segment's first step, 0-based. */
  readonly step: number;
  readonly operator: number;
  /** Flat index of the element in the operator's output. */
  readonly element: number;
  /** 0 … 31, 0 the lowest. */
  readonly bit: number;
}

/** The flip, by the number of its step. UNITS: `firstStep` and `interval` are the job's, in steps. */
export function divergenceAt(
  at: DivergeAt,
  { firstStep, interval }: { readonly firstStep: number; readonly interval: number },
): Divergence {
  return {
    step: firstStep + at.checkpoint * interval + at.step,
    operator: at.operator,
    element: at.element,
    bit: at.bit,
  };
}

/**
 * Reads `checkpoint:step:operator:element:bit`.
 * @throws OperatorError `bad-divergence`
 */
export function parseDiverge(text: string): DivergeAt {
  const parts = text.split(":");
  const limits = { checkpoint: 65_534, step: 2 ** 32 - 1, operator: 65_534, element: 2 ** 31 - 1, bit: 31 };
  const names = Object.keys(limits) as (keyof typeof limits)[];
  if (parts.length !== names.length) {
    const message = `"${text}" is no place to diverge: give ${names.join(":")}, five whole numbers.`;
    throw new OperatorError("bad-divergence", message, { text });
  }
  const values = parts.map((part, index) => {
    const name = names[index]!;
    const value = /^\d+$/.test(part) ? Number(part) : Number.NaN;
    if (value >= 0 && value <= limits[name]) return value;
    const message = `"${part}" in "${text}" is no ${name}: give a whole number from 0 to ${limits[name]}.`;
    throw new OperatorError("bad-divergence", message, { text, name });
  });
  const [checkpoint, step, operator, element, bit] = values as [number, number, number, number, number];
  return { checkpoint, step, operator, element, bit };
}

function parse<T extends z.ZodType>(schema: T, options: unknown): z.output<T> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = z.prettifyError(parsed.error).replaceAll("\n", " ");
  throw new OperatorError("bad-config", `The configuration cannot be used: ${problems}.`);
}

/**
 * Both configurations: what is usual filled in, the key read.
 * @param password of the keystore, where a person was asked for it
 * @throws OperatorError `bad-config`, `bad-divergence`, those of `readKey`
 */
export function parseSolverConfig(
  options: SolverOptions,
  env: Environment = process.env,
  password?: string,
): SolverConfig {
  const { diverge, ...parsed } = parse(solver, options);
  const at = diverge === undefined ? undefined : parseDiverge(diverge);
  return { ...parsed, ...readKey(parsed, env, password), redisUrl: env.REDIS_URL, diverge: at };
}

/** As `parseSolverConfig`. @throws OperatorError `bad-config`, those of `readKey` */
export function parseVerifierConfig(
  options: VerifierOptions,
  env: Environment = process.env,
  password?: string,
): VerifierConfig {
  const parsed = parse(verifier, options);
  return { ...parsed, ...readKey(parsed, env, password), redisUrl: env.REDIS_URL };
}
