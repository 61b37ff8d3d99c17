import { OperatorError } from "../../../common/index.ts";
import type { NamedDataset } from "./csv.ts";

export interface TextOptions {
  /** Characters of one sample. */
  readonly context: number;
  /** Characters from the start of one sample to the start of the next; 1 if left out. */
  readonly stride?: number;
  /** `each`: one target a position, the character after it. `last`: one target a sample, the character after the sample. */
  readonly targets: "each" | "last";
  /** Part of the text, at its end, that is held out: 0 up to 1; 0 if left out. */
  readonly heldOut?: number;
}

export interface TextDataset {
  /** Characters (code points) by token: the sorted set of those in the whole text. */
  readonly vocabulary: readonly string[];
  readonly train: NamedDataset;
  /** Absent if nothing is held out. */
  readonly heldOut?: NamedDataset;
}

function windows(tokens: Int32Array, { context, stride = 1, targets }: TextOptions): NamedDataset {
  const samples = Math.floor((tokens.length - context - 1) / stride) + 1;
  if (tokens.length < context + 1)
    throw new OperatorError(
      "text-too-short",
      `A part of the text has ${tokens.length} characters; a context of ${context} needs at least ${context + 1}.`,
      { characters: tokens.length, context },
    );
  const words = (from: number) => new Uint32Array(tokens.slice(from).buffer);
  const each = targets === "each";
  const fields = [
    { name: "tokens", dtype: "i32", words: words(0), stride, length: context },
    { name: "target", dtype: "i32", words: words(each ? 1 : context), stride, length: each ? context : 1 },
  ] as const;
  return { dataset: { samples, fields }, fields };
}

/** Characters as tokens 0 … vocabulary.length−1. Throws the OperatorError `character-unknown`. */
export function encodeText(text: string, vocabulary: readonly string[]): Int32Array {
  const tokens = new Map(vocabulary.map((character, token) => [character, token]));
  return Int32Array.from(Array.from(text), (character) => {
    const token = tokens.get(character);
    if (token !== undefined) return token;
    throw new OperatorError("character-unknown", `The character "${character}" is not in the vocabulary.`, {
      character,
    });
  });
}

/** Overlapping windows of a text. Fields: `tokens` (i32, `context` words a sample) and `target` (i32). */
export function readText(text: string, options: TextOptions): TextDataset {
  const characters = Array.from(text);
  const vocabulary = [...new Set(characters)].toSorted(
    (a, b) => (a.codePointAt(0) as number) - (b.codePointAt(0) as number),
  );
  const tokens = encodeText(text, vocabulary);
  const cut = Math.round(tokens.length * (1 - (options.heldOut ?? 0)));
  const train = windows(tokens.subarray(0, cut), options);
  if (cut === tokens.length) return { vocabulary, train };
  return { vocabulary, train, heldOut: windows(tokens.subarray(cut), options) };
}
