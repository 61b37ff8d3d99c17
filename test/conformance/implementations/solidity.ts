import type { Hex } from "viem";
import { expect } from "chai";
import { bytesOf, fromHex, toHex, wordsOf } from "../../../common/index.ts";
import { canonicalWord, mapSignatures } from "../../../engine/index.ts";
import { JudgedCase, type Judgement, type Placement } from "../judgement.ts";
import type { Implementation } from "./implementation.ts";

const CHALLENGER_WRONG = 2;
const DEFENDER_WRONG = 1;
const ELEMENT = 1;
/** Triples of words in one call. */
const BATCH = 400;
const placements: readonly Placement[] = ["constant", "state", "operator"];

/** Verdict, reason, claimed word, expected word. */
type Answer = readonly [number, number, number, number];

/** The contracts as the adapter calls them; view calls all. */
export interface Contracts {
  /** Float32Harness.map */
  map(fn: number, triples: Hex): Promise<Hex>;
  /** Arbiter.judge */
  judge(judgement: Judgement): Promise<Answer>;
  /** Arbiter.validate */
  validate(header: Hex, operator: number, record: Hex, sources: readonly Hex[]): Promise<number>;
}

async function mapColumns(contracts: Contracts, fn: number, columns: readonly Uint32Array[]): Promise<Uint32Array> {
  const count = columns[0]!.length;
  const out = new Uint32Array(count);
  for (let start = 0; start < count; start += BATCH) {
    const size = Math.min(BATCH, count - start);
    const triples = new Uint32Array(3 * size);
    columns.forEach((column, argument) => {
      for (let i = 0; i < size; i++) triples[3 * i + argument] = column[start + i]!;
    });
    out.set(wordsOf(fromHex(await contracts.map(fn, toHex(bytesOf(triples))))), start);
  }
  return out;
}

/**
 * The contracts. An operator's word is judged with full proofs: claimed rightly it must be the challenger who was wrong,
 * and claimed with one bit flipped the defender, both on the element.
 * @param deployed the contracts, always the same ones
 */
export function solidityImplementation(deployed: () => Promise<Contracts>): Implementation {
  let cases = 0;
  return {
    name: "solidity",
    async mapFunction(fn, columns) {
      const { code, gives } = mapSignatures[fn];
      const values = await mapColumns(await deployed(), code, columns);
      // The functions that only copy bits leave a NaN as it came; the operator canonicalises what it writes.
      return gives === "f32" ? values.map(canonicalWord) : values;
    },
    async elements(vector) {
      const contracts = await deployed();
      const subject = new JudgedCase(vector, placements[cases++ % placements.length]!);
      const words: number[] = [];
      for (const [element, word] of vector.elements) {
        const [verdict, reason, claimed, expected] = await contracts.judge(subject.judgement(element, word));
        expect([reason, claimed]).to.deep.equal([ELEMENT, word]);
        expect(verdict).to.equal(expected === word ? CHALLENGER_WRONG : DEFENDER_WRONG);
        words.push(expected);
      }
      const [element, word] = vector.elements[cases % vector.elements.length]!;
      const flipped = (word ^ (1 << (cases % 32))) >>> 0;
      const answer = await contracts.judge(subject.judgement(element, flipped));
      expect(answer).to.deep.equal([DEFENDER_WRONG, ELEMENT, flipped, word]);
      return words;
    },
    async validate(vectors) {
      const contracts = await deployed();
      const codes: number[] = [];
      for (const { header, operator, record, sources } of vectors) {
        codes.push(await contracts.validate(toHex(header), operator, toHex(record), sources.map(toHex)));
      }
      return codes;
    },
  };
}
