import { OperatorError } from "../../../common/index.ts";

/** Text as tokens and back. */
export interface Tokenizer {
  /** What each token stands for: a character, or for byte-level tokens a string of one character a byte. */
  readonly vocabulary: readonly string[];
  /** Throws the OperatorErrors `character-unknown`, `tokenizer-unsupported`. */
  encode(text: string): Int32Array;
  /** UTF-8 of a token; that of a byte-level token may be a part of a character. */
  bytes(token: number): Uint8Array;
}

const utf8 = new TextEncoder();

/** One token a character (code point). */
export function characterTokenizer(vocabulary: readonly string[]): Tokenizer {
  const tokens = new Map(vocabulary.map((character, token) => [character, token]));
  const tokenOf = (character: string): number => {
    const token = tokens.get(character);
    if (token !== undefined) return token;
    throw new OperatorError("character-unknown", `The character "${character}" is not in the vocabulary.`, {
      character,
    });
  };
  return {
    vocabulary,
    encode: (text) => Int32Array.from(Array.from(text), tokenOf),
    bytes: (token) => utf8.encode(vocabulary[token] ?? ""),
  };
}

/** The sorted set of a text's characters. */
export function charactersOf(text: string): string[] {
  return [...new Set(text)].toSorted((a, b) => (a.codePointAt(0) as number) - (b.codePointAt(0) as number));
}

/**
 * A printable character for every byte: itself where it is printable Latin-1 and no space, else one from U+0100 on, in order. SPEC: the
 * byte level of GPT-2 and of Hugging Face tokenizers.
 */
const byteCharacters: readonly string[] = (() => {
  const printable = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
})();
const bytesByCharacter = new Map(byteCharacters.map((character, byte) => [character, byte]));

function byteLevel(text: string): string {
  return Array.from(utf8.encode(text), (byte) => byteCharacters[byte] as string).join("");
}

function bytesOfToken(token: string): Uint8Array {
  return Uint8Array.from(Array.from(token), (character) => bytesByCharacter.get(character) ?? 0x3f);
}

/** One token a byte of UTF-8: 256 of them, for any text. */
export const byteTokenizer: Tokenizer = {
  vocabulary: byteCharacters,
  encode: (text) => Int32Array.from(utf8.encode(text)),
  bytes: (token) => Uint8Array.of(token),
};

function refuse(what: string, facts: Record<string, unknown> = {}): never {
  throw new OperatorError(
    "tokenizer-unsupported",
    `tokenizer.json: ${what}; byte-level BPE as GPT-2's is read, without a normaliser.`,
    facts,
  );
}

interface TokenizerFile {
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: {
    readonly type?: string;
    readonly add_prefix_space?: boolean;
    readonly use_regex?: boolean;
  };
  readonly added_tokens?: readonly { readonly id: number; readonly content: string }[];
  readonly model?: {
    readonly type?: string;
    readonly vocab?: Readonly<Record<string, number>>;
    readonly merges?: readonly (string | readonly [string, string])[];
    readonly dropout?: number | null;
    readonly continuing_subword_prefix?: string | null;
    readonly end_of_word_suffix?: string | null;
    readonly byte_fallback?: boolean;
    readonly ignore_merges?: boolean;
  };
}

/** Refuses by name whatever would make other tokens than the algorithm below. */
function check({ normalizer, pre_tokenizer: split, model }: TokenizerFile): void {
  if (model?.type !== "BPE") refuse(`a model of type ${JSON.stringify(model?.type)} is not read`);
  if (normalizer !== null && normalizer !== undefined) refuse("a normalizer is not read");
  if (split?.type !== "ByteLevel") refuse(`a pre_tokenizer of type ${JSON.stringify(split?.type)} is not read`);
  if (split?.add_prefix_space === true) refuse("add_prefix_space is not read");
  if (split?.use_regex === false) refuse("a ByteLevel pre_tokenizer without use_regex is not read");
  for (const name of [
    "dropout",
    "continuing_subword_prefix",
    "end_of_word_suffix",
    "byte_fallback",
    "ignore_merges",
  ] as const)
    if (model?.[name]) refuse(`${name} of the model is not read`);
}

/** SPEC: the split of GPT-2's encoder. */
const words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

function parse(json: string): TokenizerFile {
  try {
    const file = JSON.parse(json) as TokenizerFile | null;
    return typeof file === "object" && file !== null ? file : {};
  } catch (cause) {
    throw new OperatorError("tokenizer-unsupported", "tokenizer.json: this is no JSON.", {}, { cause });
  }
}

function vocabularyOf({ model, added_tokens: added = [] }: TokenizerFile): string[] {
  const most = Object.keys(model?.vocab ?? {}).length + added.length;
  const vocabulary: string[] = [];
  const ids = [...Object.values(model?.vocab ?? {}), ...added.map(({ id }) => id)];
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= most);
  if (wrong !== undefined) refuse(`a token has the number ${wrong}, of ${most} tokens`);
  for (const [token, id] of Object.entries(model?.vocab ?? {})) vocabulary[id] = token;
  for (const { id, content } of added) vocabulary[id] ??= byteLevel(content);
  const gap = Array.from(vocabulary).findIndex((token) => typeof token !== "string");
  if (gap >= 0 || vocabulary.length === 0) refuse(`no token has the number ${Math.max(0, gap)}`);
  return vocabulary;
}

/** The pieces of a word after all merges, the earliest in the list first, from the left. */
function merged(word: string, ranks: ReadonlyMap<string, number>): string[] {
  const pieces = Array.from(word);
  for (;;) {
    let best = Infinity;
    for (let i = 0; i + 1 < pieces.length; i++)
      best = Math.min(best, ranks.get(`${pieces[i]} ${pieces[i + 1]}`) ?? Infinity);
    if (best === Infinity) return pieces;
    for (let i = 0; i + 1 < pieces.length; i++)
      if (ranks.get(`${pieces[i]} ${pieces[i + 1]}`) === best) pieces.splice(i, 2, `${pieces[i]}${pieces[i + 1]}`);
  }
}

/** A Hugging Face tokenizer.json of byte-level BPE. Throws the OperatorError `tokenizer-unsupported`, which names what is not read. */
export function readTokenizer(json: string): Tokenizer {
  const file = parse(json);
  check(file);
  const vocabulary = vocabularyOf(file);
  const tokens = new Map(vocabulary.map((token, id) => [token, id]));
  const merges = (file.model?.merges ?? []).map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));
  const ranks = new Map(merges.map((merge, rank) => [merge, rank]));
  const special = (file.added_tokens ?? []).map(({ content }) => content);
  const known = new Map<string, readonly number[]>();
  const encodeWord = (word: string): readonly number[] => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const made = merged(byteLevel(word), ranks).map(
      (piece) => tokens.get(piece) ?? refuse(`its vocabulary lacks the piece ${JSON.stringify(piece)}`),
    );
    known.set(word, made);
    return made;
  };
  return {
    vocabulary,
    encode: (text) => {
      const found = special.find((content) => content !== "" && text.includes(content));
      if (found !== undefined) refuse(`the text holds the added token ${JSON.stringify(found)}, which is not read`);
      return Int32Array.from((text.match(words) ?? []).flatMap(encodeWord));
    },
    bytes: (token) => bytesOfToken(vocabulary[token] ?? ""),
  };
}
