import { OperatorError } from "../../../common/index.ts";
import type { NamedDataset } from "./csv.ts";
import { charactersOf, characterTokenizer, type Tokenizer } from "./tokenizer.ts";

export interface TextOptions {
  /** Tokens of one sample. */
  readonly context: number;
  /** Tokens from the start of one sample to the start of the next; 1 if left out. */
  readonly stride?: number;
  /** `each`: one target a position, the token after it. `last`: one target a sample, the token after the sample. */
  readonly targets: "each" | "last";
  /** Part of the text, at its end, that is held out: 0 up to 1; 0 if left out. */
  readonly heldOut?: number;
  /** One token for each character of the text if left out. */
  readonly tokenizer?: Tokenizer;
}

export interface TextDataset {
  /** By token; without a tokenizer the sorted set of the characters (code points) in the whole text. */
  readonly vocabulary: readonly string[];
  readonly train: NamedDataset<Uint32Array>;
  /** Absent if nothing is held out. */
  readonly heldOut?: NamedDataset<Uint32Array>;
}

function windows(tokens: Int32Array, { context, stride = 1, targets }: TextOptions): NamedDataset<Uint32Array> {
  const samples = Math.floor((tokens.length - context - 1) / stride) + 1;
  if (tokens.length < context + 1)
    throw new OperatorError(
      "text-too-short",
      `A part of the text has ${tokens.length} tokens; a context of ${context} needs at least ${context + 1}.`,
      { tokens: tokens.length, context },
    );
  const words = (from: number) => new Uint32Array(tokens.slice(from).buffer);
  const each = targets === "each";
  const fields = [
    { name: "tokens", dtype: "i32", words: words(0), stride, length: context },
    { name: "target", dtype: "i32", words: words(each ? 1 : context), stride, length: each ? context : 1 },
  ] as const;
  return { dataset: { samples, fields }, fields };
}

/** Overlapping windows of a text. Fields: `tokens` (i32, `context` words a sample) and `target` (i32). */
export function readText(text: string, options: TextOptions): TextDataset {
  const { heldOut = 0, tokenizer = characterTokenizer(charactersOf(text)) } = options;
  const { vocabulary } = tokenizer;
  const tokens = tokenizer.encode(text);
  const cut = Math.round(tokens.length * (1 - heldOut));
  const train = windows(tokens.subarray(0, cut), options);
  if (cut === tokens.length) return { vocabulary, train };
  return { vocabulary, train, heldOut: windows(tokens.subarray(cut), options) };
}
