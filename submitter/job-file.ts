import { readFileSync } from "node:fs";
import { isAddress, isHash, type Address, type Hex } from "viem";
import { z } from "zod";
import { OperatorError } from "../common/index.ts";
import { trainingSchema } from "../protocol/index.ts";
import { problemsOf } from "./job-file-problems.ts";

const u32 = 2 ** 32 - 1;
const path = z.string().min(1).max(4_096);
const name = z.string().min(1).max(1_000);
const count = z
  .int()
  .min(1)
  .max(2 ** 20);
const seconds = z.int().min(1).max(u32);
const column = z.custom<string | number>(
  (value) => (typeof value === "string" && value !== "") || (Number.isSafeInteger(value) && Number(value) >= 0),
  "must be a column's name, or its number from 0",
);
const root = z.custom<Hex>((value) => typeof value === "string" && isHash(value), "must be 0x and 64 hex digits");

function isAmount(value: unknown): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0;
  return typeof value === "string" && /^\d{1,39}$/.test(value) && BigInt(value) < 2n ** 128n;
}

/** JSON's numbers are exact to 2⁵³, so larger amounts are texts. UNITS: the token's smallest. */
const amount = z
  .custom<number | string>(isAmount, "must be a whole number below 2^128, as a text of digits from 2^53 on")
  .transform((value) => BigInt(value));

const address = z.custom<Address>(
  (value) => typeof value === "string" && isAddress(value),
  "must be an address: 0x and 40 hexadecimal digits",
);

/** A positive number that is one as f32 too, and whose inverse is. */
const float = z.number().refine((value) => {
  const rounded = Math.fround(value);
  return rounded > 0 && Number.isFinite(rounded) && Number.isFinite(1 / rounded);
}, "must be a number above 0 that a 32-bit float holds");

/** A part of the samples: by a keyed shuffle with a seed, else the last ones. */
const split = z.strictObject({ part: z.number().gt(0).lt(1), seed: z.int().min(0).max(u32).optional() }).optional();

const text = z.strictObject({
  kind: z.literal("text"),
  file: path,
  /** Bytes of UTF-8, or the tokens of a tokenizer.json; characters if left out. */
  tokens: z.union([z.literal("bytes"), z.strictObject({ file: path })]).optional(),
  context: z.int().min(1).max(1e6).optional(),
  targets: z.enum(["each", "last"]).optional(),
  heldOut: z.number().min(0).lt(1).optional(),
});

const csv = z.strictObject({
  kind: z.literal("csv"),
  file: path,
  heldOutFile: path.optional(),
  header: z.boolean().default(true),
  label: column.optional(),
  targets: z.array(column).min(1).optional(),
  classes: z.int().min(1).max(1e6).optional(),
  divisor: float.optional(),
  split,
});

/** A tensor of an IDX, NPY, NPZ or safetensors file; without a field all members by their names. */
const tensor = z.strictObject({ file: path, field: name.optional(), member: name.optional() });

const tensors = z.strictObject({
  kind: z.literal("tensors"),
  files: z.array(tensor).min(1),
  heldOutFiles: z.array(tensor).min(1).optional(),
  split,
  /** The field that the outputs are compared with. */
  label: name.optional(),
  /** Every f32 word but a label's is (word / divisor − mean) / deviation. */
  normalisation: z
    .strictObject({
      divisor: float.optional(),
      mean: z.array(z.number()).min(1).optional(),
      deviation: z.array(z.number()).min(1).optional(),
    })
    .optional(),
});

const terms = z.strictObject({
  /** Where a job that resumes another goes on. */
  firstStep: z.int().min(0).max(u32).optional(),
  steps: z.int().min(1).max(u32),
  interval: z.int().min(1).max(u32).optional(),
  grid: z.int().min(1).max(64).optional(),
  seed: z.int().min(0).max(u32).optional(),
  order: z.enum(["sequential", "shuffled"]).optional(),
  solver: address.optional(),
  /** The job whose last state this one starts from. */
  parent: amount.optional(),
  floorPrice: amount.optional(),
  unitPrice: amount.optional(),
  auction: z.int().min(0).max(u32).optional(),
  valueAtRisk: amount.optional(),
  draws: z.int().min(1).max(65_535).optional(),
  attestors: z.int().min(2).max(16).optional(),
  attestationFee: amount.optional(),
  verifierStake: amount.optional(),
  jackpotFee: amount.optional(),
  stake: amount.optional(),
  bounty: amount.optional(),
  gasRate: amount.optional(),
  gasCap: z.int().min(0).max(u32).optional(),
  replayCompensation: amount.optional(),
  latePenalty: amount.optional(),
  /** Seconds from the submission; a file that names a moment would be of use only until then. */
  acceptWithin: seconds.optional(),
  heartbeat: seconds.optional(),
  window: seconds.optional(),
  clock: seconds.optional(),
  extension: seconds.optional(),
  /** Where others fetch the bundle. */
  uri: z.string().min(1).max(256).optional(),
});

const schema = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(200).optional(),
  model: z.strictObject({
    file: path,
    /** Dataset field by graph input. */
    inputs: z.record(name, name).optional(),
    output: name.optional(),
  }),
  dataset: z.discriminatedUnion("kind", [text, csv, tensors]),
  training: trainingSchema.partial({ loss: true, frozen: true }).extend({ batch: count }),
  terms,
  /** What the compilation must give; whatever is left out is not compared. */
  expected: z
    .strictObject({
      programRoot: root.optional(),
      datasetRoot: root.optional(),
      initialStateRoot: root.optional(),
      manifestHash: root.optional(),
    })
    .optional(),
});

/** A job as a file names it: model, data, settings, terms. Paths are relative to the file. */
export type JobFile = Readonly<z.output<typeof schema>>;
export type JobFileInput = z.input<typeof schema>;

/** An error in its own words. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Errors: OperatorError `bad-job-file`. @param from what the sentence calls it */
export function parseJobFile(json: unknown, from: string): JobFile {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, json).join("; ");
    throw new OperatorError("bad-job-file", `${from} cannot be used as a job: ${problems}.`, { path: from });
  }
  const { dataset } = parsed.data;
  const columns = dataset.kind === "csv" ? [dataset.label, ...(dataset.targets ?? [])] : [];
  const named = columns.find((each) => typeof each === "string");
  if (dataset.kind !== "csv" || dataset.header || named === undefined) return parsed.data;
  const message = `${from} cannot be used as a job: column "${named}" has no name without a header: give its number, from 0.`;
  throw new OperatorError("bad-job-file", message, { path: from });
}

/**
 * Reads a job file.
 * @throws OperatorError `no-job-file`, `bad-job-file`
 */
export function readJobFile(from: string): JobFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(from);
  } catch (cause) {
    const message = `Cannot read the job file ${from} (${reasonOf(cause)}): name a file that is there.`;
    throw new OperatorError("no-job-file", message, { path: from }, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const message = `${from} cannot be used as a job: it is not JSON in UTF-8 (${reasonOf(cause)}).`;
    throw new OperatorError("bad-job-file", message, { path: from }, { cause });
  }
  return parseJobFile(json, from);
}
