import { expect } from "chai";
import { OperatorError } from "../../../common/index.ts";
import { readText } from "./text.ts";
import { byteTokenizer, characterTokenizer, readTokenizer, type Tokenizer } from "./tokenizer.ts";

function textOf(tokenizer: Tokenizer, tokens: Iterable<number>): string {
  const decoder = new TextDecoder();
  return [...tokens].map((token) => decoder.decode(tokenizer.bytes(token), { stream: true })).join("");
}

/** All bytes, then the merges' results in order, as trainers number them. */
function fileOf(merges: readonly (string | [string, string])[], changes: object = {}, model: object = {}): string {
  const bytes = byteTokenizer.vocabulary.map((token, id) => [token, id]);
  const pieces = merges.map((merge) => (typeof merge === "string" ? merge.replace(" ", "") : merge.join("")));
  const vocab = Object.fromEntries([...bytes, ...pieces.map((piece, i) => [piece, 256 + i])]);
  return JSON.stringify({
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    model: { type: "BPE", vocab, merges, ...model },
    added_tokens: [{ id: 256 + merges.length, content: "<|end|>" }],
    ...changes,
  });
}

const merges: (string | [string, string])[] = ["t h", "th e", ["Ġ", "the"], "a a", "aa a", "Ã ©"];

describe("tokenizers", () => {
  const text = "the café isn't the end… 😀\n\n  aaaaa 12";

  it("give back every text", () => {
    const made = [characterTokenizer([...new Set(text)]), byteTokenizer, readTokenizer(fileOf(merges))];
    for (const tokenizer of made) expect(textOf(tokenizer, tokenizer.encode(text))).to.equal(text);
    expect([...byteTokenizer.encode("é")]).to.deep.equal([0xc3, 0xa9]);
  });

  it("merge the earliest pair first, from the left, within words as GPT-2 splits them", () => {
    const tokenizer = readTokenizer(fileOf(merges));
    const pieces = (some: string) => [...tokenizer.encode(some)].map((token) => tokenizer.vocabulary[token]);
    expect(pieces("the the")).to.deep.equal(["the", "Ġthe"]);
    expect(pieces("aaaaa")).to.deep.equal(["aa", "aaa"]);
    expect(pieces("thé")).to.deep.equal(["th", "Ã©"]);
    expect(pieces("a  the")).to.deep.equal(["a", "Ġ", "Ġthe"]);
    expect(pieces("\ta")).to.deep.equal(["ĉ", "a"]);
    expect(pieces("isn't")).to.deep.equal(["i", "s", "n", "'", "t"]);
    expect(tokenizer.vocabulary.at(-1)).to.equal("<|end|>");
  });

  it("cut a text into samples of tokens", () => {
    const { train, vocabulary } = readText("the the the the", {
      context: 2,
      targets: "last",
      tokenizer: readTokenizer(fileOf(merges)),
    });
    expect(vocabulary).to.have.length(256 + merges.length + 1);
    expect([...train.dataset.fields[0]!.words]).to.deep.equal([257, 258, 258, 258]);
    expect(train.dataset.samples).to.equal(2);
  });

  const refusals: [string, string][] = [
    ["{", "this is no JSON"],
    ["null", "a model of type undefined is not read; byte-level BPE as GPT-2's is read, without a normaliser"],
    [fileOf([], {}, { type: "WordPiece" }), 'a model of type "WordPiece" is not read'],
    [fileOf([], { normalizer: { type: "NFC" } }), "a normalizer is not read"],
    [fileOf([], { pre_tokenizer: { type: "Metaspace" } }), 'a pre_tokenizer of type "Metaspace" is not read'],
    [fileOf([], { pre_tokenizer: { type: "ByteLevel", add_prefix_space: true } }), "add_prefix_space is not read"],
    [fileOf([], {}, { byte_fallback: true }), "byte_fallback of the model is not read"],
    [fileOf([], { added_tokens: [] }, { vocab: { a: 1, b: 1 } }), "no token has the number 0"],
    [fileOf([], { added_tokens: [] }, { vocab: { a: 0, b: 2 } }), "a token has the number 2, of 2 tokens"],
  ];
  for (const [json, message] of refusals)
    it(`refuse: ${message}`, () => {
      expect(() => readTokenizer(json))
        .to.throw(OperatorError, `tokenizer.json: ${message}`)
        .with.property("code", "tokenizer-unsupported");
    });

  it("refuse a text with an added token, or with a byte that the vocabulary lacks", () => {
    expect(() => readTokenizer(fileOf([])).encode("a<|end|>b")).to.throw(OperatorError, 'added token "<|end|>"');
    const small = readTokenizer(fileOf([], { added_tokens: [] }, { vocab: { a: 0 } }));
    expect(() => small.encode("ab")).to.throw(OperatorError, 'its vocabulary lacks the piece "b"');
  });
});
