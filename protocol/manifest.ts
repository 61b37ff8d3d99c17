import { isHash, type Hex } from "viem";
import { z } from "zod";
import { OperatorError, sha256, toHex } from "../common/index.ts";

const root = z.custom<Hex>((value) => typeof value === "string" && isHash(value), "a root is 0x and 64 hex digits");
const extent = z.int().positive();
const name = z.string().min(1).max(1_000);

/** A field of the dataset under the name by which the model's inputs are mapped to it. */
const field = z.strictObject({ name, dtype: z.enum(["f32", "i32"]), length: extent });

const anyDataset = {
  /** In the dataset's order. */
  fields: z.array(field).min(1).max(256),
  samples: z.int().nonnegative(),
  /** The artifact of a dataset of the same fields that nothing was trained on. */
  heldOut: root.optional(),
};

const textDataset = z.strictObject({
  kind: z.literal("text"),
  ...anyDataset,
  /** What tokens are: characters if absent; bytes of UTF-8, or byte-level BPE by the artifact of a tokenizer.json. */
  tokenizer: z.strictObject({ kind: z.enum(["bytes", "bpe"]), file: root.optional() }).optional(),
  /** The character, or the bytes as characters, of each token, in order of token numbers. */
  vocabulary: z.array(z.string()).min(1).max(65_536),
  /** Tokens of one sample. */
  context: extent,
  /** A target for each position of a sample, or one for the whole sample. */
  targets: z.enum(["each", "last"]),
});

const csvDataset = z.strictObject({
  kind: z.literal("csv"),
  ...anyDataset,
  /** Labels are 0 … classes − 1; absent from a regression, whose targets are numbers. */
  classes: extent.optional(),
  /** Every feature was divided by it. */
  divisor: z.number().positive(),
});

const tensorsDataset = z.strictObject({
  kind: z.literal("tensors"),
  ...anyDataset,
  /** Labels are 0 … classes − 1; absent where targets are numbers. */
  classes: extent.optional(),
  /** Every f32 word but a label's is (word / divisor − mean) / deviation. */
  normalisation: z
    .strictObject({
      divisor: z.number().optional(),
      mean: z.array(z.number()).optional(),
      deviation: z.array(z.number()).optional(),
    })
    .optional(),
});

/** What the program was compiled from: whoever compiles it again gets the same program root. */
const model = z.strictObject({
  /** The artifact of the ONNX file: SHA-256 of its bytes. */
  onnx: root,
  /** Dataset field by graph input. */
  inputs: z.record(name, name),
  /** Dataset field that holds the labels or targets; absent where the graph computes the loss itself. */
  label: name.optional(),
  /** Graph output that is the logits; the only one if absent. */
  output: name.optional(),
});

const number = z.number();
const betas = z.tuple([number, number]).readonly().optional();
const learned = { learningRate: number, weightDecay: number.optional() };

const optimiser = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sgd"),
    ...learned,
    momentum: number.optional(),
    nesterov: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.enum(["adam", "adamw"]), ...learned, betas, epsilon: number.optional() }),
  z.strictObject({
    kind: z.literal("rmsprop"),
    ...learned,
    alpha: number.optional(),
    epsilon: number.optional(),
    momentum: number.optional(),
  }),
  z.strictObject({
    kind: z.literal("adagrad"),
    ...learned,
    epsilon: number.optional(),
    initialAccumulator: number.optional(),
  }),
  z.strictObject({ kind: z.literal("lion"), ...learned, betas }),
]);

const covered = { steps: extent, warmup: z.int().nonnegative().optional() };

/** Of the learning rate. SPEC: spec/tables.md. */
const schedule = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("constant"), ...covered }),
  z.strictObject({ kind: z.literal("step"), ...covered, every: extent, factor: number }),
  z.strictObject({ kind: z.literal("cosine"), ...covered, end: number.optional() }),
  z.strictObject({ kind: z.literal("polynomial"), ...covered, power: number.optional(), end: number.optional() }),
  z.strictObject({
    kind: z.literal("oneCycle"),
    steps: extent,
    rise: number.optional(),
    startDivisor: number.optional(),
    endDivisor: number.optional(),
  }),
]);

/** How a job trains, with everything spelt out. */
export const trainingSchema = z.strictObject({
  batch: extent,
  loss: z.enum([
    "softmaxCrossEntropy",
    "binaryCrossEntropy",
    "meanSquaredError",
    "meanAbsoluteError",
    "huber",
    "graphOutput",
  ]),
  lossSettings: z
    .strictObject({
      ignoreIndex: z.int().optional(),
      labelSmoothing: number.optional(),
      delta: number.optional(),
    })
    .optional(),
  optimiser,
  schedule: schedule.optional(),
  clip: z.strictObject({ by: z.enum(["value", "norm"]), limit: number }).optional(),
  /** Names or patterns of initialisers that are kept as they are, and of those without weight decay. */
  frozen: z.array(name),
  noDecay: z.array(name).optional(),
  /** Thin matrices trained beside those that the patterns name; everything else is then frozen. */
  adapters: z
    .strictObject({ rank: extent, alpha: number, matrices: z.array(name), seed: z.int().nonnegative().optional() })
    .optional(),
  /** Equal parts of the batch, one after the other; 1 if absent. */
  microBatches: extent.optional(),
});

const stateTensor = z.strictObject({
  name,
  role: z.enum(["parameter", "running", "frozen", "optimiser", "loss"]),
  /** In the ONNX file. */
  shape: z.array(extent),
  /** The state holds the matrix with its axes exchanged. */
  transposed: z.boolean(),
});

const schema = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(200),
  model,
  training: trainingSchema,
  dataset: z.discriminatedUnion("kind", [textDataset, csvDataset, tensorsDataset]),
  /** The state tensors in declared order. */
  states: z.array(stateTensor).min(1).max(4_096),
  /** Names of the bundle's other artifacts. */
  roots: z.strictObject({
    program: root,
    constants: z.array(root).max(65_535),
    dataset: root,
    initialState: root,
  }),
});

/** What a submitter says about a job: how to find the bundle's artifacts and how to read what the training yields. */
export type Manifest = Readonly<z.infer<typeof schema>>;

/** Largest manifest that is read. UNITS: bytes. */
export const maxManifestBytes = 8 * 1024 * 1024;

/** Keys sorted by code unit, no white space: one value, one byte sequence. Members that are undefined are left out. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

function checked(json: unknown): Manifest {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = z.prettifyError(parsed.error).replaceAll("\n", " ");
  throw new OperatorError("bad-manifest", `This is not a manifest of version 1: ${problems}.`);
}

/** Canonical JSON, UTF-8. Errors: OperatorError `bad-manifest`. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(canonical(checked(manifest)));
}

/** Errors: OperatorError `bad-manifest`. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new OperatorError("bad-manifest", "A manifest is JSON in UTF-8.", { length: bytes.length }, { cause });
  }
  return checked(json);
}

/** SHA-256 of the bytes: what `terms.manifestHash` holds and the name of the artifact. */
export function manifestHash(bytes: Uint8Array): Hex {
  return toHex(sha256(bytes));
}
